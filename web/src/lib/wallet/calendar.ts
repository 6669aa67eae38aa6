import type { LotView } from "$lib/api/types";

/** What dies on one day: of which lot, and how many units of it. */
export interface Dying {
  lot: string;
  on: string;
  units: number;
}

/** A month of the expiry calendar. */
export interface ExpiryMonth {
  /** `2027-03`. */
  month: string;
  units: number;
  dying: Dying[];
}

/** The days on which what can still be used dies, by month, soonest first; months without any are left out. */
export function expiryMonths(lots: readonly LotView[]): ExpiryMonth[] {
  const months = new Map<string, ExpiryMonth>();
  for (const { number: lot, available, expires_on: on } of lots) {
    if (!on || available === 0) continue;
    const month = on.slice(0, 7);
    const entry = months.get(month) ?? { month, units: 0, dying: [] };
    entry.units += available;
    entry.dying.push({ lot, on, units: available });
    months.set(month, entry);
  }
  const sorted = [...months.values()].sort((a, b) => a.month.localeCompare(b.month));
  for (const { dying } of sorted) dying.sort((a, b) => a.on.localeCompare(b.on) || a.lot.localeCompare(b.lot));
  return sorted;
}

/** Units that have no last day. */
export const endless = (lots: readonly LotView[]): number =>
  lots.reduce((sum, lot) => sum + (lot.expires_on ? 0 : lot.available), 0);

/** Units whose last day is not after `last`. */
export const expiringBy = (lots: readonly LotView[], last: string): number =>
  lots.reduce((sum, lot) => sum + (lot.expires_on && lot.expires_on <= last ? lot.available : 0), 0);

/** Lots from which something can be used first, soonest last day at the top; then what is over, newest first. */
export function inOrder(lots: readonly LotView[]): LotView[] {
  const NEVER = "9";
  const live = (lot: LotView): boolean => lot.available + lot.held > 0;
  return [...lots].sort((a, b) => {
    if (live(a) !== live(b)) return live(a) ? -1 : 1;
    const [one, other] = [a.expires_on ?? NEVER, b.expires_on ?? NEVER];
    return (live(a) ? one.localeCompare(other) : other.localeCompare(one)) || a.number.localeCompare(b.number);
  });
}
