import { words } from "$lib/language.svelte";
import { ja } from "./ja";
import { en } from "./en";

export const deskWords = (): typeof ja => words(ja, en);
