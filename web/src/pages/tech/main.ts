import "./tech.css";
import { language } from "$lib/language.svelte";
import { startPage } from "$lib/page";
import Page from "./Page.svelte";

// The page that was kept for starting offline has the language of that day; the choice on this device counts.
const chosen = /(?:^|; )kaketsuke_lang=(ja|en)/.exec(document.cookie)?.[1] as "ja" | "en" | undefined;
if (chosen && chosen !== language.code) language.set(chosen);

startPage(Page);

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/sw.js", { scope: "/tech" }).catch(() => undefined);
  // Without this a phone short of space may throw unsent taps away.
  void navigator.storage?.persist?.();
}
