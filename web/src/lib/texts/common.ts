import { words } from "$lib/language.svelte";
import { common as en } from "./en/common";
import { common as ja } from "./ja/common";

/** The shared words in the current language; call it inside `$derived`. */
export const commonWords = (): typeof ja => words(ja, en);
