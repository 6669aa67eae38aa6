/** After a look that failed: twice as long each time. Whoever has no network for longer is woken when it comes back. */
const AGAIN_MS = 1_000;
const TRIES = 6;

/**
 * One look at the server for everything that was just told, since one save tells several things. Events that keep
 * coming do not put it off, and one that fails is made again: no other event may follow that would set the page right.
 */
export class Soon {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failed = 0;
  #stopped = false;

  constructor(
    private readonly look: () => Promise<unknown>,
    private readonly pauseMs: number,
  ) {}

  /** Something happened. A look that is to come sees it too. */
  heard(): void {
    this.#failed = 0;
    if (this.#timer === undefined) this.#in(this.pauseMs);
  }

  /** Nobody looks any more. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #in(pauseMs: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.look().catch(() => this.#again());
    }, pauseMs);
  }

  #again(): void {
    this.#failed += 1;
    if (this.#failed < TRIES && this.#timer === undefined) this.#in(AGAIN_MS * 2 ** (this.#failed - 1));
  }
}
