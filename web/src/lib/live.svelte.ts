import { liveHere, type LiveClient, type LiveState } from "./live";

/** The page's one live connection, with its state for the badge. */
class Live {
  /** `null` while nothing is followed yet. */
  state = $state<LiveState | null>(null);
  #client: LiveClient | undefined;

  get client(): LiveClient {
    this.#client ??= liveHere({ onState: (state) => (this.state = state) });
    return this.#client;
  }
}

export const live = new Live();
