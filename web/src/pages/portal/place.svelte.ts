import { readPlace, writePlace, type Place } from "$lib/wallet/place";

/** Where the portal is, as its address says. */
class Here {
  now = $state<Place>(readPlace(location.hash));

  constructor() {
    addEventListener("hashchange", () => (this.now = readPlace(location.hash)));
  }

  go(place: Partial<Place>): void {
    location.hash = writePlace(place);
  }
}

export const here = new Here();
