import { onDestroy } from "svelte";

/** What a screen knows of a question that it asks again and again. Only the answer to the newest question counts: those
 * to older ones, and to a screen that is gone, are passed over. To be made while a component is. */
export class Answer<T> {
  value = $state.raw<T | null>(null);
  error = $state<unknown>(null);
  busy = $state(false);
  #asked = 0;

  constructor() {
    onDestroy(() => (this.#asked += 1));
  }

  /** The answer, when it counts. */
  async ask(question: Promise<T>): Promise<T | null> {
    const mine = (this.#asked += 1);
    this.error = null;
    this.busy = true;
    try {
      const found = await question;
      if (mine !== this.#asked) return null;
      this.value = found;
      return found;
    } catch (problem) {
      if (mine === this.#asked) this.error = problem;
      return null;
    } finally {
      if (mine === this.#asked) this.busy = false;
    }
  }
}
