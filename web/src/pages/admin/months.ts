import type { MonthLine } from "$lib/api/types";

/** `2026-11` so many months later. */
export function monthsLater(month: string, months: number): string {
  const [year, number] = month.split("-").map(Number) as [number, number];
  return new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 7);
}

/** The sums of what moved; the balances are those of the first and the last month. */
export function sumOf(lines: readonly MonthLine[]): MonthLine | null {
  const [first, last] = [lines[0], lines.at(-1)];
  if (!first || !last) return null;
  const add = (key: Exclude<keyof MonthLine, "month">): number => lines.reduce((sum, line) => sum + line[key], 0);
  return {
    month: last.month,
    opening: first.opening,
    sold: add("sold"),
    received: add("received"),
    given: add("given"),
    refunded: add("refunded"),
    withdrawn: add("withdrawn"),
    used: add("used"),
    breakage: add("breakage"),
    closing: last.closing,
  };
}

/** The base dates that are over, newest first. */
export function baseDates(today: string, howMany: number): string[] {
  const dates: string[] = [];
  for (let year = Number(today.slice(0, 4)); dates.length < howMany; year -= 1) {
    for (const date of [`${year}-09-30`, `${year}-03-31`]) if (date <= today && dates.length < howMany) dates.push(date);
  }
  return dates;
}
