import { describe, expect, it } from "vitest";
import { makeSend } from "./client";
import { newOperation } from "./operation";
import { NoAnswerError, ProblemError } from "./problem";

type Answer = Response | Error | "hang";
const json = (status: number, body: object, type = "application/json"): Response =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": type } });

function world(...answers: Answer[]) {
  const calls: { path: string; headers: Record<string, string>; body: string }[] = [];
  const pauses: number[] = [];
  let ended = 0;
  const send = makeSend({
    fetch: async (input, init) => {
      calls.push({ path: String(input), headers: init!.headers as Record<string, string>, body: String(init!.body) });
      const answer = answers[Math.min(calls.length, answers.length) - 1]!;
      if (answer === "hang") {
        return new Promise((_, reject) => init!.signal!.addEventListener("abort", () => reject(init!.signal!.reason as Error)));
      }
      if (answer instanceof Error) throw answer;
      return answer.clone();
    },
    sleep: async (ms) => void pauses.push(ms),
    random: () => 0.5,
    onSessionEnded: () => (ended += 1),
  });
  return { send, calls, pauses, ended: () => ended };
}

describe("talking to the server", () => {
  it("repeats a command under the same operation id and body until an answer comes", async () => {
    const { send, calls, pauses } = world(new TypeError("offline"), json(503, {}), json(201, { id: "x" }));
    const operation = newOperation();
    expect(operation).toMatch(/^op_[0-9a-f]{32}$/);
    await expect(send("POST", "/api/interactions", { body: { a: 1 }, operation })).resolves.toEqual({ id: "x" });
    expect(calls.map((call) => [call.headers["Idempotency-Key"], call.headers["X-Kaketsuke"], call.body])).toEqual(
      Array(3).fill([operation, "1", '{"a":1}']),
    );
    expect(pauses).toEqual([300, 600]);
  });

  it("never repeats what has no operation id", async () => {
    const { send, calls } = world(new TypeError("offline"));
    await expect(send("POST", "/api/session", { body: {} })).rejects.toBeInstanceOf(NoAnswerError);
    expect(calls.length).toBe(1);
  });

  it("does not repeat a refusal, and keeps its code, sentences and detail", async () => {
    const { send, calls } = world(
      json(409, { code: "wallet.insufficient", ja: "足りません", en: "short", detail: { available: 1 }, field: null }, "application/problem+json"),
    );
    const error = await send("POST", "/x", { body: {}, operation: newOperation() }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ProblemError);
    expect((error as ProblemError).problem).toEqual({ code: "wallet.insufficient", status: 409, ja: "足りません", en: "short", detail: { available: 1 }, field: null });
    expect(calls.length).toBe(1);
  });

  it("reads and log-ins that get no answer in time give up", async () => {
    const { send } = world("hang");
    const error = await send("GET", "/api/board", { timeoutMs: 20, attempts: 2 }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(NoAnswerError);
    expect((error as NoAnswerError).timedOut).toBe(true);
  });

  it("asks for a log-in when the session is over, but not when a password was wrong", async () => {
    const over = world(json(401, { code: "auth.required", ja: "", en: "" }));
    await over.send("GET", "/api/session").catch(() => undefined);
    const wrong = world(json(401, { code: "auth.failed", ja: "", en: "" }));
    await wrong.send("POST", "/api/session", { body: {} }).catch(() => undefined);
    expect([over.ended(), wrong.ended()]).toEqual([1, 0]);
  });

  it("stops at once when the page no longer wants the answer", async () => {
    const { send, calls } = world("hang");
    const stop = new AbortController();
    const asked = send("GET", "/api/desk/search?q=01", { signal: stop.signal });
    stop.abort();
    await expect(asked).rejects.not.toBeInstanceOf(NoAnswerError);
    expect(calls.length).toBe(1);
  });

  it("makes a sentence of a proxy's page", async () => {
    const { send } = world(new Response("<html>bad gateway", { status: 502, headers: { "content-type": "text/html" } }));
    const error = (await send("GET", "/x", { attempts: 1 }).catch((error: unknown) => error)) as ProblemError;
    expect([error.code, error.problem.en.length > 10]).toEqual(["busy", true]);
  });
});
