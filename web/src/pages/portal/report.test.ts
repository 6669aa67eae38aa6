import { beforeEach, describe, expect, it } from "vitest";
import type { Catalog, ReportForm } from "$lib/api/types";
import { Report } from "./report.svelte";

const kept = new Map<string, string>();
const storage = {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
  removeItem: (key: string) => void kept.delete(key),
};
beforeEach(() => kept.clear());

const form = {
  sites: [{ id: "sit_1" }],
  assets: [{ id: "ast_1", site_id: "sit_1", product_id: "prd_1", serial: "AC20-0001" }],
  menu: [{ code: "filter", name_ja: "フィルター清掃", name_en: "Filter cleaning", units: 30 }],
} as ReportForm;
const catalog = { products: [{ id: "prd_1", symptoms: [{ code: "noise", name_ja: "異音" }] }] } as Catalog;

function filled(): Report {
  const report = new Report("con_1", storage);
  Object.assign(report.fields, { site_id: "sit_1", subject: "asset:ast_1", symptom: "noise", impact: "partial", urgency: "today" });
  return report;
}

describe("a fault that a customer reports", () => {
  it("asks for what is missing, and only for that", () => {
    expect(new Report("con_1", storage).gaps()).toEqual(["site", "subject", "description", "impact", "urgency"]);
    const report = filled();
    expect(report.gaps()).toEqual([]);
    report.fields.wish = { date: "2026-11-24", from: "13:00", to: "12:00" };
    expect(report.gaps()).toEqual(["wish"]);
  });

  it("names the machine, its model and the symptom", () => {
    expect(filled().body(form, catalog)).toMatchObject({ asset_id: "ast_1", product_id: "prd_1", symptom: "noise", description: "異音", wish: null, agreed_units: null });
  });

  it("names work of the price list, which says enough", () => {
    const report = filled();
    report.fields.symptom = "";
    expect(report.body(form, catalog).menu_item).toBeNull();
    report.fields.menu_item = "filter";
    expect(report.gaps()).toEqual([]);
    expect(report.body(form, catalog)).toMatchObject({ menu_item: "filter", description: "フィルター清掃" });
  });

  it("is one action, however often the key is pressed or the page is loaded again", () => {
    const first = filled().prepare(form, catalog, 2);
    expect(first.body.agreed_units).toBe(2);
    const again = new Report("con_1", storage);
    again.fields.description = "別の内容";
    expect(again.prepare(form, catalog, 5)).toEqual(first);
    again.answered();
    expect(again.prepare(form, catalog, 5).operation).not.toBe(first.operation);
    again.discard();
    expect(new Report("con_1", storage).fields.pending).toBeNull();
  });
});
