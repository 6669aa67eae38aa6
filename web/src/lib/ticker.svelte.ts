import { serverNow } from "./session.svelte";

/** The server's time, renewed once a second while the page is seen: ages and the board's now line read it. */
class Ticker {
  now = $state(serverNow());

  constructor() {
    setInterval(() => {
      if (document.visibilityState === "visible") this.now = serverNow();
    }, 1000);
    document.addEventListener("visibilitychange", () => (this.now = serverNow()));
  }
}

export const ticker = new Ticker();
