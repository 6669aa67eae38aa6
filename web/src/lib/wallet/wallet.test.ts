import { describe, expect, test } from "vitest";
import type { LotView, WalletSummary } from "$lib/api/types";
import { endless, expiringBy, expiryMonths, inOrder } from "./calendar";
import { afterPurchase, pageOf } from "./lines";
import { monthAround, nameOf, periodOf, type PeriodName } from "./periods";
import { change, count, yen } from "./units";

const lot = (number: string, expires_on: string | null, available: number, more: Partial<LotView> = {}): LotView => ({
  id: `lot_${number}`, number, origin: "paid", count: 10, price_yen: 50_000, scope: "any", law_class: "b2b_exempt",
  available, held: 0, consumed: 10 - available, expired: 0, voided: 0, issued_on: "2026-04-01", expires_on,
  usable_until: expires_on, invoice: null, acknowledged: null, ...more,
});

describe("the expiry calendar", () => {
  const lots = [lot("C", "2027-03-31", 2), lot("A", "2027-03-15", 3), lot("B", "2026-12-31", 0), lot("D", null, 4), lot("E", "2026-11-30", 1)];

  test("gathers by month what can still be used, soonest first", () => {
    expect(expiryMonths(lots).map(({ month, units }) => [month, units])).toEqual([["2026-11", 1], ["2027-03", 5]]);
    expect(expiryMonths(lots)[1]!.dying.map(({ lot }) => lot)).toEqual(["A", "C"]);
  });

  test("tells apart what has no last day and what dies soon", () => {
    expect(endless(lots)).toBe(4);
    expect(expiringBy(lots, "2027-03-15")).toBe(4);
  });

  test("lists what is used first at the top and what is over at the end", () => {
    expect(inOrder(lots).map(({ number }) => number)).toEqual(["E", "A", "C", "D", "B"]);
  });
});

describe("periods of a statement", () => {
  const check = (name: Exclude<PeriodName, "custom">, today: string, from: string, to: string): void => {
    expect(periodOf(name, today)).toEqual({ from, to });
    expect(nameOf({ from, to }, today)).toBe(name);
  };

  test("months and business years, which begin in April", () => {
    check("month", "2026-11-23", "2026-11-01", "2026-11-23");
    check("last_month", "2026-03-31", "2026-02-01", "2026-02-28");
    check("quarter", "2027-01-10", "2026-11-01", "2027-01-10");
    check("year", "2027-03-31", "2026-04-01", "2027-03-31");
    check("last_year", "2027-04-01", "2026-04-01", "2027-03-31");
    expect(nameOf({ from: "2026-01-02", to: "2026-01-03" }, "2026-11-23")).toBe("custom");
  });

  test("the month around a line ends today when it is this month", () => {
    expect(monthAround("2026-11-05", "2026-11-23")).toEqual({ from: "2026-11-01", to: "2026-11-23" });
    expect(monthAround("2026-02-05", "2026-11-23")).toEqual({ from: "2026-02-01", to: "2026-02-28" });
  });
});

describe("pages of a statement, and purchases", () => {
  test("pages never hold more than their size and stay within what there is", () => {
    const all = Array.from({ length: 101 }, (_, i) => i);
    expect(pageOf(all, 2, 50)).toEqual({ part: [100], pages: 3, page: 2 });
    expect(pageOf(all, 9, 50).page).toBe(2);
    expect(pageOf([], 0, 50)).toEqual({ part: [], pages: 1, page: 0 });
  });

  test("a purchase settles an overdraft first", () => {
    const wallet = { available: 0, overdraft: 2 } as WalletSummary;
    expect(afterPurchase(wallet, 10)).toEqual({ available: 8, settled: 2 });
    expect(afterPurchase(wallet, 1)).toEqual({ available: 0, settled: 1 });
  });
});

test("units are counted in the wallet's own word", () => {
  expect([count(8, "ticket", "ja"), count(1, "ticket", "en"), count(1_200, "point", "en"), count(30, "minute", "ja")]).toEqual(["8枚", "1 ticket", "1,200 points", "30分"]);
  expect([change(10, "ticket", "ja"), change(-1, "ticket", "en")]).toEqual(["+10枚", "−1 ticket"]);
  expect([yen(50_000, "ja"), yen(-50_000, "en")]).toEqual(["50,000円", "−¥50,000"]);
});
