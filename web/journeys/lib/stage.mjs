/** The browser, and one context a person. Whatever goes wrong quietly on any page is written down. */
import { existsSync, mkdirSync } from "node:fs";
import { chromium } from "playwright-core";
import { PASSWORD } from "./steps.mjs";

const FLAGS = [
  "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
];
export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };
/** Pictures of every place that is looked at go here, when it is named. */
const SHOTS = process.env.KAKETSUKE_SHOTS;

export class Stage {
  /** Lines of what no page may do: said errors, broken policy, foreign hosts. */
  errors = [];
  violations = [];
  foreign = [];
  requests = 0;

  constructor(base) {
    this.base = base;
  }

  async open() {
    const executablePath = process.env.KAKETSUKE_TEST_CHROMIUM ?? "/usr/bin/chromium";
    if (!existsSync(executablePath)) throw new Error(`no browser at ${executablePath}: set KAKETSUKE_TEST_CHROMIUM`);
    this.browser = await chromium.launch({ executablePath, args: FLAGS });
    if (SHOTS) mkdirSync(SHOTS, { recursive: true });
  }

  close() {
    return this.browser?.close();
  }

  /** Somebody with a browser of his own, logged in when a log-in is named. `phone` makes it a phone that knows where it is. */
  async person(name, { language = "ja", phone = false, size = phone ? PHONE : DESKTOP, scheme = "light", login = "" } = {}) {
    const context = await this.browser.newContext({
      baseURL: this.base,
      viewport: size,
      locale: language === "ja" ? "ja-JP" : "en-GB",
      timezoneId: "Asia/Tokyo",
      colorScheme: scheme,
      hasTouch: phone,
      isMobile: phone,
      deviceScaleFactor: phone ? 2 : 1,
      permissions: phone ? ["geolocation"] : ["clipboard-read", "clipboard-write"],
    });
    context.setDefaultTimeout(15_000);
    await context.addCookies([{ name: "kaketsuke_lang", value: language, url: this.base }]);
    if (login) await context.request.post("/api/session", { data: { login, password: PASSWORD } });
    return new Person(name, context, this);
  }
}

export class Person {
  /** While set, what the network does to this person is wanted and no error. */
  expected = null;

  constructor(name, context, stage) {
    this.name = name;
    this.context = context;
    this.stage = stage;
    context.on("page", (page) => this.#watch(page));
    context.on("request", (request) => this.#request(request.url()));
  }

  #request(address) {
    this.stage.requests += 1;
    const { protocol, origin } = new URL(address);
    if (["blob:", "data:", "about:"].includes(protocol)) return;
    if (origin !== this.stage.base) this.stage.foreign.push(`${this.name}: ${address}`);
  }

  #watch(page) {
    page.on("console", (message) => {
      const text = message.text();
      if (/Content Security Policy|Content-Security-Policy/i.test(text)) this.stage.violations.push(`${this.name}: ${text}`);
      else if (["error", "warning"].includes(message.type()) && !this.expected?.test(text) && !/GPU stall|GL Driver|WebGL/.test(text))
        this.stage.errors.push(`${this.name} ${new URL(page.url()).pathname}: ${text} ${message.location().url ?? ""}`);
    });
    page.on("pageerror", (error) => this.stage.errors.push(`${this.name} ${new URL(page.url()).pathname}: ${error.stack ?? error}`));
    page.on("websocket", (socket) => this.#request(socket.url().replace(/^ws/, "http")));
  }

  page() {
    return this.context.newPage();
  }

  async offline(off) {
    if (off) this.expected = /ERR_INTERNET_DISCONNECTED|ERR_FAILED|WebSocket|ERR_NETWORK_CHANGED/;
    await this.context.setOffline(off);
  }

  leave() {
    return this.context.close();
  }
}

/** Keeps a picture of a page, when pictures are wanted. */
export async function picture(page, name) {
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: page.viewportSize().width < 600 });
}
