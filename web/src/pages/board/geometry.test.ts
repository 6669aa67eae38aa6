import { expect, test } from "vitest";
import type { BoardTechnician, VisitRow } from "$lib/api/types";
import { breakOf, minutesOn, rowsInView, shortName, stagger, travelOf, workOf } from "./geometry";

const at = (time: string): string => `2026-11-23T${time}:00.000Z`;
const ms = (time: string): number => Date.parse(at(time));

function visit(state: VisitRow["state"], timeline: Partial<VisitRow["timeline"]> = {}, likely?: string): VisitRow {
  const none = { accepted_at: null, en_route_at: null, arrived_at: null, started_at: null, finished_at: null };
  const eta = likely ? { likely: at(likely), earliest: at(likely), latest: at(likely) } : null;
  return {
    state, planned_start: at("01:00"), planned_end: at("02:00"), service_minutes: 60, travel_s: 1200, eta, timeline: { ...none, ...timeline },
  } as unknown as VisitRow;
}

test.each([
  ["planned: as planned", visit("planned"), "00:00", ["01:00", "02:00"]],
  ["a forecast before the plan waits for the plan", visit("accepted", {}, "00:50"), "00:00", ["01:00", "02:00"]],
  ["a late forecast moves the bar", visit("accepted", {}, "01:30"), "00:00", ["01:30", "02:30"]],
  ["under way: where he will be", visit("en_route", { en_route_at: at("00:40") }, "01:10"), "00:50", ["01:10", "02:10"]],
  ["working: from the arrival", visit("working", { arrived_at: at("01:05"), started_at: at("01:10") }), "01:20", ["01:05", "02:10"]],
  ["working too long: up to now", visit("working", { arrived_at: at("01:05"), started_at: at("01:10") }), "02:40", ["01:05", "02:40"]],
  ["done: what happened", visit("done", { arrived_at: at("01:05"), finished_at: at("01:50") }), "05:00", ["01:05", "01:50"]],
])("%s", (_, row, now, [start, end]) => {
  expect(workOf(row, ms(now))).toEqual({ start: ms(start!), end: ms(end!) });
});

test("the drive is the planned one until he drives, then the real one", () => {
  const planned = visit("accepted");
  expect(travelOf(planned, workOf(planned, 0))).toEqual({ start: ms("00:40"), end: ms("01:00") });
  const driven = visit("arrived", { en_route_at: at("00:30"), arrived_at: at("01:05") });
  expect(travelOf(driven, workOf(driven, 0))).toEqual({ start: ms("00:30"), end: ms("01:05") });
});

test("a bar that overlaps the one before stands lower", () => {
  const bar = (start: string, end: string) => ({ work: { start: ms(start), end: ms(end) } });
  const bars = [bar("01:00", "02:00"), bar("01:30", "02:30"), bar("02:00", "03:00"), bar("03:00", "04:00")];
  expect(stagger(bars).map(({ lowered }) => lowered)).toEqual([false, true, false, false]);
});

test("the break is drawn where the plan leaves room for it, and in its own length", () => {
  const technician = { break: { from: at("02:30"), to: at("05:00") }, break_minutes: 60 } as unknown as BoardTechnician;
  const planned = (from: string, to: string): VisitRow => ({ ...visit("accepted"), planned_start: at(from), planned_end: at(to) });
  const check = (visits: VisitRow[], from: string): void =>
    expect(breakOf(technician, visits, ms("00:00"))).toEqual({ start: ms(from), end: ms(from) + 3_600_000 });
  check([], "02:30");
  check([planned("01:00", "02:00"), planned("04:00", "05:00")], "02:30");
  // The drive of twenty minutes begins before the break would be over.
  check([planned("02:00", "03:00"), planned("04:10", "05:10")], "05:10");
  check([planned("05:10", "06:10"), planned("02:00", "03:00")], "03:00");
  expect(breakOf({ ...technician, break: null, break_minutes: null }, [], 0)).toBe(null);
});

test("bars stay inside the axis", () => {
  const axis = { start: ms("00:00"), end: ms("10:00") };
  expect([minutesOn(axis, ms("01:30")), minutesOn(axis, 0), minutesOn(axis, ms("23:00"))]).toEqual([90, 0, 600]);
});

test("only rows in view are drawn, with some to spare", () => {
  expect(rowsInView(0, 600, 34, 100)).toEqual({ first: 0, last: 22 });
  expect(rowsInView(1700, 600, 34, 100)).toEqual({ first: 46, last: 72 });
  expect(rowsInView(99_999, 600, 34, 100).last).toBe(100);
  expect(rowsInView(0, 600, 34, 3)).toEqual({ first: 0, last: 3 });
});

test("company forms are left out of narrow bars", () => {
  expect(["株式会社犀川食品", "犀川食品(株)", "Sai Foods Co., Ltd.", "浅野川病院"].map(shortName)).toEqual(["犀川食品", "犀川食品", "Sai Foods", "浅野川病院"]);
});
