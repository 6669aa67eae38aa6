import type { ServerClock } from "./api/types";
import { setZone } from "./time";

/**
 * The server's clock as this device knows it: ages and countdowns are told on it, whatever this device's own clock says,
 * also where the server's day runs faster than the world's.
 */
export class ServerTime {
  /** The server's instant when it was last heard, and this device's then, ms. */
  #told = 0;
  #heard = 0;
  #speed = 1;

  constructor(readonly device: () => number = Date.now) {}

  hear({ now, speed, zone }: ServerClock): void {
    this.#told = Date.parse(now);
    this.#heard = this.device();
    this.#speed = speed;
    setZone(zone);
  }

  now(): number {
    return this.#told + (this.device() - this.#heard) * this.#speed;
  }
}
