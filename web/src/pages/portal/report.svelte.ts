import { newOperation } from "$lib/api/operation";
import type { Catalog, FaultReport, Impact, IssueKind, Product, ReportForm, Span, Urgency } from "$lib/api/types";
import { atClock, onDay } from "$lib/time";

export interface ReportFields {
  kind: Extract<IssueKind, "fault" | "question">;
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
  phone: string;
  overdraft: boolean;
  /** Sent and not answered: the same operation with the same words goes first, whatever is typed meanwhile. */
  pending: { operation: string; body: FaultReport } | null;
}

export type Gap = "site" | "subject" | "description" | "impact" | "urgency" | "wish";

const empty = (): ReportFields => ({
  kind: "fault",
  menu_item: "",
  site_id: "",
  subject: "",
  symptom: "",
  description: "",
  impact: null,
  urgency: null,
  needs_visit: true,
  wish: { date: "", from: "", to: "" },
  phone: "",
  overdraft: false,
  pending: null,
});

/** A report as it is typed. It stays in the browser until it was answered, so that neither a reload nor a lost network loses it. */
export class Report {
  fields = $state() as ReportFields;
  readonly #key: string;

  constructor(
    contractId: string,
    readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem"> = localStorage,
  ) {
    this.#key = `kaketsuke.report.${contractId}`;
    this.fields = this.#kept() ?? empty();
  }

  #kept(): ReportFields | null {
    try {
      const kept = JSON.parse(this.storage.getItem(this.#key) ?? "null") as ReportFields | null;
      return kept && { ...empty(), ...kept };
    } catch {
      return null;
    }
  }

  keep(): void {
    try {
      this.storage.setItem(this.#key, JSON.stringify(this.fields));
    } catch {
      // Without room or leave to keep it, the report lives as long as the page.
    }
  }

  discard(): void {
    this.fields = empty();
    this.storage.removeItem(this.#key);
  }

  product(form: ReportForm, catalog: Catalog | null): Product | undefined {
    const [kind, id] = this.fields.subject.split(":");
    const wanted = kind === "asset" ? form.assets.find((asset) => asset.id === id)?.product_id : id;
    return catalog?.products.find((product) => product.id === wanted);
  }

  /** What is still to be said. */
  gaps(): Gap[] {
    const { fields } = this;
    const wish = wished(fields);
    const found: [Gap, boolean][] = [
      ["site", !fields.site_id],
      // Whoever is sent must know to which kind of machine.
      ["subject", fields.needs_visit && !fields.subject],
      ["description", !fields.description.trim() && !fields.symptom && !fields.menu_item],
      ["impact", !fields.impact],
      ["urgency", !fields.urgency],
      ["wish", wish !== null && wish.from >= wish.to],
    ];
    return found.filter(([, open]) => open).map(([gap]) => gap);
  }

  body(form: ReportForm, catalog: Catalog | null): FaultReport {
    const { fields } = this;
    const product = this.product(form, catalog);
    const symptom = product?.symptoms.find(({ code }) => code === fields.symptom);
    const item = form.menu.find(({ code }) => code === fields.menu_item);
    return {
      kind: fields.kind,
      menu_item: item?.code ?? null,
      site_id: fields.site_id,
      asset_id: fields.subject.startsWith("asset:") ? fields.subject.slice(6) : null,
      product_id: product?.id ?? null,
      symptom: symptom?.code ?? null,
      description: fields.description.trim() || (symptom?.name_ja ?? item?.name_ja ?? ""),
      impact: fields.impact ?? "none",
      urgency: fields.urgency ?? "whenever",
      needs_visit: fields.needs_visit,
      wish: wished(fields),
      phone: fields.phone.trim(),
      overdraft: fields.overdraft,
      agreed_units: null,
    };
  }

  /** Names the action before it is sent; a second press and a retry keep the name. */
  prepare(form: ReportForm, catalog: Catalog | null, units: number): { operation: string; body: FaultReport } {
    const pending = this.fields.pending ?? { operation: newOperation(), body: { ...this.body(form, catalog), agreed_units: units } };
    this.fields.pending = pending;
    this.keep();
    return pending;
  }

  /** The server has answered with a no: what is sent next is another action. */
  answered(): void {
    this.fields.pending = null;
    this.keep();
  }
}

/** A date alone is that whole day. */
function wished({ needs_visit, wish: { date, from, to } }: ReportFields): Span | null {
  if (!needs_visit || !date) return null;
  return { from: atClock(date, from || "00:00"), to: to ? atClock(date, to) : atClock(onDay(date, 1), "00:00") };
}
