import type { Eta } from "./api/types";

/**
 * The newest forecast of each visit, whoever is faster: the stream, which tells a forecast before or after the visit
 * itself, or a record that was read a moment ago.
 */
export class Forecasts {
  #newest = new Map<string, Eta>();

  /** A forecast from the stream. Says whether it is news. */
  hear(eta: Eta): boolean {
    const known = this.#newest.get(eta.visit_id);
    if (known && known.seq >= eta.seq) return false;
    this.#newest.set(eta.visit_id, eta);
    return true;
  }

  /** The forecast to show with a record that was read with `read`. */
  of(visitId: string | null, read: Eta | null): Eta | null {
    if (read) this.hear(read);
    return (visitId && this.#newest.get(visitId)) || null;
  }

  /** Another life of the server numbers anew. */
  clear(): void {
    this.#newest.clear();
  }
}
