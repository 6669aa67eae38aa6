import { expect, it } from "vitest";
import type { Invoice } from "$lib/api/types";
import { draftOf, requestOf } from "./invoices";

const standing: Invoice = {
  lot_id: "lot_1", contract_id: "con_1", invoice_number: "INV-7", issuer_number: "T1234567890123", invoiced_on: "2026-11-30",
  set_by: { kind: "system", name: "x" }, set_at: "2026-11-23T00:00:00Z", version: 3,
};

it("the first entry begins with today, a correction with what stands", () => {
  expect(draftOf(null, "2026-11-23")).toEqual({ invoice_number: "", invoiced_on: "2026-11-23", issuer_number: "" });
  expect(requestOf(draftOf(standing, "2026-12-01"), standing)).toEqual({
    invoice_number: "INV-7", issuer_number: "T1234567890123", invoiced_on: "2026-11-30", version: 3,
  });
});

it("blanks are left out, and a registration number is written in capitals", () => {
  const draft = { invoice_number: " INV-8 ", invoiced_on: "2026-11-23", issuer_number: " t1234567890123" };
  expect(requestOf(draft, null)).toEqual({ invoice_number: "INV-8", invoiced_on: "2026-11-23", issuer_number: "T1234567890123", version: 0 });
  expect(requestOf({ ...draft, issuer_number: "  " }, null).issuer_number).toBeNull();
});
