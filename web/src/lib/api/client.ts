import { NoAnswerError, ProblemError, problemOf } from "./problem";

export interface SendOptions {
  body?: unknown;
  /** The operation id of the user action; needed for every command but log-in. */
  operation?: string;
  signal?: AbortSignal;
  timeoutMs?: number;
  /** How often to try in all. Commands without an operation id are never repeated. */
  attempts?: number;
}

export interface Transport {
  fetch: typeof fetch;
  sleep: (ms: number) => Promise<void>;
  random: () => number;
  /** Called when the session has ended, so that the page can ask for a log-in. */
  onSessionEnded: () => void;
}

const TIMEOUT_MS = 10_000;
const ATTEMPTS = 4;
/** First pause before a repeat; it doubles and is spread, so that a recovering server is not hit by all at once. */
const PAUSE_MS = 300;

type Method = "GET" | "POST" | "PUT" | "DELETE";

export type Send = <T>(method: Method, path: string, options?: SendOptions) => Promise<T>;

/**
 * One way to talk to the server: adds the cross-site guard and the operation id, reads problems into `ProblemError`,
 * and repeats what may be repeated (reads, and commands that carry an operation id) when no answer came.
 */
export function makeSend(transport: Transport): Send {
  return async function send<T>(method: Method, path: string, options: SendOptions = {}): Promise<T> {
    const repeatable = method === "GET" || options.operation !== undefined;
    const attempts = repeatable ? (options.attempts ?? ATTEMPTS) : 1;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await once<T>(transport, method, path, options);
      } catch (error) {
        if (options.signal?.aborted || attempt >= attempts || !worthRepeating(error)) throw error;
        await transport.sleep(PAUSE_MS * 2 ** (attempt - 1) * (0.5 + transport.random()));
      }
    }
  };
}

function worthRepeating(error: unknown): boolean {
  if (error instanceof NoAnswerError) return true;
  return error instanceof ProblemError && (error.code === "busy" || error.status === 503);
}

async function once<T>(transport: Transport, method: string, path: string, options: SendOptions): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-Kaketsuke"] = "1";
  if (options.operation) headers["Idempotency-Key"] = options.operation;
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  const limit = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
  let response: Response;
  try {
    response = await transport.fetch(path, {
      method,
      headers,
      signal,
      credentials: "same-origin",
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
    });
    if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new NoAnswerError(limit.aborted);
  }
  const problem = await problemOf(response);
  if (problem.status === 401 && problem.code === "auth.required") transport.onSessionEnded();
  throw new ProblemError(problem);
}
