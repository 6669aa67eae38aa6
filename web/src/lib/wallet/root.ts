/** Hex digits of a root. */
export const ROOT_DIGITS = 64;

/** A root as it was typed from paper, without gaps, capitals and wide letters; the server reads it the same way. */
export const rootDigits = (typed: string): string =>
  typed
    .normalize("NFKC")
    .replace(/[\s\-:.,‐−–—]/g, "")
    .toLowerCase();

/** What is still wrong with it while it is typed. */
export function rootFault(typed: string): { kind: "letters" } | { kind: "length"; count: number } | null {
  const digits = rootDigits(typed);
  if (/[^0-9a-f]/.test(digits)) return { kind: "letters" };
  return digits.length === ROOT_DIGITS ? null : { kind: "length", count: digits.length };
}

/** In groups of eight, which an eye can compare with paper. */
export const grouped = (root: string): string => root.match(/.{1,8}/g)?.join(" ") ?? "";
