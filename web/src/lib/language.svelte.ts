import type { Words } from "$lib/texts/words";

export type Language = "ja" | "en";

/** The page comes in the language that the server chose (address, cookie, browser); the switch changes it in place. */
class CurrentLanguage {
  code = $state<Language>(typeof document !== "undefined" && document.documentElement.lang === "en" ? "en" : "ja");

  set(code: Language): void {
    this.code = code;
    document.documentElement.lang = code;
    remember(code);
  }
}

export const language = new CurrentLanguage();

/** Picks the table of the current language. Use inside `$derived`, so that a switch redraws. */
export function words<T>(ja: T, en: Words<T>): T {
  return language.code === "en" ? (en as T) : ja;
}

/** Of two fields of a record, the one in the current language. */
export function either(ja: string, en: string): string {
  return language.code === "en" ? en : ja;
}

/** What a visit is about: the machine and what is wrong with it, as far as they are known. */
export function subject(of: { product_name_ja: string; product_name_en: string; symptom_ja: string; symptom_en: string }): string {
  return [either(of.product_name_ja, of.product_name_en), either(of.symptom_ja, of.symptom_en)].filter(Boolean).join(" · ");
}

/** A choice made once holds on this device for a year. */
export function remember(code: Language): void {
  document.cookie = `kaketsuke_lang=${code}; path=/; max-age=31536000; samesite=lax`;
}

export function hasChoice(): boolean {
  return /(?:^|; )kaketsuke_lang=/.test(document.cookie);
}
