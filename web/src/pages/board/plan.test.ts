import { describe, expect, it } from "vitest";
import type { BoardFigures, ReplanRow } from "$lib/api/types";
import { closed, compare, opened } from "./plan";

const row = (number: number, needs: number[]): ReplanRow => ({ number, needs }) as ReplanRow;
const rows = [row(1, []), row(2, [1]), row(3, [1, 2]), row(4, [])];

describe("rows that lean on each other", () => {
  it.each([
    [1, [1]],
    [3, [1, 2, 3]],
    [4, [4]],
    [9, []],
  ])("row %i is ticked with what it needs", (number, expected) => {
    expect(opened(rows, number).sort()).toEqual(expected);
  });
  it.each([
    [1, [1, 2, 3]],
    [3, [3]],
  ])("row %i is unticked with what needs it", (number, expected) => {
    expect(closed(rows, number).sort()).toEqual(expected);
  });
});

it("compares spans in minutes and counts as they are", () => {
  const figures = (late_s: number, waiting: number): BoardFigures =>
    ({ promises_broken: 0, late_s, travel_s: 600, overtime_s: 0, waiting }) as BoardFigures;
  const late = compare(figures(1_800, 2), figures(0, 1));
  expect(late.find(({ name }) => name === "late_s")).toEqual({ name: "late_s", before: 30, after: 0, change: -30 });
  expect(late.find(({ name }) => name === "waiting")).toEqual({ name: "waiting", before: 2, after: 1, change: -1 });
});
