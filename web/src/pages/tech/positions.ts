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

/** Farther from another fix than a car can have come; both may be off by their accuracy, as the server reckons too. */
function isJump(fix: Seen, last: Seen): boolean {
  const ms = fix.at - last.at;
  if (ms <= 0 || !(fix.accuracy_m <= ACCURACY_M_MAX)) return false;
  return (metresBetween(last, fix) - last.accuracy_m - fix.accuracy_m) / (ms / 1000) > SPEED_M_S_MAX;
}

/** Which of the phone's fixes are worth sending, given the last that was. */
export function worthKeeping(fix: Seen, last: Seen | null): boolean {
  if (!(fix.accuracy_m <= ACCURACY_M_MAX)) return false;
  if (!last) return true;
  const ms = fix.at - last.at;
  if (ms <= 0) return false;
  const metres = metresBetween(last, fix);
  if (isJump(fix, last)) return false;
  return ms >= EVERY_MS || metres >= EVERY_M;
}

/** So many fixes in a row that agree with each other show that it was the one before them that was wrong. */
const AGREEING = 3;

/**
 * Chooses among the phone's fixes. The first is believed for want of anything better; when it was wrong (a fix from the
 * network, or from before the phone was carried on) all true ones are too far from it, so those are kept aside until
 * enough of them agree with each other, and then they count instead.
 */
export class Sieve {
  #last: Seen | null = null;
  #doubted: Seen[] = [];

  /** The fixes to keep now: mostly none or this one, all of the doubted when they have proved right. */
  take(fix: Seen): Seen[] {
    if (this.#last && isJump(fix, this.#last)) return this.#doubt(fix);
    if (!worthKeeping(fix, this.#last)) return [];
    this.#doubted = [];
    this.#last = fix;
    return [fix];
  }

  #doubt(fix: Seen): Seen[] {
    const before = this.#doubted.at(-1);
    if (before && isJump(fix, before)) this.#doubted = [];
    else if (!worthKeeping(fix, before ?? null)) return [];
    this.#doubted.push(fix);
    if (this.#doubted.length < AGREEING) return [];
    const proved = this.#doubted;
    this.#doubted = [];
    this.#last = fix;
    return proved;
  }
}

/** Codes with which the server says that a fix cannot be true; those that only come late or twice mean nothing. */
const DISBELIEVED: ReadonlySet<string> = new Set(["position.implausible", "position.inaccurate", "position.future", "position.far"]);

/** Counts refusals without an accepted fix between them; the last code is the reason. */
export class Belief {
  refused = 0;
  code: string | null = null;

  hear({ accepted, ignored }: PositionsAnswer): void {
    if (accepted > 0) this.refused = 0;
    // Of a batch that was believed in part, only what came after is a bad sign; the answer does not tell the order.
    else this.refused += ignored.filter(({ code }) => DISBELIEVED.has(code)).length;
    this.code = this.refused > 0 ? (ignored.findLast(({ code }) => DISBELIEVED.has(code))?.code ?? this.code) : null;
  }
}

export interface TrailHooks {
  send(positions: PositionReport[], operation: string): Promise<PositionsAnswer>;
  changed(unsent: number): void;
  /** What the server made of a batch. */
  judged(answer: PositionsAnswer): void;
}

/** The positions on their way: numbered in order, stored first, sent in batches when the server can be reached. */
export class Trail {
  readonly #sieve = new Sieve();
  #running = false;
  #again = false;

  constructor(
    private readonly store: Store,
    private readonly hooks: TrailHooks,
  ) {}

  /** Keeps a fix if it is worth it, and sends what there is. */
  async take(fix: Seen): Promise<boolean> {
    const kept = this.#sieve.take(fix);
    if (kept.length === 0) return false;
    for (const { lat, lon, accuracy_m, at } of kept) {
      // Numbers follow the clock in seconds, so that they go on rising when the technician changes his phone.
      const floor = Math.floor(at / 1000);
      await this.store.addPosition({ lat, lon, accuracy_m, at: new Date(at).toISOString(), correlation_id: null }, floor, KEPT_MAX);
    }
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
      this.hooks.judged(await this.hooks.send(batch, newOperation()));
    } catch (error) {
      // Refused as a whole (off shift, malformed): sending it again would change nothing.
      const judged = error instanceof ProblemError && error.status < 500 && ![401, 408, 429].includes(error.status);
      if (!judged) return false;
    }
    await this.store.removePositions(batch.at(-1)!.seq);
    return batch.length === BATCH;
  }
}
