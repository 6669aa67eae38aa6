import { expect, it } from "vitest";
import { NoAnswerError, ProblemError } from "./problem";
import { upload, type Request } from "./upload";

/** A request that is answered by the test. */
class Fake {
  headers: Record<string, string> = {};
  sent: unknown = null;
  path = "";
  status = 0;
  responseText = "";
  upload = { onprogress: null as ((event: { loaded: number; total: number }) => void) | null };
  onload: (() => void) | null = null;
  onerror: (() => void) | null = null;
  onabort: (() => void) | null = null;
  open(_: string, path: string): void {
    this.path = path;
  }
  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value;
  }
  send(body: unknown): void {
    this.sent = body;
  }
  abort(): void {}
  getResponseHeader(): string {
    return "application/json";
  }
  answer(status: number, body: unknown): void {
    this.status = status;
    this.responseText = JSON.stringify(body);
    this.onload!();
  }
}

function start(operation?: string) {
  const fake = new Fake();
  const seen = { shares: [] as number[], ended: 0 };
  const options = { operation, onsent: (share: number) => void seen.shares.push(share), onSessionEnded: () => void (seen.ended += 1) };
  const answer = upload<{ rows: number }>("/api/import/assets", new Blob(["a,b"]), options, fake as unknown as Request);
  return { fake, seen, answer };
}

it("sends the file with the guard and the operation, tells how far it is, and gives the answer", async () => {
  const { fake, seen, answer } = start("op_1");
  expect([fake.path, fake.headers["X-Kaketsuke"], fake.headers["Idempotency-Key"]]).toEqual(["/api/import/assets", "1", "op_1"]);
  fake.upload.onprogress!({ loaded: 1, total: 2 });
  fake.upload.onprogress!({ loaded: 0, total: 0 });
  fake.answer(200, { rows: 3 });
  expect(await answer).toEqual({ rows: 3 });
  expect(seen.shares).toEqual([0.5, 1]);
});

it("a look needs no operation", () => {
  expect(start().fake.headers["Idempotency-Key"]).toBeUndefined();
});

it("a no is a problem with its code; without a session the page is told", async () => {
  const { fake, seen, answer } = start();
  fake.answer(401, { code: "auth.required", ja: "ログイン", en: "Log in" });
  await expect(answer).rejects.toBeInstanceOf(ProblemError);
  expect(seen.ended).toBe(1);
});

it("no connection, or an answer that is cut off, leaves it open whether it arrived", async () => {
  const lost = start();
  lost.fake.onerror!();
  await expect(lost.answer).rejects.toBeInstanceOf(NoAnswerError);
  const cut = start();
  cut.fake.status = 200;
  cut.fake.responseText = "{";
  cut.fake.onload!();
  await expect(cut.answer).rejects.toBeInstanceOf(NoAnswerError);
});
