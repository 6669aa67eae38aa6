import type { Plugin } from "vite";
import { pages as en } from "../src/lib/texts/en/pages.ts";
import { pages as ja } from "../src/lib/texts/ja/pages.ts";

type Words = Record<string, string | Record<string, string>>;
const tables: Record<string, Words> = { ja, en };

/**
 * Makes two files of each page, `desk.ja.html` and `desk.en.html`, so that the server can send the right language
 * (and the tracking page can be read without script). `{{key}}` is a text of `texts/<language>/pages.ts`,
 * `{{json:key}}` the group of texts under that key as JSON.
 */
export function pageLanguages(): Plugin {
  return {
    name: "kaketsuke-page-languages",
    transformIndexHtml: {
      order: "pre",
      handler: (html, ctx) =>
        ctx.server ? translate(html, /[?&]lang=en/.test(ctx.originalUrl ?? "") ? "en" : "ja") : html,
    },
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        for (const [name, file] of Object.entries(bundle)) {
          if (file.type !== "asset" || !name.endsWith(".html")) continue;
          const source = String(file.source);
          delete bundle[name];
          for (const language of Object.keys(tables)) {
            const fileName = name.replace(/^.*?([\w-]+)\.html$/, `$1.${language}.html`);
            this.emitFile({ type: "asset", fileName, source: translate(source, language) });
          }
        }
      },
    },
  };
}

function translate(html: string, language: string): string {
  const table = tables[language]!;
  return html
    .replaceAll("{{lang}}", language)
    .replace(/\{\{(json:)?([\w.]+)\}\}/g, (whole, json: string | undefined, key: string) => {
      const text = table[key];
      if (text === undefined) throw new Error(`no text for ${whole} in ${language}`);
      return typeof text === "string" ? escapeHtml(text) : JSON.stringify(text).replaceAll("<", "\\u003c");
    });
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
