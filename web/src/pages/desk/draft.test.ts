import { beforeEach, describe, expect, it } from "vitest";
import type { Catalog, ContractCard } from "$lib/api/types";
import { Draft, workOf } from "./draft.svelte";

const kept = new Map<string, string>();
Object.assign(globalThis, {
  sessionStorage: {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  },
});
beforeEach(() => kept.clear());

const card = {
  id: "con_1",
  version: 3,
  customer: { phones: ["076-555-0101"] },
  contacts: [{ id: "ctt_1", name: "総務課 中村", phone: "076-555-0101" }],
  sites: [{ id: "sit_1" }, { id: "sit_2" }],
  assets: [
    { id: "ast_1", site_id: "sit_1", product_id: "prd_1" },
    { id: "ast_2", site_id: "sit_2", product_id: "prd_2" },
  ],
  menu: [{ code: "filter", name_ja: "フィルター清掃", name_en: "Filter cleaning", units: 30 }],
} as ContractCard;
const catalog = { products: [{ id: "prd_2", symptoms: [{ code: "jam", name_ja: "紙づまり" }] }] } as Catalog;

describe("the draft of a contact", () => {
  it("asks for what is missing, and only for that", () => {
    const draft = new Draft(card);
    expect(draft.missing().map((gap) => gap.what)).toEqual(["asset", "description", "impact", "urgency"]);
    Object.assign(draft.fields.issues[0]!, { subject: "asset:ast_1", description: "止まった", impact: "stopped", urgency: "now" });
    expect(draft.missing()).toEqual([]);
    draft.fields.issues[0]!.wish = { date: "2026-11-24", from: "13:00", to: "12:00" };
    expect(draft.missing()).toEqual([{ issue: 0, what: "wish" }]);
  });

  it("sends the slot that is held, as long as somebody is to come", () => {
    const draft = new Draft(card);
    const window = { from: "2026-11-24T04:00:00Z", to: "2026-11-24T06:00:00Z" };
    const issue = draft.fields.issues[0]!;
    issue.slot = { id: "slt_1", window, expires_at: "2026-11-23T01:05:00Z", say_ja: "", say_en: "", work: workOf(issue) };
    expect(draft.request(catalog).issues[0]?.slot).toBe("slt_1");
    issue.needs_visit = false;
    expect(draft.request(catalog).issues[0]?.slot).toBeNull();
    expect(workOf(issue)).not.toBe(issue.slot.work);
  });

  it("takes a date alone for that whole day, and a time that is not said for its end of the day", () => {
    const check = (date: string, from: string, to: string, expected: { from: string; to: string } | null): void => {
      const draft = new Draft(card);
      draft.fields.issues[0]!.wish = { date, from, to };
      expect(draft.request(catalog).issues[0]?.wish).toEqual(expected);
      expect(draft.missing().map((gap) => gap.what)).not.toContain("wish");
    };
    check("", "", "", null);
    check("2026-11-24", "", "", { from: "2026-11-23T15:00:00.000Z", to: "2026-11-24T15:00:00.000Z" });
    check("2026-11-24", "13:00", "", { from: "2026-11-24T04:00:00.000Z", to: "2026-11-24T15:00:00.000Z" });
    check("2026-11-24", "", "12:00", { from: "2026-11-23T15:00:00.000Z", to: "2026-11-24T03:00:00.000Z" });
  });

  it("does not ask for a wish where nobody is to come", () => {
    const draft = new Draft(card);
    Object.assign(draft.fields.issues[0]!, { needs_visit: false, wish: { date: "2026-11-24", from: "13:00", to: "12:00" } });
    expect(draft.missing().map((gap) => gap.what)).not.toContain("wish");
    expect(draft.request(catalog).issues[0]?.wish).toBeNull();
  });

  it("becomes a request in the server's words", () => {
    const draft = new Draft(card);
    draft.addIssue("asset:ast_2");
    Object.assign(draft.fields.issues[1]!, { symptom: "jam", impact: "partial", urgency: "today" });
    draft.fields.issues[1]!.wish = { date: "2026-11-24", from: "09:00", to: "12:00" };
    const request = draft.request(catalog);
    expect(request.issues[1]).toEqual({
      kind: "fault",
      menu_item: null,
      site_id: "sit_2",
      asset_id: "ast_2",
      product_id: "prd_2",
      symptom: "jam",
      description: "紙づまり",
      impact: "partial",
      urgency: "today",
      needs_visit: true,
      wish: { from: "2026-11-24T00:00:00.000Z", to: "2026-11-24T03:00:00.000Z" },
      slot: null,
    });
    expect([request.contract_version, request.contact_id, request.caller_phone]).toEqual([3, "ctt_1", "076-555-0101"]);
  });

  it("names work of the price list, which says enough, and nothing that is not on it", () => {
    const check = (chosen: string, expected: { menu_item: string | null; description: string }): void => {
      const draft = new Draft(card);
      draft.fields.issues[0]!.menu_item = chosen;
      expect(draft.request(catalog).issues[0]).toMatchObject(expected);
      expect(draft.missing().some((gap) => gap.what === "description")).toBe(chosen === "");
      expect(draft.touched).toBe(chosen !== "");
    };
    check("", { menu_item: null, description: "" });
    check("filter", { menu_item: "filter", description: "フィルター清掃" });
    check("gone", { menu_item: null, description: "" });
  });

  it("survives a reload, with the operation it was sent under", () => {
    const draft = new Draft(card);
    draft.fields.issues[0]!.description = "朝から止まる";
    const sent = draft.prepare(catalog);
    const reloaded = new Draft(card);
    expect(reloaded.fields.issues[0]?.description).toBe("朝から止まる");
    reloaded.fields.issues[0]!.description = "changed meanwhile";
    expect(reloaded.prepare(catalog)).toEqual(sent);
  });

  it("leaves nothing behind when it was discarded or nothing was typed", () => {
    const draft = new Draft(card);
    draft.keep();
    expect(kept.size).toBe(0);
    draft.fields.note = "x";
    draft.keep();
    expect(kept.size).toBe(1);
    draft.discard();
    expect(kept.size).toBe(0);
  });
});
