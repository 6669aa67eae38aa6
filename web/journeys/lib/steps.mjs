/** What people do on the pages, by what they see there. */
import { until } from "./checks.mjs";

export const PASSWORD = "kaketsuke";
/** Two customers of the demo answer this telephone: the owner of a house and the hotel in it. */
export const SHARED_PHONE = "021-892-9196";
export const OWNER = "渚ビル管理";
/** Where the owner's house stands. */
export const AREA = "東エリア";

/** Log-ins of the demo's technicians. */
export const LOGINS = {
  "田中": "tanaka", "佐藤": "sato", "伊藤": "ito", "山口": "yamaguchi", "鈴木": "suzuki", "高橋": "takahashi",
  "小林": "kobayashi", "中村": "nakamura", "渡辺": "watanabe", "加藤": "kato", "吉田": "yoshida", "松本": "matsumoto",
};
export const loginOf = (name) => LOGINS[name.split(/\s/)[0]] ?? name;

/** Logs in on the way to a page. */
export async function logIn(page, login, path, password = PASSWORD) {
  await page.goto(`/login?next=${encodeURIComponent(path)}`);
  await page.locator("input[name=username]").fill(login);
  await page.locator("input[name=password]").fill(password);
  await page.locator("form button.primary").click();
  await page.waitForURL((address) => address.pathname === path.split(/[?#]/)[0]);
}

/** Looks at the board of a territory, whatever waits there. */
export async function chooseArea(board, name = AREA) {
  const option = board.locator(".toolbar select option").filter({ hasText: name });
  await option.waitFor({ state: "attached" });
  await board.locator(".toolbar select").selectOption(await option.getAttribute("value"));
}

/** Finds a customer at the desk and opens the card. */
export async function openCustomer(page, phone, name) {
  await page.getByRole("combobox").fill(phone);
  const hit = page.getByRole("option").filter({ hasText: name });
  await hit.first().click();
  await page.locator(".card h2").filter({ hasText: name }).waitFor();
}

/** Fills an issue's form at the desk; the words are those on the page. */
export async function fillIssue(page, index, { kind, asset, symptom, description, impact, urgency }) {
  const form = page.locator("fieldset.issue").nth(index);
  const choose = (text) => form.locator("label").filter({ hasText: text }).first().click();
  if (kind) await choose(kind);
  if (asset) await form.locator(`#asset-${index}`).selectOption({ index: asset });
  if (symptom) await form.locator("label").filter({ hasText: symptom }).first().click();
  if (description) await form.locator("textarea").fill(description);
  if (impact) await choose(impact);
  if (urgency) await choose(urgency);
}

/** Number of the forecast of a visit that a page shows; null where it shows none. */
export const shownSeq = (page, visit) =>
  page.evaluate((id) => {
    const shown = document.querySelector(id ? `[data-eta-visit="${id}"]` : "[data-eta-seq]");
    return shown?.getAttribute("data-eta-seq") ? Number(shown.getAttribute("data-eta-seq")) : null;
  }, visit ?? null);

/** Waits until all pages show the same forecast, and gives its number. */
export async function sameSeq(pages, atLeast = 0, ms = 5_000) {
  let seen = [];
  return until(
    async () => {
      seen = await Promise.all(pages.map(([, page, visit]) => shownSeq(page, visit)));
      return seen[0] !== null && seen[0] >= atLeast && seen.every((seq) => seq === seen[0]) ? seen[0] : null;
    },
    () => `forecasts differ: ${pages.map(([name], i) => `${name} ${seen[i]}`).join(", ")} (wanted at least ${atLeast})`,
    ms,
  );
}

/** The technician's phone drives some way towards a place: 60 m each two seconds, as a car does. */
export async function drive(context, from, to, each, steps = 4) {
  const north = to.latitude - from.latitude;
  const east = to.longitude - from.longitude;
  const metres = 111_195 * Math.hypot(north, east * Math.cos((from.latitude * Math.PI) / 180));
  for (let step = 1; step <= steps; step += 1) {
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const part = (60 * step) / metres;
    await context.setGeolocation({ latitude: from.latitude + north * part, longitude: from.longitude + east * part, accuracy: 12 });
    await each();
  }
}
