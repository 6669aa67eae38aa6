import "fake-indexeddb/auto";
import { beforeEach, describe, expect, it } from "vitest";
import { NoAnswerError, ProblemError } from "$lib/api/problem";
import type { MyVisit, VisitState } from "$lib/api/types";
import { after, type Act } from "./flow";
import { Outbox, UNDO_MS, type Draft } from "./outbox";
import { Store, type Command, type Refused } from "./store";

/** A server that answers an operation once and repeats itself, like ours; its answers can be lost. */
class Server {
  visit = { id: "vis_1", state: "accepted", version: 1, timeline: {} } as MyVisit;
  done: string[] = [];
  bodies: unknown[] = [];
  /** How many answers to lose, after the command took effect. */
  loseAnswers = 0;
  offline = false;
  #answers = new Map<string, MyVisit | ProblemError>();

  async take(command: Command): Promise<MyVisit> {
    await Promise.resolve();
    if (this.offline) throw new NoAnswerError(false);
    let answer = this.#answers.get(command.operation);
    if (!answer) {
      answer = this.#act(command);
      this.#answers.set(command.operation, answer);
    }
    if (this.loseAnswers > 0) {
      this.loseAnswers -= 1;
      throw new NoAnswerError(true);
    }
    if (answer instanceof ProblemError) throw answer;
    return answer;
  }

  #act(command: Command): MyVisit | ProblemError {
    const moved = after(this.visit, [command]);
    if (moved.state === this.visit.state && command.act !== "delay") {
      return new ProblemError({ code: "visit.transition", status: 409, ja: "その操作はできません。", en: "Not possible.", detail: {}, field: null });
    }
    this.done.push(command.act);
    this.bodies.push(command.body);
    this.visit = { ...moved, version: this.visit.version + 1 };
    return this.visit;
  }
}

let phones = 0;
let server: Server;
let technician: string;
let clock: number;
beforeEach(() => {
  server = new Server();
  technician = `tec_${(phones += 1)}`;
  clock = 1_000_000;
});

/** One life of the page: what it shows as waiting and refused, and its timers. */
async function page() {
  const store = await Store.open(technician);
  const seen = { waiting: [] as Command[], refused: [] as Refused[], timers: [] as (() => void)[] };
  const outbox = new Outbox(store, (command) => server.take(command), {
    changed: (waiting, refused) => Object.assign(seen, { waiting, refused }),
    answered: () => undefined,
    now: () => clock,
    later: (run) => seen.timers.push(run),
    alone: (run) => run(),
  });
  await outbox.start();
  return { outbox, seen, store };
}

