/** Every page in both languages, on a desk and on a phone: readable by everybody, whole, and translated. */
import AxeBuilder from "@axe-core/playwright";
import { check, ensure } from "../lib/checks.mjs";
import { Scene } from "../lib/scene.mjs";
import { picture } from "../lib/stage.mjs";
import { AREA, openCustomer, OWNER, SHARED_PHONE } from "../lib/steps.mjs";
import { Told } from "../lib/words.mjs";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const AREA_EN = "East";

/** The screens of a desk, from a small one to a large one. */
const SIZES = [
  { width: 1440, height: 900 },
  { width: 1280, height: 720 },
  { width: 1920, height: 1080 },
];
/** What is wider than its box on purpose: the hours, the map, wide tables that the keyboard scrolls too, the one line of a
 * field, and what only a screen reader sees. */
const SCROLLED =
  ".scroller, .scroller *, .maplibregl-map, .maplibregl-map *, [role=region][tabindex='0'], input, .visually-hidden";

export async function looks(stage, world) {
  const scene = new Scene(stage.base);
  const places = await placesOf(scene, world);
  await ownPages(stage);
  for (const [view, phone] of [["desktop", false], ["phone", true]]) {
    for (const [language, scheme] of [["ja", "light"], ["en", "dark"]]) {
      await visitAll(stage, places, { view, phone, language, scheme });
    }
  }
}

/** Whoever opens a page that is not for his work comes to his own, without a word of what he was refused. */
async function ownPages(stage) {
  for (const [login, wanted, home] of [["customer", "/board", "/portal"], ["tanaka", "/desk", "/tech"], ["operator", "/tech", "/desk"]]) {
    await check(`${login} at ${wanted}: is sent to ${home}`, async () => {
      const person = await stage.person(`${login} at ${wanted}`, { login });
      const page = await person.page();
      await page.goto(wanted);
      await page.waitForURL((address) => address.pathname === home);
      await person.leave();
    });
  }
}

async function placesOf(scene, world) {
  const card = await scene.card("MC-2025-1001");
  const order = await scene.fault(card, 1, "扉が閉まりきらない");
  await stoppedElsewhere(scene, order);
  const later = await scene.fault(card, 2, "音がする", { impact: "none", urgency: "whenever", wish: tomorrow() });
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
  const elsewhere = async (page) => {
    await toArea(page);
    const alarm = page.locator(".alarms p").first();
    const wanted = await alarm.getAttribute("data-territory");
    await alarm.getByRole("button").click();
    await page.locator("[data-order]").filter({ hasText: "P1" }).first().waitFor();
    ensure((await page.locator(".toolbar select").inputValue()) === wanted, "the alarm opened another territory");
    ensure(/\d/.test(await page.locator(".toolbar select option:checked").textContent()), "no figure beside the territory");
  };
  const distant = async (page) => {
    await toArea(page);
    await page.locator(`[data-order="${later}"]`).click();
    await page.locator(".check .note, .check article").first().waitFor();
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
    elsewhere: { login: "dispatcher", path: "/board", run: elsewhere },
    later: { login: "dispatcher", path: "/board", run: distant },
    candidates: { login: "dispatcher", path: "/board", run: candidates },
    visit: { login: "dispatcher", path: "/board", run: visit },
    map: { login: "dispatcher", path: "/board", run: map },
    tech: { login: assigned.login, path: "/tech", run: filled("article.card") },
    portal: { login: "customer", path: "/portal", run: filled(".history li") },
    portal_wallet: { login: "customer", path: `/portal#contract=${own}&view=wallet`, run: lotOpened },
    portal_statement: { login: "customer", path: `/portal#contract=${own}&view=statement`, run: filled(".lines li") },
    portal_approvals: { login: "customer", path: `/portal#contract=${own}&view=approvals`, run: filled("form .fields") },
    portal_root: { login: "customer", path: `/portal#contract=${own}&view=root`, run: rootOf(own) },
    wallet: { login: "operator", path: "/desk", run: drawer(0, ".terms dd") },
    wallet_statement: { login: "operator", path: "/desk", run: drawer(1, ".lines li") },
    wallet_disputes: { login: "operator", path: "/desk", run: drawer(2, "form .fields") },
    wallet_move: { login: "operator", path: "/desk", run: drawer(3, "form .fields") },
    wallet_policy: { login: "admin", path: "/desk", run: drawer(4, "form .fields") },
    wallet_root: { login: "operator", path: "/desk", run: drawer(5, "textarea") },
    wallet_audit: { login: "admin", path: "/desk", run: drawer(6, "h3") },
    books: { login: "admin", path: "/admin", run: filled(".report tbody tr") },
    base_date: { login: "admin", path: "/admin#base", run: filled(".verdict") },
    forecast: { login: "admin", path: "/admin#forecast", run: filled(".report tbody tr") },
    disputes: { login: "admin", path: "/admin#disputes", run: filled(".report .body") },
    waiting: { login: "admin", path: "/admin#waiting", run: filled(".report .body") },
    roots: { login: "admin", path: "/admin#roots", run: rootTyped },
    import: { login: "admin", path: "/admin#import", run: faultyTable },
    export: { login: "admin", path: "/admin#export", run: filled(".kinds li") },
    person: { login: "admin", path: "/admin#users", run: personOpened },
    users: { login: "admin", path: "/admin#users", run: filled(".report tbody tr") },
    track: { path: assigned.track, run: filled("[data-slot=window]") },
    track_done: { path: world.track ?? assigned.track, run: filled(".steps li") },
    track_over: { path: "/t/nobody", expected: /410|404/, run: filled("[data-slot=notice]") },
  };
}

