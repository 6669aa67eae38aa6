import { untrack } from "svelte";

/**
 * Runs now and whenever the key is another one. What the key is made of is told anew with every picture of the server;
 * only another value counts, so that a form is not emptied under the hand of whoever fills it in. To be called while a
 * component is made.
 */
export function whenever(key: () => string | number, run: () => unknown): void {
  const known = $derived(key());
  $effect(() => {
    void known;
    untrack(() => void run());
  });
}