const tap = (act: Act, at = "2026-11-23T01:05:00.000Z", to: VisitState | null = null): Draft => ({
  visit_id: "vis_1", customer: "北陸精密工業", act, at, to, revisit: false, path: "progress",
  body: { action: act === "report" ? "arrive" : act, at, version: null, delay_minutes: null, reason: null },
});
async function settled(): Promise<void> {
  for (let i = 0; i < 60; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe("taps on their way", () => {
  it("arrive in the order of tapping, with the time of the tap", async () => {
    server.offline = true;
    const { outbox, seen } = await page();
    await outbox.add(tap("set_out", "2026-11-23T01:00:00.000Z"));
    await outbox.add(tap("arrive", "2026-11-23T01:20:00.000Z"));
    await outbox.add(tap("start", "2026-11-23T01:22:00.000Z"));
    await settled();
    expect(seen.waiting.map((command) => command.act)).toEqual(["set_out", "arrive", "start"]);
    expect(server.done).toEqual([]);
    server.offline = false;
    outbox.wake();
    await settled();
    expect(server.done).toEqual(["set_out", "arrive", "start"]);
    expect(server.bodies.map((body) => (body as { at: string }).at.slice(11, 16))).toEqual(["01:00", "01:20", "01:22"]);
    expect(seen.waiting).toEqual([]);
  });

  it("have one effect when the answer is lost and the page is killed", async () => {
    server.loseAnswers = 1;
    const first = await page();
    await first.outbox.add(tap("set_out"));
    await settled();
    expect(server.done).toEqual(["set_out"]);
    expect(first.seen.waiting).toHaveLength(1);
    first.store.close();
    const second = await page();
    await settled();
    expect(server.done).toEqual(["set_out"]);
    expect(second.seen.waiting).toEqual([]);
    expect(second.seen.refused).toEqual([]);
  });

  it("survive a page that is killed before anything was sent", async () => {
    server.offline = true;
    const first = await page();
    await first.outbox.add(tap("set_out"));
    await first.outbox.add(tap("arrive"));
    first.store.close();
    server.offline = false;
    const second = await page();
    await settled();
    expect(server.done).toEqual(["set_out", "arrive"]);
    expect(second.seen.waiting).toEqual([]);
  });

  it("count a double tap once", async () => {
    const { outbox } = await page();
    const [one, two] = await Promise.all([outbox.add(tap("set_out")), outbox.add(tap("set_out"))]);
    await settled();
    expect([one?.act, two]).toEqual(["set_out", null]);
    expect(server.done).toEqual(["set_out"]);
  });

  it("are put aside with the server's words when refused, and the next ones go on", async () => {
    server.visit = { ...server.visit, state: "cancelled" };
    const { outbox, seen } = await page();
    await outbox.add(tap("set_out"));
    await settled();
    expect(seen.waiting).toEqual([]);
    expect(seen.refused.map(({ command, problem }) => [command.act, problem.ja])).toEqual([["set_out", "その操作はできません。"]]);
    await outbox.forget(seen.refused[0]!);
    expect(seen.refused).toEqual([]);
  });

  it("can be sent again under a new operation after a refusal", async () => {
    server.visit = { ...server.visit, state: "cancelled" };
    const { outbox, seen } = await page();
    await outbox.add(tap("set_out"));
    await settled();
    server.visit = { ...server.visit, state: "accepted" };
    await outbox.resend(seen.refused[0]!);
    await settled();
    expect(server.done).toEqual(["set_out"]);
    expect([seen.waiting, seen.refused]).toEqual([[], []]);
  });

  it("are tried again, later each time, while there is no answer", async () => {
    server.offline = true;
    const { outbox, seen } = await page();
    await outbox.add(tap("set_out"));
    await settled();
    expect(seen.timers).toHaveLength(1);
    server.offline = false;
    seen.timers[0]!();
    await settled();
    expect(server.done).toEqual(["set_out"]);
  });

  it("wait for a log-in instead of being lost", async () => {
    const take = server.take.bind(server);
    server.take = () => Promise.reject(new ProblemError({ code: "auth.required", status: 401, ja: "", en: "", detail: {}, field: null }));
    const { outbox, seen } = await page();
    await outbox.add(tap("set_out"));
    await settled();
    expect(seen.waiting).toHaveLength(1);
    server.take = take;
    outbox.wake();
    await settled();
    expect(server.done).toEqual(["set_out"]);
  });
});

describe("taking a tap back", () => {
  it("works here for what the server could not undo", async () => {
    server.visit = { ...server.visit, state: "working" };
    const { outbox, seen } = await page();
    const command = await outbox.add(tap("pause"));
    await settled();
    expect(server.done).toEqual([]);
    expect(await outbox.drop(command!.operation)).toBe(true);
    clock += UNDO_MS;
    outbox.flush();
    await settled();
    expect([server.done, seen.waiting]).toEqual([[], []]);
  });

  it("ends after ten seconds", async () => {
    server.visit = { ...server.visit, state: "working" };
    const { outbox, seen } = await page();
    const command = await outbox.add(tap("pause"));
    await settled();
    clock += UNDO_MS;
    seen.timers.at(-1)!();
    await settled();
    expect(server.done).toEqual(["pause"]);
    expect(await outbox.drop(command!.operation)).toBe(false);
  });

  it("is over with the next tap, which confirms the one before", async () => {
    server.visit = { ...server.visit, state: "working" };
    const { outbox } = await page();
    await outbox.add(tap("pause"));
    await settled();
    await outbox.add(tap("resume"));
    await settled();
    expect(server.done).toEqual(["pause", "resume"]);
  });

  it("is left to the server once the tap may have arrived", async () => {
    server.loseAnswers = 1;
    const { outbox } = await page();
    const command = await outbox.add(tap("set_out"));
    await settled();
    expect(await outbox.drop(command!.operation)).toBe(false);
    await outbox.add(tap("undo", "2026-11-23T01:05:04.000Z", "accepted"));
    outbox.wake();
    await settled();
    expect(server.done).toEqual(["set_out", "undo"]);
    expect(server.visit.state).toBe("accepted");
  });
});

describe("two hundred days with a bad network", () => {
  const day: Act[] = ["set_out", "arrive", "start", "pause", "resume"];

  it("lose nothing and double nothing, whenever the page is killed", async () => {
    for (let trial = 1; trial <= 200; trial += 1) {
      // Park and Miller's generator: the same days on every run.
      let seed = trial;
      const chance = (share: number): boolean => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647 < share;
      server = new Server();
      technician = `tec_bad_${trial}`;
      let life = await page();
      for (const act of day) {
        server.offline = chance(0.5);
        server.loseAnswers = chance(0.4) ? 1 : 0;
        const first = life.outbox.add(tap(act));
        if (chance(0.3)) void life.outbox.add(tap(act));
        await first;
        if (chance(0.5)) await settled();
        if (chance(0.4)) {
          life.store.close();
          life = await page();
        }
        clock += UNDO_MS;
      }
      server.offline = false;
      server.loseAnswers = 0;
      life.outbox.wake();
      await settled();
      expect(server.done, `trial ${trial}`).toEqual(day);
      expect(life.seen.waiting).toEqual([]);
      expect(life.seen.refused).toEqual([]);
      life.store.close();
    }
  });
});
