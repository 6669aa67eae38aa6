import { api } from "$lib/api/api";
import type { Place } from "$lib/api/types";
import { serverNow } from "$lib/session.svelte";
import { Belief, Trail, metresBetween, type Seen } from "./positions";
import type { Store } from "./store";

/** So near the customer the page proposes to tap "arrived". */
const NEAR_M = 150;
/** One refused fix is a slip of the receiver; so many are told to the technician. */
const DISBELIEVED_AFTER = 3;

/** The phone's position and its screen, while the technician is under way and not a moment longer. */
class Watch {
  consent = $state<boolean | null>(null);
  trouble = $state<"none" | "denied" | null>(null);
  last = $state.raw<Seen | null>(null);
  unsent = $state(0);
  /** Why the server does not believe where he is, once it has refused several fixes in a row. */
  disbelieved = $state<string | null>(null);
  readonly #belief = new Belief();
  awake = $state(false);
  running = $state(false);
  #trail: Trail | null = null;
  #store: Store | null = null;
  #watch: number | null = null;
  #lock: WakeLockSentinel | null = null;

  async use(store: Store): Promise<void> {
    if (this.#store === store) return;
    this.#store = store;
    this.consent = (await store.get("consent")) ?? null;
    this.#trail = new Trail(store, {
      send: api.positions,
      changed: (unsent) => (this.unsent = unsent),
      judged: (answer) => {
        this.#belief.hear(answer);
        this.disbelieved = this.#belief.refused >= DISBELIEVED_AFTER ? this.#belief.code : null;
      },
    });
    window.addEventListener("online", () => void this.#trail?.flush());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState !== "visible" || !this.running) return;
      void this.#stayAwake();
      void this.#trail?.flush();
    });
    void this.#trail.flush();
  }

  async agree(consent: boolean): Promise<void> {
    this.consent = consent;
    await this.#store?.keep("consent", consent);
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    void this.#stayAwake();
    this.locate();
  }

  /** Begins to watch the position if he agreed. */
  locate(): void {
    if (!this.running || !this.consent || this.#watch !== null) return;
    if (!("geolocation" in navigator)) {
      this.trouble = "none";
      return;
    }
    this.#watch = navigator.geolocation.watchPosition(
      (found) => {
        this.trouble = null;
        const { latitude: lat, longitude: lon, accuracy } = found.coords;
        // The age of the fix on this phone's clock, told on the server's.
        const age = Math.max(0, Date.now() - found.timestamp);
        const seen = { lat, lon, accuracy_m: Math.round(accuracy * 10) / 10, at: Math.round(serverNow() - age) };
        this.last = seen;
        void this.#trail?.take(seen).catch(() => undefined);
      },
      (error) => (this.trouble = error.code === error.PERMISSION_DENIED ? "denied" : this.trouble),
      { enableHighAccuracy: true, maximumAge: 5_000, timeout: 60_000 },
    );
  }

  stop(): void {
    this.running = false;
    this.awake = false;
    this.last = null;
    this.disbelieved = null;
    if (this.#watch !== null) navigator.geolocation.clearWatch(this.#watch);
    this.#watch = null;
    void this.#lock?.release().catch(() => undefined);
    this.#lock = null;
  }

  /** Metres to a place, when the last fix is good enough to say. */
  metresTo(place: Place): number | null {
    return this.last && this.last.accuracy_m <= 200 ? metresBetween(this.last, place) : null;
  }
  isNear(place: Place): boolean {
    const metres = this.metresTo(place);
    return metres !== null && metres <= NEAR_M;
  }

  /** Browsers take the lock away whenever the page is hidden, so it is asked for again each time it is shown. */
  async #stayAwake(): Promise<void> {
    try {
      this.#lock = (await navigator.wakeLock?.request("screen")) ?? null;
      this.awake = this.#lock !== null;
      this.#lock?.addEventListener("release", () => (this.awake = false));
    } catch {
      this.awake = false;
    }
  }
}

export const watch = new Watch();
