import { words } from "$lib/language.svelte";
import { en } from "./en";
import { ja } from "./ja";

/** The board's words in the current language; call it inside `$derived`. */
export const boardWords = (): typeof ja => words(ja, en);
