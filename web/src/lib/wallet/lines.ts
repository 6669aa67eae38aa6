import type { LotView, WalletSummary } from "$lib/api/types";

/** Lines of one page, newest first, and how many pages there are. */
export function pageOf<T>(all: readonly T[], page: number, size: number): { part: T[]; pages: number; page: number } {
  const pages = Math.max(1, Math.ceil(all.length / size));
  const shown = Math.min(Math.max(page, 0), pages - 1);
  return { part: all.slice(shown * size, (shown + 1) * size), pages, page: shown };
}

/** What is available after a purchase: the next lot settles an overdraft first. */
export function afterPurchase(wallet: WalletSummary, units: number): { available: number; settled: number } {
  const settled = Math.min(wallet.overdraft, units);
  return { available: wallet.available + units - settled, settled };
}

/** Only a lot from which nothing was ever taken can be made void. */
export const untouched = (lot: LotView): boolean => lot.available === lot.count;
