import { api } from "./api/api";
import { liveHere, type LiveClient, type LiveState } from "./live";

/** A server that ends the connection and yet knows the session must not be asked in a tight loop. */
const REVIVE_MS = 5000;

/** The page's one live connection, with its state for the badge. */
class Live {
  /** `null` while nothing is followed yet. */
  state = $state<LiveState | null>(null);
  #client: LiveClient | undefined;

  #changed(state: LiveState): void {
    this.state = state;
    if (state.kind !== "stopped" || state.why !== "session") return;
    // Asking who I am leads to the log-in when the session is over; when it is not, another tab has renewed it.
    api.me().then(() => setTimeout(() => this.#client?.revive(), REVIVE_MS), () => undefined);
  }

  get client(): LiveClient {
    this.#client ??= liveHere({ onState: (state) => this.#changed(state), renew: api.stayLoggedIn });
    return this.#client;
  }
}

export const live = new Live();
