import type { Locale } from "$lib/time";
import type { UnitKind } from "$lib/api/types";

const COUNTERS: Record<UnitKind, string> = { ticket: "枚", point: "ポイント", minute: "分" };
const NOUNS: Record<UnitKind, string> = { ticket: "ticket", point: "point", minute: "minute" };
const grouped = new Intl.NumberFormat("en-US");

/** `12,000`, in both languages alike. */
export const figure = (value: number): string => grouped.format(value);

/** `8枚`, `1 ticket`, `30 points`: as many as the wallet's unit says. */
export function count(units: number, unit: UnitKind, locale: Locale): string {
  if (locale === "ja") return `${figure(units)}${COUNTERS[unit]}`;
  return `${figure(units)} ${NOUNS[unit]}${Math.abs(units) === 1 ? "" : "s"}`;
}

/** The same with its sign: `+10枚`, `−1 ticket`. */
export function change(units: number, unit: UnitKind, locale: Locale): string {
  const sign = units > 0 ? "+" : units < 0 ? "−" : "±";
  return sign + count(Math.abs(units), unit, locale);
}

/** `50,000円` or `¥50,000`. */
export function yen(amount: number, locale: Locale): string {
  return locale === "ja" ? `${figure(amount)}円` : `${amount < 0 ? "−" : ""}¥${figure(Math.abs(amount))}`;
}
