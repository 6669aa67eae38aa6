import type { MenuItem, Policy, PolicyDraft } from "$lib/api/types";

/** How each rule of a policy is typed in, in the order in which the form asks for them. */
export const rules = {
  covers_ja: "text",
  covers_en: "text",
  question_cost: "count",
  fault_cost: "count",
  inquiry_cost: "count",
  recurrence_days: "count",
  capture_point: "point",
  own_defect_cost: "count",
  solved_by_article_cost: "count",
  no_fault_found_cost: "count",
  no_access_captures: "yes",
  cancel_before_departure_cost: "count",
  cancel_after_departure_cost: "count",
  honours_holds: "yes",
  grace_days: "count",
  overdraft_limit: "count",
  overdraft_price_yen: "maybe",
  approval_units: "maybe",
  low_balance: "count",
  expiry_notice_days: "days",
  purchase_min: "count",
  purchase_step: "count",
  purchase_year_max: "maybe",
  transfer_allowed: "yes",
  minute_step: "count",
  refuses_uncovered: "yes",
} as const satisfies Partial<Record<keyof PolicyDraft, "text" | "count" | "maybe" | "point" | "yes" | "days">>;
export type Rule = keyof typeof rules;
export const RULES = Object.keys(rules) as Rule[];

export const CAPTURE_POINTS = ["acceptance", "investigation_start", "arrival", "completion"] as const;

/** What stands in the form: numbers and days as they are typed. */
export type RuleTexts = Record<Rule, string>;

/** The rules in force as texts of the form. */
export function textsOf(policy: Policy): RuleTexts {
  const values = policy as Record<string, unknown>;
  const text = (rule: Rule): string => {
    const value = values[rule];
    if (value === null || value === undefined) return "";
    return Array.isArray(value) ? value.join(", ") : String(value);
  };
  return Object.fromEntries(RULES.map((rule) => [rule, text(rule)])) as RuleTexts;
}

/** The draft that the form sends; what is left empty stays undecided, and the server names the holes. */
export function draftOf(texts: RuleTexts): PolicyDraft {
  const draft: Record<string, unknown> = {};
  for (const rule of RULES) {
    const text = texts[rule].trim();
    switch (rules[rule]) {
      case "text":
        draft[rule] = text;
        break;
      case "point":
        draft[rule] = text || null;
        break;
      case "yes":
        draft[rule] = text === "" ? null : text === "true";
        break;
      case "days":
        draft[rule] = text.split(/[^\d]+/).filter(Boolean).map(Number);
        break;
      default:
        draft[rule] = text === "" ? null : Number(text);
    }
  }
  return draft as PolicyDraft;
}

export const emptyItem = (): MenuItem => ({ code: "", name_ja: "", name_en: "", units: 1 });
