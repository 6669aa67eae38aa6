import type { Period } from "./periods";

export const VIEWS = ["overview", "report", "wallet", "statement", "approvals", "root", "issue"] as const;
export type View = (typeof VIEWS)[number];

/** Where somebody is among a customer's contracts; it stands in the address, so that the browser's own way back works. */
export interface Place {
  contract: string | null;
  view: View;
  period: Period | null;
  /** The line of the statement that is meant, by its event. */
  at: string | null;
  issue: { id: string; number: string } | null;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Reads the part of an address behind `#`; what makes no sense is left out. */
export function readPlace(hash: string): Place {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const [from, to] = [parts.get("from") ?? "", parts.get("to") ?? ""];
  const [id, number] = [parts.get("issue"), parts.get("number")];
  const wanted = VIEWS.find((view) => view === parts.get("view")) ?? "overview";
  const issue = id ? { id, number: number ?? "" } : null;
  return {
    contract: parts.get("contract"),
    view: wanted === "issue" && !issue ? "statement" : wanted,
    period: DAY.test(from) && DAY.test(to) && from <= to ? { from, to } : null,
    at: parts.get("at"),
    issue,
  };
}

/** The address of a place, from its `#` on. */
export function writePlace({ contract, view, period, at, issue }: Partial<Place>): string {
  const parts = new URLSearchParams();
  if (contract) parts.set("contract", contract);
  if (view && view !== "overview") parts.set("view", view);
  if (period) {
    parts.set("from", period.from);
    parts.set("to", period.to);
  }
  if (at) parts.set("at", at);
  if (issue) {
    parts.set("issue", issue.id);
    parts.set("number", issue.number);
  }
  return `#${parts}`;
}
