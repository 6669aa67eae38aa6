import type { Place, PositionReport } from "$lib/api/types";

/** A new fix counts after this long or this far, whichever comes first: enough for an arrival, little for the battery. */
const EVERY_MS = 15_000;
const FAR_M = 50;
/** A fix as uncertain as this says only that the phone is in town. */
const USELESS_M = 2_000;

export type Fix = Omit<PositionReport, "seq">;

/** Metres between two places; flat-earth, exact enough for tens of metres. */
export function metres(a: Place, b: Place): number {
  const north = (b.lat - a.lat) * 111_195;
  const east = (b.lon - a.lon) * 111_195 * Math.cos((a.lat * Math.PI) / 180);
  return Math.hypot(north, east);
}

export function worthSending(last: Fix | null, next: Fix): boolean {
  if (next.accuracy_m > USELESS_M) return false;
  if (!last) return true;
  const waited = Date.parse(next.at) - Date.parse(last.at);
  return waited >= EVERY_MS || (waited > 0 && metres(last, next) >= Math.max(FAR_M, next.accuracy_m / 2));
}

export type GpsState = "off" | "on" | "denied" | "weak";

/** Watches the phone's position while somebody waits for the arrival, and keeps the screen awake for it. */
export class Recorder {
  #watch: number | null = null;
  #last: Fix | null = null;
  #lock: WakeLockSentinel | null = null;

  constructor(
    private readonly keep: (fix: Fix) => void,
    private readonly onState: (state: GpsState) => void,
  ) {
    // The browser takes the wake lock away when the page is hidden; it has to be asked for again.
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible" && this.#watch !== null) void this.#stayAwake();
    });
  }

  start(): void {
    if (this.#watch !== null) return;
    if (!("geolocation" in navigator)) {
      this.onState("denied");
      return;
    }
    this.onState("on");
    this.#watch = navigator.geolocation.watchPosition(
      (position) => this.#take(position),
      (error) => this.onState(error.code === error.PERMISSION_DENIED ? "denied" : "weak"),
      { enableHighAccuracy: true, maximumAge: 5_000, timeout: 30_000 },
    );
    void this.#stayAwake();
  }

  stop(): void {
    if (this.#watch === null) return;
    navigator.geolocation.clearWatch(this.#watch);
    this.#watch = null;
    this.#last = null;
    void this.#lock?.release().catch(() => undefined);
    this.#lock = null;
    this.onState("off");
  }

  #take(position: GeolocationPosition): void {
    const { latitude, longitude, accuracy } = position.coords;
    this.onState("on");
    const fix: Fix = {
      lat: latitude,
      lon: longitude,
      accuracy_m: Math.round(accuracy),
      at: new Date(position.timestamp).toISOString(),
      correlation_id: null,
    };
    if (!worthSending(this.#last, fix)) return;
    this.#last = fix;
    this.keep(fix);
  }

  async #stayAwake(): Promise<void> {
    try {
      this.#lock = (await navigator.wakeLock?.request("screen")) ?? null;
    } catch {
      // Low battery or no right to it: the screen may sleep, taps still tell the truth.
    }
  }
}
