import { expect, test } from "vitest";
import { baseDates, monthsLater, sumOf } from "./months";

test("months go over the turn of a year", () => {
  expect([monthsLater("2026-11", 3), monthsLater("2026-01", -1)]).toEqual(["2027-02", "2025-12"]);
});

test("a sum keeps the first opening and the last closing", () => {
  const line = (month: string, opening: number, sold: number, used: number) => ({
    month, opening, sold, used, received: 0, given: 0, refunded: 0, withdrawn: 0, breakage: 0, closing: opening + sold - used,
  });
  const sum = sumOf([line("2026-10-01", 100, 50, 30), line("2026-11-01", 120, 0, 20)]);
  expect([sum?.opening, sum?.sold, sum?.used, sum?.closing]).toEqual([100, 50, 50, 100]);
  expect(sumOf([])).toBeNull();
});

test("only base dates that are over can be reported", () => {
  expect(baseDates("2026-11-23", 3)).toEqual(["2026-09-30", "2026-03-31", "2025-09-30"]);
  expect(baseDates("2026-03-31", 1)).toEqual(["2026-03-31"]);
});
