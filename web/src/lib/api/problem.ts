import type { Problem } from "./types";

/** The server said no, and why. `code` is stable; `ja` and `en` are sentences for people. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.code}: ${problem.en}`);
    this.name = "ProblemError";
  }

  get code(): string {
    return this.problem.code;
  }

  get status(): number {
    return this.problem.status;
  }
}

/** No answer came: nobody knows whether the command took effect. Sending the same operation again settles it. */
export class NoAnswerError extends Error {
  constructor(readonly timedOut: boolean) {
    super(timedOut ? "no answer in time" : "no connection");
    this.name = "NoAnswerError";
  }
}

export function isProblem(error: unknown, code?: string): error is ProblemError {
  return error instanceof ProblemError && (code === undefined || error.code === code);
}

/** Reads an error answer; an answer that is not ours (a proxy's page) becomes `busy` or `internal`. */
export async function problemOf(response: Response): Promise<Problem> {
  const kind = response.headers.get("content-type") ?? "";
  if (kind.includes("json")) {
    const body = (await response.json().catch(() => null)) as Partial<Problem> | null;
    if (body && typeof body.code === "string") {
      return {
        code: body.code,
        status: response.status,
        ja: body.ja ?? body.code,
        en: body.en ?? body.code,
        detail: body.detail ?? {},
        field: body.field ?? null,
      };
    }
  }
  const busy = response.status === 502 || response.status === 503 || response.status === 504;
  return {
    code: busy ? "busy" : "internal",
    status: response.status,
    ja: busy ? "サーバーが混み合っています。少し待ってもう一度お試しください。" : "サーバーで問題が起きました。もう一度お試しください。",
    en: busy ? "The server is busy. Please wait a moment and try again." : "Something went wrong on the server. Please try again.",
    detail: {},
    field: null,
  };
}
