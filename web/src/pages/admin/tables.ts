import type { ExportKind, ImportKind, RowFault } from "$lib/api/types";

/** In the order in which they must come: what a row refers to is there before it. */
export const IMPORT_KINDS: readonly ImportKind[] = ["customers", "contacts", "sites", "contracts", "assets", "lots"];
export const EXPORT_KINDS: readonly ExportKind[] = [
  ...(["customers", "contacts", "sites", "contracts", "assets", "lots"] as const),
  ...(["wallets", "tickets", "postings", "holds", "policies", "invoices", "acknowledgements", "refunds", "adjustments", "disputes", "confirmations"] as const),
  ...(["approval_rules", "approvals", "refusals", "roots", "root_heads"] as const),
  ...(["notices", "notice_reads", "mails", "journal", "streams"] as const),
  ...(["interactions", "calls", "call_refusals", "extensions", "service_levels", "clock_pauses"] as const),
  ...(["issues", "work_orders", "visits", "reports", "past_repairs"] as const),
  ...(["territories", "technicians", "absences", "products", "symptoms"] as const),
  ...(["company", "skills", "qualifications", "parts", "causes", "holidays", "people", "people_changes"] as const),
];

/** The byte order mark tells spreadsheets the encoding. */
const BOM = "\u{feff}";

const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** The list of faults as a table, to be worked through beside the file that has them. */
export function faultsCsv(faults: readonly RowFault[], head: readonly string[], japanese: boolean): string {
  const rows = faults.map((fault) => [String(fault.row), String(fault.line), fault.column, fault.code, japanese ? fault.ja : fault.en]);
  return BOM + [head, ...rows].map((row) => row.map(cell).join(",") + "\r\n").join("");
}

/** `4.2 MB`: the size of a file, as far as it matters. */
export function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [size, unit] = bytes < 1_000_000 ? [bytes / 1000, "kB"] : [bytes / 1_000_000, "MB"];
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}
