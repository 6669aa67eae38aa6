/** Every page in both languages, on a desk and on a phone: readable by everybody, whole, and translated. */
import AxeBuilder from "@axe-core/playwright";
import { check, ensure } from "../lib/checks.mjs";
import { Scene } from "../lib/scene.mjs";
import { picture } from "../lib/stage.mjs";
import { AREA, openCustomer, OWNER, SHARED_PHONE } from "../lib/steps.mjs";
import { Told } from "../lib/words.mjs";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const AREA_EN = "East";

export async function looks(stage, world) {
  const scene = new Scene(stage.base);
  const places = await placesOf(scene, world);
  for (const [view, phone] of [["desktop", false], ["phone", true]]) {
    for (const [language, scheme] of [["ja", "light"], ["en", "dark"]]) {
      await visitAll(stage, places, { view, phone, language, scheme });
    }
  }
}

async function placesOf(scene, world) {
  const card = await scene.card("MC-2025-1001");
  const order = await scene.fault(card, 1, "扉が閉まりきらない");
  const assigned = await scene.assign(await scene.fault(card, 0, "水が漏れる"));
  const customer = (page) => openCustomer(page, SHARED_PHONE, OWNER);
  const history = async (page) => {
    await customer(page);
    await page.keyboard.press("Alt+h");
    await page.locator(".history li").first().waitFor();
  };
  const candidates = async (page) => {
    await toArea(page);
    await page.locator(`[data-order="${order}"]`).click();
    await page.locator("article.best").waitFor();
  };
  const visit = async (page) => {
    await toArea(page);
    await showGrid(page);
    await page.locator(`[data-visit="${assigned.visit.id}"]`).click();
    await page.locator(".visit .steps").waitFor();
  };
  const map = async (page) => {
    await visit(page);
    const tab = page.locator("nav.tabs button").nth(3);
    if (await tab.isVisible()) {
      await page.locator(".visit .close").click();
      await tab.click();
    } else await page.keyboard.press("m");
    await page.locator(".maplibregl-canvas").waitFor();
    await page.waitForTimeout(2_500);
  };
  const drawer = (tab, wanted) => async (page) => {
    await customer(page);
    await page.locator(".card .wallet").getByRole("button").click();
    await page.locator("dialog.drawer [role=tab]").nth(tab).click();
    await page.locator(`dialog.drawer ${wanted}`).first().waitFor();
  };
  const own = (await scene.call("customer", "GET", "/api/portal")).contracts[0].id;
  const filled = (selector) => (page) => page.locator(selector).filter({ hasText: /\S/ }).first().waitFor();
  return {
    login: { path: "/login", run: filled("form") },
    desk: { login: "operator", path: "/desk", run: customer },
    history: { login: "operator", path: "/desk", run: history },
    board: { login: "dispatcher", path: "/board", run: toArea },
    candidates: { login: "dispatcher", path: "/board", run: candidates },
    visit: { login: "dispatcher", path: "/board", run: visit },
    map: { login: "dispatcher", path: "/board", run: map },
    tech: { login: assigned.login, path: "/tech", run: filled("article.card") },
    portal: { login: "customer", path: "/portal", run: filled(".history li") },
    portal_wallet: { login: "customer", path: `/portal#contract=${own}&view=wallet`, run: lotOpened },
    portal_statement: { login: "customer", path: `/portal#contract=${own}&view=statement`, run: filled(".lines li") },
    portal_approvals: { login: "customer", path: `/portal#contract=${own}&view=approvals`, run: filled("form .fields") },
    wallet: { login: "operator", path: "/desk", run: drawer(0, ".terms dd") },
    wallet_statement: { login: "operator", path: "/desk", run: drawer(1, ".lines li") },
    wallet_disputes: { login: "operator", path: "/desk", run: drawer(2, "form .fields") },
    wallet_move: { login: "operator", path: "/desk", run: drawer(3, "form .fields") },
    wallet_policy: { login: "admin", path: "/desk", run: drawer(4, "form .fields") },
    wallet_audit: { login: "admin", path: "/desk", run: drawer(5, "h3") },
    books: { login: "admin", path: "/admin", run: filled(".report tbody tr") },
    base_date: { login: "admin", path: "/admin#base", run: filled(".verdict") },
    forecast: { login: "admin", path: "/admin#forecast", run: filled(".report tbody tr") },
    disputes: { login: "admin", path: "/admin#disputes", run: filled(".report .body") },
    waiting: { login: "admin", path: "/admin#waiting", run: filled(".report .body") },
    users: { login: "admin", path: "/admin#users", run: filled(".report tbody tr") },
    track: { path: assigned.track, run: filled("[data-slot=window]") },
    track_done: { path: world.track ?? assigned.track, run: filled(".steps li") },
    track_over: { path: "/t/nobody", expected: /410|404/, run: filled("[data-slot=notice]") },
  };
}

/** The first lot with its numbers. */
async function lotOpened(page) {
  await page.locator(".lots .toggle").first().click();
  await page.locator(".lots table td").first().waitFor();
}

async function toArea(page) {
  const select = page.locator(".toolbar select");
  await select.waitFor({ state: "attached" });
  await select.locator("option").first().waitFor({ state: "attached" });
  await select.evaluate(
    (field, [ja, en]) => {
      field.value = [...field.options].find(({ text }) => text === ja || text.startsWith(en)).value;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    },
    [AREA, AREA_EN],
  );
  await page.locator("[data-order]").first().waitFor();
}

/** On a phone the board's parts lie behind tabs. */
async function showGrid(page) {
  const tab = page.locator("nav.tabs button").nth(1);
  if (await tab.isVisible()) await tab.click();
}

async function visitAll(stage, places, look) {
  const { view, phone, language, scheme } = look;
  // One browser a role: nobody logs in anew for each page.
  const people = new Map();
  for (const [name, place] of Object.entries(places)) {
    const login = place.login ?? "";
    if (!people.has(login)) people.set(login, await stage.person(`${login || "anybody"} ${view} ${language}`, { phone, language, scheme, login }));
    await check(`${name}, ${view}, ${language}: opens whole${language === "en" ? ", in English" : ""}, and axe finds nothing`, () => visitOne(people.get(login), name, place, look));
  }
  for (const person of people.values()) await person.leave();
}

async function visitOne(person, name, place, { view, language }) {
  person.expected = place.expected ?? null;
  const page = await person.page();
  const told = new Told(page);
  await page.goto(place.path);
  await place.run(page);
  await page.waitForTimeout(150);
  await picture(page, `look-${name}-${view}-${language}`);
  const { violations } = await new AxeBuilder({ page }).withTags(RULES).setLegacyMode(true).analyze();
  const found = violations.map(({ id, nodes, help }) => `${id} ${nodes.length} × ${nodes[0].target} ${nodes[0].any[0]?.message ?? help}`);
  const wide = (await page.evaluate(() => document.documentElement.scrollWidth)) - page.viewportSize().width;
  if (wide > 0) found.push(`${wide} px wider than the screen`);
  if (language === "en") found.push(...(await told.untranslated(page)).map((word) => `not translated: ${word}`));
  await page.close();
  ensure(found.length === 0, found.join("\n"));
}
