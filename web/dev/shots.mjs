/** Pictures of the screens against the mock: `node dev/shots.mjs [scene …]`, into dev/shots/. */
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import AxeBuilder from "@axe-core/playwright";
import { chromium } from "playwright-core";

const base = process.env.BASE ?? "http://127.0.0.1:5180";
const folder = process.env.SHOTS ?? fileURLToPath(new URL("./shots", import.meta.url));
mkdirSync(folder, { recursive: true });

const typeInto = async (page, text) => {
  await page.keyboard.type(text);
  await page.waitForTimeout(450);
};
const openCustomer = async (page, phone = "0101") => {
  await typeInto(page, phone);
  await page.keyboard.press("Enter");
  await page.waitForTimeout(600);
};
const fillIntake = async (page) => {
  await openCustomer(page, "0101");
  await page.locator("#asset-0").selectOption({ index: 1 });
  await page.locator("form.intake .options label").filter({ hasText: /高圧異常|High pressure/ }).first().click();
  await page.locator("form.intake textarea").first().fill("朝から2回停止し、E7が出ている。");
  await page.locator("form.intake label").filter({ hasText: /業務が止まって|Work has stopped/ }).first().click();
  await page.locator("form.intake label").filter({ hasText: /今すぐ|Now/ }).first().click();
  await page.keyboard.press("Alt+n");
  await page.waitForTimeout(100);
  await page.locator("fieldset.issue").nth(1).locator("label").filter({ hasText: /質問|Question/ }).first().click();
  await page.locator("fieldset.issue").nth(1).locator("textarea").fill("タイマーの変更方法を知りたい。");
  await page.waitForTimeout(900);
};
const pick = async (page, row) => {
  await page.locator("[data-order]").nth(row).click();
  await page.waitForTimeout(600);
};
/** On a narrow screen the board's parts lie behind tabs. */
const openTab = async (page, tab) => {
  const button = page.locator("nav.tabs button").nth(tab);
  if (await button.isVisible()) await button.click();
  await page.waitForTimeout(300);
};
const showMap = async (page) => {
  if (await page.locator("nav.tabs").isVisible()) {
    await page.locator(".check .close").click();
    await openTab(page, 3);
  } else await page.keyboard.press("m");
  await page.waitForTimeout(5000);
};
const scenes = {
  login: { path: "/login" },
  desk: { user: "yoshida", path: "/desk", run: (page) => openCustomer(page, "0123") },
  history: { user: "yoshida", path: "/desk", run: async (page) => { await openCustomer(page, "0123"); await page.keyboard.press("Alt+h"); await page.waitForTimeout(400); } },
  intake: { user: "yoshida", path: "/desk", run: fillIntake },
  receipt: { user: "yoshida", path: "/desk", run: async (page) => { await fillIntake(page); await page.keyboard.press("Control+Enter"); await page.waitForTimeout(700); } },
  board: { user: "mori", path: "/board" },
  candidates: { user: "mori", path: "/board", run: async (page) => { await page.waitForTimeout(500); await page.keyboard.press("Enter"); await page.waitForTimeout(900); } },
  board_map: { user: "mori", path: "/board", run: async (page) => { await pick(page, 0); await showMap(page); } },
  board_visit: { user: "mori", path: "/board", run: async (page) => { await openTab(page, 1); await page.locator(".bar.en_route").first().click({ position: { x: 8, y: 4 } }); await page.waitForTimeout(500); } },
  board_promise: { user: "mori", path: "/board", run: async (page) => { await pick(page, 1); await page.locator("[data-candidate]").nth(2).click(); await page.locator(".go").click(); await page.waitForTimeout(400); } },
  board_grid: { user: "mori", path: "/board", run: async (page) => { await openTab(page, 1); await page.keyboard.press("3"); await page.waitForTimeout(300); } },
  tech: { user: "nakata", path: "/tech" },
  portal: { user: "nakamura", path: "/portal" },
  track: { path: "/t/en_route" },
  track_done: { path: "/t/done" },
  track_planned: { path: "/t/planned" },
};
const views = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

const names = process.argv.slice(2).filter((name) => scenes[name]);
const only = process.argv.find((arg) => arg.startsWith("--only="))?.slice(7);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"] });
for (const name of names.length ? names : Object.keys(scenes)) {
  const scene = scenes[name];
  for (const [view, viewport] of Object.entries(views)) {
    for (const [lang, scheme] of [["ja", "light"], ["en", "dark"]]) {
      if (only && only !== `${view}.${lang}`) continue;
      const context = await browser.newContext({ viewport, locale: lang, colorScheme: scheme, hasTouch: view === "phone", isMobile: view === "phone", deviceScaleFactor: view === "phone" ? 2 : 1, geolocation: { latitude: 36.56, longitude: 136.66 }, permissions: ["geolocation"] });
      const page = await context.newPage();
      const said = [];
      page.on("console", (message) => message.type() === "error" && said.push(message.text()));
      page.on("pageerror", (error) => said.push(String(error)));
      await context.addCookies([{ name: "kaketsuke_lang", value: lang, url: base }]);
      if (scene.user) await context.request.post(`${base}/api/session`, { data: { login: scene.user, password: "demo" } });
      await page.goto(base + scene.path);
      await page.waitForTimeout(700);
      await scene.run?.(page);
      await page.screenshot({ path: `${folder}/${name}.${view}.${lang}.png`, fullPage: view === "phone" });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      const axe = process.argv.includes("--axe") ? (await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze()).violations.map((v) => `${v.id}: ${v.nodes.length} × ${v.nodes[0].target} ${v.nodes[0].any[0]?.message ?? ""}`) : [];
      console.log(`${name}.${view}.${lang}`, wide > 0 ? `overflows by ${wide} px` : "", said.join(" | "), axe.join("\n   "));
      await context.close();
    }
  }
}
await browser.close();