/** A root that fits, with what it says. */
const rootOf = (contract) => async (page) => {
  const { chain_head } = await (await page.request.get(`/api/contracts/${contract}/wallet`)).json();
  await page.locator("textarea").fill(chain_head);
  await page.locator("form .primary").click();
  await page.locator("[data-verdict=matches]").waitFor();
};

/** A root that fits nothing, with whom to ask. */
async function rootTyped(page) {
  await page.locator(".ask input[type=search]").fill("MC-2025-10");
  await page.locator("textarea").fill("0f".repeat(32));
  await page.locator("form .primary").click();
  await page.locator("[data-verdict=unknown]").waitFor();
}

/** A table of which half is wrong, with the list of columns. */
async function faultyTable(page) {
  await page.locator("details summary").click();
  const rows = Array.from({ length: 60 }, (_, n) => `C-${n},,,,,`).join("\r\n");
  const head = (await (await page.request.get("/api/import/customers/template.csv")).text()).trim();
  await page.locator("input[type=file]").setInputFiles({ name: "customers.csv", mimeType: "text/csv", buffer: Buffer.from(`${head}\r\n${rows}`) });
  await page.locator("form.ask button").click();
  await page.locator("table.faults td").first().waitFor();
}

/** Somebody's form, with what was changed. */
async function personOpened(page) {
  await page.locator("table.people tbody tr").nth(1).getByRole("button").click();
  await page.locator("dialog.person details summary").click();
  await page.locator("dialog.person select").first().waitFor();
}

/** The first lot with its numbers. */
async function lotOpened(page) {
  await page.locator(".lots .toggle").first().click();
  await page.locator(".lots table td").first().waitFor();
}

/** The longest line a board has: another day's date in every place. */
function tomorrow() {
  const from = new Date(Date.now() + 86_400_000);
  from.setUTCHours(1, 0, 0, 0);
  return { from: from.toISOString(), to: new Date(from.getTime() + 2 * 3_600_000).toISOString() };
}

/** A business that stands still in another territory than the work order's. */
async function stoppedElsewhere(scene, order) {
  const here = await scene.territoryOf(order);
  for await (const card of scene.cards("MC-2025-10")) {
    const stopped = await scene.fault(card, 0, "全館停止", { impact: "stopped", urgency: "now" });
    if ((await scene.territoryOf(stopped)) !== here) return;
  }
  throw new Error("all customers are in one territory");
}

async function toArea(page) {
  const select = page.locator(".toolbar select");
  await select.waitFor({ state: "attached" });
  await select.locator("option").first().waitFor({ state: "attached" });
  await select.evaluate(
    (field, [ja, en]) => {
      field.value = [...field.options].find(({ text }) => text.startsWith(ja) || text.startsWith(en)).value;
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
  if (language === "en") found.push(...(await told.untranslated(page)).map((word) => `not translated: ${word}`));
  for (const size of view === "desktop" ? SIZES : [page.viewportSize()]) {
    await page.setViewportSize(size);
    await page.waitForTimeout(150);
    found.push(...(await page.evaluate(cutOff, SCROLLED)).map((what) => `${size.width} × ${size.height}: ${what}`));
  }
  await page.close();
  ensure(found.length === 0, found.join("\n"));
}

/** Runs in the page: every box that holds more than it is wide, and so hides a part or must be scrolled sideways. */
function cutOff(scrolled) {
  const found = [];
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) found.push(`${wide} px wider than the screen`);
  for (const box of document.querySelectorAll("body *")) {
    const over = box.scrollWidth - box.clientWidth;
    if (over <= 1 || box.clientWidth <= 1 || box.matches(scrolled)) continue;
    const { overflowX, textOverflow } = getComputedStyle(box);
    if (overflowX === "visible" || textOverflow === "ellipsis") continue;
    const name = box.id ? `#${box.id}` : [...box.classList].filter((one) => !one.startsWith("s-") && !one.startsWith("svelte-")).map((one) => `.${one}`).join("");
    found.push(`${box.tagName.toLowerCase()}${name} hides ${over} px: ${(box.textContent ?? "").trim().slice(0, 40)}`);
  }
  return found;
}
