import { expect, test } from "vitest";
import type { Policy } from "$lib/api/types";
import { draftOf, textsOf } from "./rules";

const policy = {
  covers_ja: "1要件の解決まで", covers_en: "One issue", question_cost: 1, fault_cost: 1, inquiry_cost: 0, recurrence_days: 30,
  capture_point: "completion", own_defect_cost: 0, solved_by_article_cost: 0, no_fault_found_cost: 1, no_access_captures: false,
  cancel_before_departure_cost: 0, cancel_after_departure_cost: 1, honours_holds: true, grace_days: 0, overdraft_limit: 2, overdraft_price_yen: null,
  approval_units: null, low_balance: 2, expiry_notice_days: [90, 30, 7], purchase_min: 10, purchase_step: 5, purchase_year_max: null,
  transfer_allowed: false, minute_step: 15, refuses_uncovered: false,
} as unknown as Policy;

test("the rules in force come through the form unchanged", () => {
  expect(draftOf(textsOf(policy))).toEqual(policy);
});

test("what was left empty stays undecided, and 0 is a decision", () => {
  const texts = { ...textsOf(policy), fault_cost: "", question_cost: "0", no_access_captures: "", expiry_notice_days: "60、 14" };
  const draft = draftOf(texts);
  expect([draft.fault_cost, draft.question_cost, draft.no_access_captures, draft.expiry_notice_days]).toEqual([null, 0, null, [60, 14]]);
});
