import { newOperation } from "$lib/api/operation";
import { ProblemError } from "$lib/api/problem";
import type { Place, PositionReport, PositionsAnswer } from "$lib/api/types";
import type { Store } from "./store";

export interface Seen extends Place { accuracy_m: number; at: number }

/** A position worth keeping comes this long after the last, or this far from it. */
const EVERY_MS = 15_000;
const EVERY_M = 50;
/** Worse fixes say little more than the cell; the server drops them too. */
const ACCURACY_M_MAX = 100;
/** 150 km/h: faster is a jump of the receiver, not a car. */
const SPEED_M_S_MAX = 150 / 3.6;
/** A whole shift without a signal, at one each 15 seconds. */
const KEPT_MAX = 2_000;
const BATCH = 100;

/** Great-circle distance in metres (haversine formula, mean radius of the earth 6,371,009 m). */
export function metresBetween(a: Place, b: Place): number {
  const rad = Math.PI / 180;
  const h =
    Math.sin(((b.lat - a.lat) * rad) / 2) ** 2 +
    Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(((b.lon - a.lon) * rad) / 2) ** 2;
  return 2 * 6_371_009 * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Which of the phone's fixes are worth sending, given the last that was. */
export function worthKeeping(fix: Seen, last: Seen | null): boolean {
  if (!(fix.accuracy_m <= ACCURACY_M_MAX)) return false;
  if (!last) return true;
  const ms = fix.at - last.at;
  if (ms <= 0) return false;
  const metres = metresBetween(last, fix);
  if (metres / (ms / 1000) > SPEED_M_S_MAX) return false;
  return ms >= EVERY_MS || metres >= EVERY_M;
}

export interface TrailHooks {
  send(positions: PositionReport[], operation: string): Promise<PositionsAnswer>;
  changed(unsent: number): void;
}

/** The positions on their way: numbered in order, stored first, sent in batches when the server can be reached. */
export class Trail {
  #last: Seen | null = null;
  #running = false;
  #again = false;

  constructor(
    private readonly store: Store,
    private readonly hooks: TrailHooks,
  ) {}

  /** Keeps a fix if it is worth it, and sends what there is. */
  async take(fix: Seen): Promise<boolean> {
    if (!worthKeeping(fix, this.#last)) return false;
    this.#last = fix;
    const { lat, lon, accuracy_m } = fix;
    // Numbers follow the clock in seconds, so that they go on rising when the technician changes his phone.
    const floor = Math.floor(fix.at / 1000);
    await this.store.addPosition({ lat, lon, accuracy_m, at: new Date(fix.at).toISOString(), correlation_id: null }, floor, KEPT_MAX);
    await this.flush();
    return true;
  }

  async flush(): Promise<void> {
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    try {
      do {
        this.#again = false;
        while (await this.#sendSome());
      } while (this.#again);
    } finally {
      this.#running = false;
      this.hooks.changed(await this.store.countPositions());
    }
  }

  /** Says whether there may be more to send. A batch has no fixed content, so each attempt is an operation of its own. */
  async #sendSome(): Promise<boolean> {
    const batch = await this.store.positions(BATCH);
    if (batch.length === 0) return false;
    try {
      await this.hooks.send(batch, newOperation());
    } catch (error) {
      // Refused as a whole (off shift, malformed): sending it again would change nothing.
      const judged = error instanceof ProblemError && error.status < 500 && ![401, 408, 429].includes(error.status);
      if (!judged) return false;
    }
    await this.store.removePositions(batch.at(-1)!.seq);
    return batch.length === BATCH;
  }
}
