import type { Invoice, InvoiceRequest, LotView } from "$lib/api/types";

/** What stands in the form of an invoice. */
export interface InvoiceDraft {
  invoice_number: string;
  invoiced_on: string;
  issuer_number: string;
}

export const draftOf = (invoice: Invoice | null, today: string): InvoiceDraft => ({
  invoice_number: invoice?.invoice_number ?? "",
  invoiced_on: invoice?.invoiced_on ?? today,
  issuer_number: invoice?.issuer_number ?? "",
});

/** What is sent: the version is that of the entry which is corrected, 0 for the first. */
export const requestOf = (draft: InvoiceDraft, standing: Invoice | null): InvoiceRequest => ({
  invoice_number: draft.invoice_number.trim(),
  invoiced_on: draft.invoiced_on,
  issuer_number: draft.issuer_number.trim().toUpperCase() || null,
  version: standing?.version ?? 0,
});

/** Only what was sold stands on an invoice. */
export const isSold = (lot: LotView): boolean => lot.origin === "paid";
