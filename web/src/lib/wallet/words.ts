import { words } from "$lib/language.svelte";
import { en } from "./en";
import { ja } from "./ja";

export const walletWords = (): typeof ja => words(ja, en);
