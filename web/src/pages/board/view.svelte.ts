/** How this dispatcher likes the board; kept on this device. */
export const DENSITIES = [24, 34, 44] as const;
export type Density = (typeof DENSITIES)[number];
/** Pixels an hour. */
export const SCALES = [48, 72, 96, 132, 180] as const;
export type Tab = "queue" | "grid" | "risk" | "map";

const KEY = "kaketsuke.board.view";

interface Kept {
  density: Density;
  scale: number;
  map: boolean;
}

function kept(): Partial<Kept> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Kept>;
  } catch {
    return {};
  }
}

const finger = typeof matchMedia !== "undefined" && matchMedia("(pointer: coarse)").matches;

export class View {
  density = $state<Density>(34);
  scale = $state<number>(96);
  map = $state(false);
  /** On a narrow screen one part is seen at a time. */
  tab = $state<Tab>("queue");

  /** Nothing was chosen yet: the rows suit the number of technicians. */
  #free = true;

  constructor() {
    const { density, scale, map } = kept();
    if (density && DENSITIES.includes(density)) {
      this.density = density;
      this.#free = false;
    }
    if (scale && (SCALES as readonly number[]).includes(scale)) this.scale = scale;
    this.map = map ?? false;
    // A finger needs the tallest rows.
    if (finger) this.density = 44;
  }

  /** Takes the tallest rows with which all technicians are seen at once, as long as nobody has chosen. */
  suit(rows: number, height: number): void {
    if (!this.#free || finger) return;
    this.density = DENSITIES.findLast((density) => density * rows <= height) ?? 34;
  }

  setDensity(density: Density): void {
    this.density = finger ? 44 : density;
    this.#free = false;
    this.#keep();
  }

  zoom(by: 1 | -1): void {
    const at = (SCALES as readonly number[]).indexOf(this.scale) + by;
    this.scale = SCALES[Math.min(SCALES.length - 1, Math.max(0, at))]!;
    this.#keep();
  }

  toggleMap(): void {
    this.map = !this.map;
    this.#keep();
  }

  #keep(): void {
    try {
      const density = this.#free ? undefined : this.density;
      localStorage.setItem(KEY, JSON.stringify({ density, scale: this.scale, map: this.map }));
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  }
}
