import type { Words } from "$lib/texts/words";
import type { ja } from "./ja";

export const en = {
  title: "Dispatch board",
} satisfies Words<typeof ja>;
