import { describe, expect, it } from "vitest";
import type { MyVisit, VisitState } from "$lib/api/types";
import { after, minutesOnSite, nextVisit, otherActs, usualAct, type Act, type Step } from "./flow";

const visit = (state: VisitState, planned = "2026-11-23T01:00:00.000Z", id = "vis_1"): MyVisit =>
  ({ id, state, planned_start: planned, service_minutes: 45, timeline: { accepted_at: null, en_route_at: null, arrived_at: null, started_at: null, finished_at: null } }) as MyVisit;
const step = (act: Act, to: VisitState | null = null): Step => ({ act, at: "2026-11-23T01:05:00.000Z", to });

describe("a visit's way", () => {
  it("has one usual act at each state, up to the report", () => {
    let seen = visit("dispatched");
    const taps: Act[] = [];
    for (let act = usualAct(seen.state); act; act = usualAct(seen.state)) {
      taps.push(act);
      seen = after(seen, [step(act)]);
    }
    expect(taps).toEqual(["accept", "set_out", "arrive", "start", "report"]);
    expect(seen.state).toBe("done");
    expect(seen.timeline.finished_at).toBe("2026-11-23T01:05:00.000Z");
  });

  it("keeps the unusual behind the second button", () => {
    expect(otherActs("dispatched")).toEqual(["set_out", "decline"]);
    expect(otherActs("arrived")).toEqual(["no_access"]);
    expect(otherActs("working")).toEqual(["pause"]);
    expect(otherActs("done")).toEqual([]);
  });

  it("shows what waits, and is not confused when the server was faster than its answer", () => {
    const waiting = [step("arrive"), step("start")];
    expect(after(visit("en_route"), waiting).state).toBe("working");
    expect(after(visit("arrived"), waiting).state).toBe("working");
    expect(after(visit("working"), waiting).state).toBe("working");
  });

  it("takes a step back with its time", () => {
    const arrived = after(visit("en_route"), [step("arrive")]);
    const back = after(arrived, [step("undo", "en_route")]);
    expect([back.state, back.timeline.arrived_at]).toEqual(["en_route", null]);
  });

  it("does not move a visit that was withdrawn meanwhile", () => {
    expect(after(visit("cancelled"), [step("arrive"), step("start")]).state).toBe("cancelled");
  });
});

describe("which visit is next", () => {
  const at = (hour: number): string => `2026-11-23T0${hour}:00:00.000Z`;
  const check = (visits: MyVisit[], expected: string | null): void => expect(nextVisit(visits)?.id ?? null).toBe(expected);

  it("is the started one, else the earliest alive", () => {
    check([visit("accepted", at(1), "a"), visit("working", at(2), "b")], "b");
    check([visit("done", at(1), "a"), visit("dispatched", at(3), "c"), visit("accepted", at(2), "b")], "b");
    check([visit("dispatched", at(1), "a"), visit("paused", at(2), "b")], "b");
    check([visit("done", at(1), "a")], null);
  });
});

describe("minutes of the report", () => {
  it("come from the clock", () => {
    const working = { ...visit("working"), timeline: { ...visit("working").timeline, started_at: "2026-11-23T01:00:00.000Z" } };
    expect(minutesOnSite(working, Date.parse("2026-11-23T01:47:20.000Z"))).toBe(47);
    expect(minutesOnSite(working, Date.parse("2026-11-23T01:00:05.000Z"))).toBe(1);
    expect(minutesOnSite(visit("working"), 0)).toBe(45);
  });
});
