/** Finds Japanese on an English page that did not come from the records. */

const JAPANESE = /[\u3040-\u30ff\u3400-\u9fff]+/g;

/** Everything that the server told a page as data: names and notes stay in the language in which they were written. */
export class Told {
  #texts = new Set();

  constructor(page) {
    page.on("response", async (response) => {
      if (!/\/api\//.test(response.url()) || !(response.headers()["content-type"] ?? "").includes("json")) return;
      this.#take(await response.json().catch(() => null));
    });
    page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => this.#take(JSON.parse(String(payload)))));
  }

  /** What has an English sister is not to be shown in Japanese. */
  #take(value, key = "") {
    if (typeof value === "string") {
      if (key !== "ja" && !key.endsWith("_ja")) this.#texts.add(value);
    } else if (value && typeof value === "object") {
      for (const [name, part] of Object.entries(value)) this.#take(part, Array.isArray(value) ? key : name);
    }
  }

  /** Japanese words on the page that are no data. */
  async untranslated(page) {
    const seen = await page.evaluate(() => {
      const found = [];
      const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        const parent = node.parentElement;
        if (!parent || parent.closest("script, style, [lang=ja]")) continue;
        if (node.textContent.trim()) found.push(node.textContent.trim());
      }
      for (const element of document.querySelectorAll("[aria-label], [title], [placeholder]")) {
        if (element.closest("[lang=ja]")) continue;
        for (const name of ["aria-label", "title", "placeholder"]) if (element.getAttribute(name)) found.push(element.getAttribute(name));
      }
      return [document.title, ...found];
    });
    const data = [...this.#texts].join("\n");
    const first = await page.evaluate(() => document.getElementById("first")?.textContent ?? "");
    return [...new Set(seen.flatMap((text) => text.match(JAPANESE) ?? []))].filter((word) => !data.includes(word) && !first.includes(word));
  }
}
