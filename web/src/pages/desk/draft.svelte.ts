import { newOperation } from "$lib/api/operation";
import type { Catalog, ContractCard, HeldSlot, Impact, IntakeRequest, IssueKind, IssueRequest, Product, Urgency } from "$lib/api/types";
import { serverNow } from "$lib/session.svelte";
import { atClock, onDay } from "$lib/time";

export interface IssueDraft {
  key: string;
  kind: IssueKind;
  /** Code of a work item on the contract's price list, or empty. */
  menu_item: string;
  site_id: string;
  /** `asset:<id>`, `product:<id>` for a machine that is not registered, or empty. */
  subject: string;
  symptom: string;
  description: string;
  impact: Impact | null;
  urgency: Urgency | null;
  needs_visit: boolean;
  wish: { date: string; from: string; to: string };
  /** Held for the caller, for the work as it was then. */
  slot: (HeldSlot & { work: string }) | null;
}

export interface DraftFields {
  channel: IntakeRequest["channel"];
  contact_id: string;
  caller_name: string;
  caller_phone: string;
  on_behalf_of: boolean;
  note: string;
  overdraft: boolean;
  started_at: string;
  /** The call in which it is told. */
  call_id: string | null;
  contract_version: number;
  issues: IssueDraft[];
  /** Sent and not answered: the same operation with the same body must be sent before anything else. */
  pending: { operation: string; body: IntakeRequest } | null;
}

/** A call as the form needs it. */
export interface Heard {
  id: string;
  /** The customer's person to whom the number belongs. */
  contactId: string | null;
  number: string;
  since: string;
}

export type Missing = { issue: number | null; what: "callerName" | "asset" | "site" | "description" | "impact" | "urgency" | "wish" };

/** One contact as it is being typed. Kept in the browser tab, so that neither a reload nor another customer loses it. */
export class Draft {
  fields = $state() as DraftFields;
  readonly #key: string;

