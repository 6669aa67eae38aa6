import type { Movements } from "$lib/api/api";
import type { CorrectionReason, LawClass, LotView, Permission, RefundGround, Scope, WalletSummary } from "$lib/api/types";
import { onDay } from "$lib/time";
import { afterPurchase, untouched } from "./lines";

export const KINDS = ["sell", "grant", "capture", "release", "reverse", "adjust", "transfer", "refund", "void"] as const;
export type Kind = (typeof KINDS)[number];

/** What each movement asks of who makes it, where it is sent, and which fields it has. */
export const moves: Record<Kind, { right: Permission; path: keyof Movements; fields: readonly Field[] }> = {
  sell: { right: "sell_tickets", path: "lots", fields: ["units", "price", "terms"] },
  grant: { right: "grant_tickets", path: "grants", fields: ["units", "terms"] },
  capture: { right: "capture_hold", path: "captures", fields: ["issue", "units", "reason"] },
  release: { right: "release_hold", path: "releases", fields: ["issue", "reason"] },
  reverse: { right: "reverse_use", path: "reversals", fields: ["issue", "units", "reason"] },
  adjust: { right: "adjust_balance", path: "adjustments", fields: ["signed", "lot_or_day", "reason"] },
  transfer: { right: "transfer_tickets", path: "transfers", fields: ["lot", "units", "contract", "reason"] },
  refund: { right: "refund_tickets", path: "refunds", fields: ["lot", "units", "ground"] },
  void: { right: "void_lot", path: "voids", fields: ["lot", "reason"] },
};
export type Field = "units" | "signed" | "price" | "terms" | "issue" | "lot" | "lot_or_day" | "contract" | "reason" | "ground";

/** What stands in the form. */
export interface Draft {
  units: number;
  /** None until it was typed: a sale for nothing is a grant. */
  price_yen: number | null;
  issued_on: string;
  expires_on: string;
  scope: Scope;
  law_class: LawClass;
  issue_id: string;
  lot_id: string;
  to_contract_id: string;
  reason: CorrectionReason;
  ground: RefundGround;
  note: string;
}

export const LAW_CLASSES: readonly LawClass[] = ["b2b_exempt", "six_month_exempt", "regulated"];
export const GROUNDS: readonly RefundGround[] = ["by_contract", "small_amount", "hardship", "discontinued"];
export const SCOPES: readonly Scope[] = ["any", "remote", "phone", "chat", "mail", "visit", "maintenance"];
export const REASONS: readonly CorrectionReason[] = [
  "entry_error", "worked_in_part", "not_our_work", "own_fault", "recurrence", "double_count", "goodwill", "contract_change", "count_difference",
];

/** What the form of a wallet begins with: a lot of ten for a year. */
export function freshDraft(today: string): Draft {
  const [year, ...rest] = today.split("-");
  return {
    units: 10,
    price_yen: null,
    issued_on: today,
    expires_on: onDay([Number(year) + 1, ...rest].join("-"), -1),
    scope: "any",
    law_class: "b2b_exempt",
    issue_id: "",
    lot_id: "",
    to_contract_id: "",
    reason: "entry_error",
    ground: "by_contract",
    note: "",
  };
}

/** The body that a movement sends. */
export function bodyOf(kind: Kind, draft: Draft): Movements[keyof Movements] {
  const { units, issue_id, lot_id, reason } = draft;
  const note = draft.note.trim();
  const expires_on = draft.expires_on || null;
  switch (kind) {
    case "sell":
    case "grant": {
      const { issued_on, scope, law_class } = draft;
      return { units, price_yen: kind === "sell" ? (draft.price_yen ?? 0) : 0, issued_on, expires_on, scope, law_class };
    }
    case "capture":
    case "reverse":
      return { issue_id, units, reason, note };
    case "release":
      return { issue_id, reason, note };
    case "adjust":
      return units < 0 ? { units, lot_id, expires_on: null, reason, note } : { units, lot_id: null, expires_on, reason, note };
    case "transfer":
      return { to_contract_id: draft.to_contract_id, lot_id, units, reason, note };
    case "refund":
      return { lot_id, units, ground: draft.ground, note };
    case "void":
      return { lot_id, reason, note };
  }
}

/** Lots that a movement can be made of. */
export function lotsFor(kind: Kind, lots: readonly LotView[]): LotView[] {
  if (kind === "void") return lots.filter((lot) => untouched(lot) && lot.count > 0);
  return lots.filter((lot) => lot.available > 0 && (kind !== "refund" || lot.price_yen > 0));
}

/** What would be available afterwards, where that follows from the form alone. */
export function outlook(kind: Kind, draft: Draft, wallet: WalletSummary): { available: number; settled: number } | null {
  const { units } = draft;
  const lot = wallet.lots.find(({ id }) => id === draft.lot_id);
  if (!Number.isInteger(units)) return null;
  if (kind === "grant") return { available: wallet.available + units, settled: 0 };
  // A lot for some work only settles what was overdrawn for such work, and the form does not know what that was.
  if (kind === "sell") return draft.scope === "any" || wallet.overdraft === 0 ? afterPurchase(wallet, units) : null;
  if (kind === "adjust" && units !== 0) return { available: wallet.available + units, settled: 0 };
  if ((kind === "transfer" || kind === "refund") && lot) return { available: wallet.available - units, settled: 0 };
  if (kind === "void" && lot) return { available: wallet.available - lot.available, settled: 0 };
  return null;
}

/** What is paid back for units of a lot, as the ledger reckons it: a lot that goes piece by piece gives back its whole price. */
export function refundYen(lot: LotView, units: number): number {
  const share = (part: number): number => Math.floor((lot.price_yen * part) / lot.count);
  return share(lot.voided + units) - share(lot.voided);
}

/** The movements that somebody with these rights can make. */
export const allowed = (rights: readonly Permission[]): Kind[] => KINDS.filter((kind) => rights.includes(moves[kind].right));
