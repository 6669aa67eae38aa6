import { api } from "$lib/api/api";
import type { TerritoryLoad } from "$lib/api/types";

/** How old the other territories' figures may become. One small reading serves all of them. */
const EVERY_MS = 10_000;

/**
 * What waits in every territory. A dispatcher follows one board live; of the others he needs only to hear that he is
 * wanted there, so their figures are asked for, not followed event by event.
 */
export class Loads {
  rows = $state.raw<ReadonlyMap<string, TerritoryLoad>>(new Map());
  #timer: ReturnType<typeof setInterval> | undefined;
  #asking = false;

  start(): void {
    void this.refresh();
    this.#timer ??= setInterval(() => void this.refresh(), EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Keeps the last figures when no answer comes: the badge of the live connection tells that. */
  async refresh(): Promise<void> {
    if (this.#asking || document.visibilityState === "hidden") return;
    this.#asking = true;
    try {
      const { territories } = await api.territoryLoads();
      this.rows = new Map(territories.map((load) => [load.territory_id, load]));
    } catch {
      // The next one is soon.
    } finally {
      this.#asking = false;
    }
  }
}

/** The territories but the one that is looked at where a business stands still, the most of them first. */
export function alarms(rows: ReadonlyMap<string, TerritoryLoad>, here: string): TerritoryLoad[] {
  return [...rows.values()].filter((load) => load.stopped > 0 && load.territory_id !== here).sort((a, b) => b.stopped - a.stopped);
}
