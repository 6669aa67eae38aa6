import "fake-indexeddb/auto";
import { describe, expect, it } from "vitest";
import { NoAnswerError, ProblemError } from "$lib/api/problem";
import type { PositionReport } from "$lib/api/types";
import { Belief, Sieve, Trail, metresBetween, worthKeeping, type Seen } from "./positions";
import { Store } from "./store";

const start = Date.parse("2026-11-23T01:00:00.000Z");
/** A fix `metres` north of the station, `seconds` after the start. */
const fix = (seconds: number, metres: number, accuracy_m = 12): Seen => ({ lat: 36.578 + metres / 111_195, lon: 136.648, accuracy_m, at: start + seconds * 1000 });

describe("which fixes are kept", () => {
  const check = (seconds: number, metres: number, expected: boolean, accuracy = 12): void =>
    expect(worthKeeping(fix(seconds, metres, accuracy), fix(0, 0))).toBe(expected);

  it("after fifteen seconds or fifty metres", () => {
    check(5, 20, false);
    check(15, 0, true);
    check(5, 60, true);
  });
  it("not when vague, from the past, or faster than any car", () => {
    check(20, 20, false, 180);
    check(20, 20, false, Number.NaN);
    check(-3, 60, false);
    check(5, 400, false);
  });
  it("measured on the globe", () => {
    expect(metresBetween(fix(0, 0), fix(0, 1000))).toBeCloseTo(1000, 0);
  });
});

describe("a wrong first fix", () => {
  const FAR = 300_000;

  it("does not block the true ones: three that agree become the new anchor", () => {
    const sieve = new Sieve();
    expect(sieve.take(fix(0, FAR))).toHaveLength(1);
    expect(sieve.take(fix(15, 0))).toEqual([]);
    expect(sieve.take(fix(20, 10))).toEqual([]);
    expect(sieve.take(fix(30, 100))).toEqual([]);
    expect(sieve.take(fix(45, 300))).toEqual([fix(15, 0), fix(30, 100), fix(45, 300)]);
    expect(sieve.take(fix(60, 500))).toEqual([fix(60, 500)]);
  });

  it("is not confirmed by wild fixes that disagree", () => {
    const sieve = new Sieve();
    sieve.take(fix(0, 0));
    for (let i = 1; i < 9; i += 1) expect(sieve.take(fix(i * 15, i % 2 ? FAR : -FAR))).toEqual([]);
    expect(sieve.take(fix(200, 100))).toEqual([fix(200, 100)]);
  });

  it("and one wild fix among true ones is dropped", () => {
    const sieve = new Sieve();
    sieve.take(fix(0, 0));
    expect(sieve.take(fix(15, FAR))).toEqual([]);
    expect(sieve.take(fix(30, 100))).toHaveLength(1);
    expect(sieve.take(fix(45, FAR))).toEqual([]);
    expect(sieve.take(fix(60, 200))).toHaveLength(1);
  });
});

describe("whether the server believes the phone", () => {
  const said = (accepted: number, ...codes: string[]) => ({
    accepted,
    ignored: codes.map((code, seq) => ({ index: seq, seq, code, ja: "", en: "" })),
    clock_ahead_s: null,
  });

  it("counts refusals in a row, and not what came late or twice", () => {
    const belief = new Belief();
    belief.hear(said(0, "position.implausible"));
    belief.hear(said(0, "position.out_of_order", "position.implausible"));
    expect([belief.refused, belief.code]).toEqual([2, "position.implausible"]);
    belief.hear(said(1));
    expect([belief.refused, belief.code]).toEqual([0, null]);
  });
});

describe("the trail", () => {
  let phones = 0;
  async function trail(send: (positions: PositionReport[]) => Promise<void>) {
    const store = await Store.open(`tec_trail_${(phones += 1)}`);
    const seen = { unsent: 0 };
    const made = new Trail(store, {
      send: async (positions) => {
        await send(positions);
        return { accepted: positions.length, ignored: [], clock_ahead_s: null };
      },
      changed: (unsent) => (seen.unsent = unsent),
      judged: () => undefined,
    });
    return { trail: made, seen, store };
  }

  it("numbers fixes in rising order and keeps them while nobody answers", async () => {
    let offline = true;
    const sent: number[] = [];
    const { trail: made, seen } = await trail(async (positions) => {
      if (offline) throw new NoAnswerError(false);
      sent.push(...positions.map((position) => position.seq));
    });
    for (let i = 0; i < 250; i += 1) await made.take(fix(i * 20, i * 60));
    expect(seen.unsent).toBe(250);
    offline = false;
    await made.flush();
    expect(sent).toHaveLength(250);
    expect(sent.every((seq, i) => i === 0 || seq > sent[i - 1]!)).toBe(true);
    expect(sent[0]).toBe(start / 1000);
    expect(seen.unsent).toBe(0);
  });

  it("goes on numbering after the page was killed, even with a clock set back", async () => {
    const sent: number[] = [];
    const { trail: made, store } = await trail(async (positions) => void sent.push(...positions.map((position) => position.seq)));
    await made.take(fix(100, 0));
    const again = new Trail(store, { send: async (positions) => (sent.push(...positions.map((p) => p.seq)), { accepted: 1, ignored: [], clock_ahead_s: null }), changed: () => undefined, judged: () => undefined });
    await again.take(fix(0, 0));
    expect(sent[1]).toBe(sent[0]! + 1);
  });

  it("lets go of what the server refuses for good", async () => {
    const { trail: made, seen } = await trail(() =>
      Promise.reject(new ProblemError({ code: "position.off_shift", status: 409, ja: "", en: "", detail: {}, field: null })),
    );
    await made.take(fix(0, 0));
    expect(seen.unsent).toBe(0);
  });
});
