import type { SocketLike } from "./live";

/**
 * The live stream where a network blocks websockets: the same frames over server-sent events, or by long polling. Each
 * of these lines looks like a websocket to the client; what the client says goes by requests of their own.
 */

/** What a line needs of the world; tests give their own. */
export interface LineWorld {
  /** Address of the server, empty for the page's own. */
  base?: string;
  /** The secret of a tracking link; without one the session's cookie counts. */
  track?: string;
  /** A program's token; pages have the cookie. */
  token?: string;
  fetch?: typeof fetch;
}

/** The server sends something every 15 seconds; a line that is silent for three times that is dead. */
const SILENT_MS = 45_000;
/** A question waits 25 seconds at the server; an answer that takes much longer will not come. */
const POLL_LIMIT_MS = 40_000;
/** Repeats of a question whose answer was lost, and the pause before each. */
const POLL_REPEATS = 3;
const POLL_PAUSE_MS = 500;

interface ClosedFrame {
  type: "closed";
  code: number;
  reason: string;
}

/** The close code that fits a refused request; 1006 where coming back may help. */
const codeOf = (status: number): number => (status === 401 ? 4001 : status === 403 || status === 410 ? 4003 : 1006);

abstract class Line implements SocketLike {
  readyState = 0;
  onopen: ((event: unknown) => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason?: string }) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;
  protected readonly abort = new AbortController();
  protected name = "";
  #toSay: string[] = [];
  #saying = false;

  constructor(protected readonly world: LineWorld) {
    // When the whole line is made and its owner listens.
    queueMicrotask(() => void this.run().catch(() => this.fail(1006)));
  }

  protected abstract run(): Promise<void>;

  protected request(path: string, query: Record<string, string>, options: RequestInit = {}): Promise<Response> {
    const { base = "", track, token } = this.world;
    const all = new URLSearchParams({ ...(track ? { track } : {}), ...query }).toString();
    const headers: Record<string, string> = { "X-Kaketsuke": "1", ...(token ? { Authorization: `Bearer ${token}` } : {}) };
    const init: RequestInit = { signal: this.abort.signal, credentials: "same-origin", cache: "no-store", ...options, headers };
    return (this.world.fetch ?? fetch)(`${base}${path}${all ? `?${all}` : ""}`, init);
  }

  /** One frame as it came. The first says the line's name, from where on the client may speak. */
  protected take(text: string): void {
    if (this.readyState === 0) {
      const opened = JSON.parse(text) as { type: string; line?: string; code?: number; reason?: string };
      if (opened.type !== "opened" || !opened.line) return this.fail(opened.code ?? 1006, opened.reason);
      this.name = opened.line;
      this.readyState = 1;
      this.onopen?.({});
      return;
    }
    if (text.startsWith('{"type":"closed"')) {
      const { code, reason } = JSON.parse(text) as ClosedFrame;
      return this.fail(code, reason);
    }
    this.onmessage?.({ data: text });
  }

  send(data: string): void {
    this.#toSay.push(data);
    void this.#say();
  }

  /** In the order in which they were said: the next request leaves when the one before was answered. */
  async #say(): Promise<void> {
    if (this.#saying) return;
    this.#saying = true;
    try {
      while (this.#toSay.length > 0 && this.readyState === 1) {
        const body = `[${this.#toSay.splice(0, 64).join(",")}]`;
        const answer = await this.request("/live/frames", { line: this.name }, { method: "POST", body });
        if (!answer.ok) return this.fail(codeOf(answer.status));
      }
    } catch {
      this.fail(1006);
    } finally {
      this.#saying = false;
    }
  }

  protected fail(code: number, reason = ""): void {
    if (this.readyState >= 2) return;
    this.readyState = 3;
    this.abort.abort();
    this.onclose?.({ code, reason });
  }

  close(): void {
    if (this.readyState >= 2) return;
    this.readyState = 3;
    this.abort.abort();
  }
}

/** Server-sent events, read by hand: an `EventSource` hides the status and reconnects by its own rules. */
export class EventLine extends Line {
  #watch: ReturnType<typeof setTimeout> | undefined;

  protected async run(): Promise<void> {
    const answer = await this.request("/live/events", {});
    if (!answer.ok || !answer.body) return this.fail(codeOf(answer.status));
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    try {
      for (;;) {
        this.#alive();
        const { value, done } = await reader.read();
        if (done) return this.fail(1006);
        const lines = (rest + value).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) if (line.startsWith("data: ")) this.take(line.slice(6));
      }
    } finally {
      clearTimeout(this.#watch);
    }
  }

  #alive(): void {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => this.fail(1006), SILENT_MS);
  }
}

interface Batch {
  batch: number;
  frames: unknown[];
}

/** Long polling: a question after the other, each naming the last answer that came, so that a lost one is given again. */
export class PollLine extends Line {
  protected async run(): Promise<void> {
    let seen = 0;
    while (this.readyState < 2) {
      const batch = await this.#ask(seen);
      if (!batch) return;
      if (batch.batch === seen) continue;
      seen = batch.batch;
      for (const frame of batch.frames) if (this.readyState < 2) this.take(JSON.stringify(frame));
    }
  }

  async #ask(seen: number): Promise<Batch | null> {
    const query: Record<string, string> = this.name ? { line: this.name, seen: String(seen) } : {};
    for (let attempt = 0; ; attempt += 1) {
      try {
        const signal = AbortSignal.any([this.abort.signal, AbortSignal.timeout(POLL_LIMIT_MS)]);
        const answer = await this.request("/live/poll", query, { signal });
        if (answer.ok) return (await answer.json()) as Batch;
        if (answer.status < 500) {
          this.fail(codeOf(answer.status));
          return null;
        }
      } catch {
        // The network failed or the answer was cut; the same question brings the same answer.
      }
      if (this.readyState >= 2) return null;
      if (!this.name || attempt >= POLL_REPEATS) {
        this.fail(1006);
        return null;
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_PAUSE_MS * 2 ** attempt));
    }
  }
}