  constructor(readonly card: ContractCard) {
    this.#key = `kaketsuke.draft.${card.id}`;
    this.fields = restore(this.#key) ?? fresh(card);
    if (!this.touched) this.fields.contract_version = card.version;
  }

  /** Something was typed or chosen that would be missed. */
  get touched(): boolean {
    const { note, issues, pending } = this.fields;
    return pending !== null || note !== "" || issues.length > 1 || issues.some((issue) => issue.description !== "" || issue.menu_item !== "" || issue.symptom !== "" || issue.impact !== null);
  }

  keep(): void {
    if (this.touched) sessionStorage.setItem(this.#key, JSON.stringify(this.fields));
    else sessionStorage.removeItem(this.#key);
  }

  discard(): void {
    sessionStorage.removeItem(this.#key);
    this.fields = fresh(this.card);
  }

  addIssue(subject = ""): void {
    this.fields.issues.push(emptyIssue(this.card, subject));
  }

  /** The contact is told in this call, by whoever has its number. Nothing that was typed is written over. */
  hear(call: Heard): void {
    const typed = this.touched;
    this.fields.call_id = call.id;
    this.fields.channel = "call";
    if (typed) return;
    const contact = this.card.contacts.find((contact) => contact.id === call.contactId);
    if (contact) {
      this.fields.contact_id = contact.id;
      this.fields.caller_name = contact.name;
    }
    if (call.number) this.fields.caller_phone = call.number;
    this.fields.started_at = call.since;
  }

  /** What still has to be asked before this can be saved. */
  missing(): Missing[] {
    const found: Missing[] = [];
    if (!this.fields.caller_name.trim()) found.push({ issue: null, what: "callerName" });
    this.fields.issues.forEach((issue, index) => {
      // Whoever is sent must know to which kind of machine.
      if (issue.needs_visit && !issue.subject) found.push({ issue: index, what: "asset" });
      if (!issue.site_id) found.push({ issue: index, what: "site" });
      if (!issue.description.trim() && !issue.symptom && !issue.menu_item) found.push({ issue: index, what: "description" });
      if (!issue.impact) found.push({ issue: index, what: "impact" });
      if (!issue.urgency) found.push({ issue: index, what: "urgency" });
      const wish = wishOf(issue);
      if (wish && wish.from >= wish.to) found.push({ issue: index, what: "wish" });
    });
    return found;
  }

  request(catalog: Catalog | null): IntakeRequest {
    const { fields, card } = this;
    return {
      channel: fields.channel,
      contract_id: card.id,
      contract_version: fields.contract_version,
      contact_id: fields.contact_id || null,
      caller_name: fields.caller_name.trim(),
      caller_phone: fields.caller_phone.trim(),
      on_behalf_of: fields.on_behalf_of,
      note: fields.note.trim(),
      overdraft: fields.overdraft,
      started_at: fields.started_at,
      call_id: fields.call_id ?? null,
      issues: fields.issues.map((issue) => issueRequest(issue, card, catalog)),
    };
  }

  /** Names the action before it is sent; a retry keeps the name. */
  prepare(catalog: Catalog | null): { operation: string; body: IntakeRequest } {
    const pending = this.fields.pending ?? { operation: newOperation(), body: this.request(catalog) };
    this.fields.pending = pending;
    this.keep();
    return pending;
  }
}

function restore(key: string): DraftFields | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(key) ?? "null") as DraftFields | null;
    // A draft may have been kept by a page that knew of no price list.
    kept?.issues.forEach((issue) => (issue.menu_item ??= ""));
    return kept;
  } catch {
    return null;
  }
}

function fresh(card: ContractCard): DraftFields {
  const contact = card.contacts[0];
  return {
    channel: "call",
    contact_id: contact?.id ?? "",
    caller_name: contact?.name ?? "",
    caller_phone: contact?.phone ?? card.customer.phones[0] ?? "",
    on_behalf_of: false,
    note: "",
    overdraft: false,
    started_at: new Date(serverNow()).toISOString(),
    call_id: null,
    contract_version: card.version,
    issues: [emptyIssue(card, "")],
    pending: null,
  };
}

function emptyIssue(card: ContractCard, subject: string): IssueDraft {
  const only = card.assets.length === 1 ? card.assets[0] : undefined;
  const chosen = subject || (only ? `asset:${only.id}` : "");
  const asset = card.assets.find((asset) => `asset:${asset.id}` === chosen);
  return {
    key: newOperation(),
    kind: "fault",
    menu_item: "",
    site_id: asset?.site_id ?? card.sites[0]?.id ?? "",
    subject: chosen,
    symptom: "",
    description: "",
    impact: null,
    urgency: null,
    needs_visit: true,
    wish: { date: "", from: "", to: "" },
    slot: null,
  };
}

/** The product that the issue is about: of the chosen asset, or chosen itself. */
export function productOf(issue: IssueDraft, card: ContractCard, catalog: Catalog | null): Product | undefined {
  const [kind, id] = issue.subject.split(":");
  const productId = kind === "asset" ? card.assets.find((asset) => asset.id === id)?.product_id : id;
  return catalog?.products.find((product) => product.id === productId);
}

/** What decides who can come and for how long: a slot is good for exactly this. */
export const workOf = ({ kind, site_id, subject, symptom, needs_visit }: IssueDraft): string => JSON.stringify([kind, site_id, subject, symptom, needs_visit]);

/** The wished span: a date alone is that whole day, and a time that is not said lies at its end of the day. */
function wishOf({ needs_visit, wish: { date, from, to } }: IssueDraft): IssueRequest["wish"] {
  if (!needs_visit || !date) return null;
  return { from: atClock(date, from || "00:00"), to: to ? atClock(date, to) : atClock(onDay(date, 1), "00:00") };
}

export function issueRequest(issue: IssueDraft, card: ContractCard, catalog: Catalog | null): IssueRequest {
  const product = productOf(issue, card, catalog);
  const symptom = product?.symptoms.find((symptom) => symptom.code === issue.symptom);
  const item = card.menu.find(({ code }) => code === issue.menu_item);
  return {
    kind: issue.kind,
    menu_item: item?.code ?? null,
    site_id: issue.site_id,
    asset_id: issue.subject.startsWith("asset:") ? issue.subject.slice(6) : null,
    product_id: product?.id ?? null,
    symptom: symptom?.code ?? null,
    description: issue.description.trim() || (symptom?.name_ja ?? item?.name_ja ?? ""),
    impact: issue.impact ?? "none",
    urgency: issue.urgency ?? "whenever",
    needs_visit: issue.needs_visit,
    wish: wishOf(issue),
    slot: (issue.needs_visit && issue.slot?.id) || null,
  };
}
