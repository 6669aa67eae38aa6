import { expect, test } from "vitest";
import type { LotView, WalletSummary } from "$lib/api/types";
import { allowed, bodyOf, freshDraft, lotsFor, outlook, refundYen } from "./moves";

const draft = freshDraft("2026-11-23");
const lot = { id: "lot_1", count: 10, available: 10 } as LotView;
const wallet = { available: 10, overdraft: 2, lots: [lot] } as unknown as WalletSummary;

test("a lot is offered for a year, from today", () => {
  expect([draft.issued_on, draft.expires_on]).toEqual(["2026-11-23", "2027-11-22"]);
});

test("each movement sends what its route knows and nothing else", () => {
  const terms = { issued_on: "2026-11-23", expires_on: "2027-11-22", scope: "any", law_class: "b2b_exempt" };
  expect(bodyOf("grant", { ...draft, price_yen: 900 })).toEqual({ units: 10, price_yen: 0, ...terms });
  expect(bodyOf("adjust", { ...draft, units: -3, lot_id: "lot_1" })).toEqual({ units: -3, lot_id: "lot_1", expires_on: null, reason: "entry_error", note: "" });
  expect(bodyOf("adjust", { ...draft, units: 3, expires_on: "" })).toEqual({ units: 3, lot_id: null, expires_on: null, reason: "entry_error", note: "" });
  expect(bodyOf("void", { ...draft, lot_id: "lot_1", note: " 誤登録 " })).toEqual({ lot_id: "lot_1", reason: "entry_error", note: "誤登録" });
});

test("what will be left is told before it is recorded", () => {
  expect(outlook("sell", draft, wallet)).toEqual({ available: 18, settled: 2 });
  expect(outlook("adjust", { ...draft, units: -3 }, wallet)).toEqual({ available: 7, settled: 0 });
  expect(outlook("void", { ...draft, lot_id: "lot_1" }, wallet)).toEqual({ available: 0, settled: 0 });
  expect(outlook("release", draft, wallet)).toBeNull();
});

test("only whole lots can be made void, only what is left can be moved", () => {
  const begun = { ...lot, id: "lot_2", available: 4 };
  const empty = { ...lot, id: "lot_3", available: 0 };
  expect(lotsFor("void", [lot, begun, empty]).map(({ id }) => id)).toEqual(["lot_1"]);
  expect(lotsFor("transfer", [lot, begun, empty]).map(({ id }) => id)).toEqual(["lot_1", "lot_2"]);
});

test("what is paid back is told to the yen, and gifts are not refunded", () => {
  const bought = { ...lot, count: 3, available: 3, voided: 0, price_yen: 10_000 };
  expect([0, 1, 2].map((voided) => refundYen({ ...bought, voided }, 1))).toEqual([3_333, 3_333, 3_334]);
  expect(refundYen(bought, 3)).toBe(10_000);
  expect(lotsFor("refund", [bought, { ...bought, id: "lot_2", price_yen: 0 }]).map(({ id }) => id)).toEqual(["lot_1"]);
  expect(bodyOf("refund", { ...draft, lot_id: "lot_1", units: 2, note: "閉店 " })).toEqual({ lot_id: "lot_1", units: 2, ground: "by_contract", note: "閉店" });
});

test("a screen offers what its reader may do", () => {
  expect(allowed(["read_desk", "sell_tickets", "capture_hold", "release_hold"])).toEqual(["sell", "capture", "release"]);
  expect(allowed(["read_desk"])).toEqual([]);
});
