/** Two operators talk to two callers at once: an hour is sold to one of them. */
import { ensure, step, until } from "../lib/checks.mjs";
import { Scene } from "../lib/scene.mjs";
import { picture } from "../lib/stage.mjs";
import { fillIssue, logIn, PASSWORD } from "../lib/steps.mjs";

const CONTRACT = "MC-2025-1029";

export async function slots(stage) {
  const scene = new Scene(stage.base);
  const world = { scene, ...(await choose(scene)) };
  const [first, second] = [await stage.person("operator"), await stage.person("second operator")];
  // The refusal of a slot that is taken is an answer, and browsers write down every refused request.
  second.expected = /409/;
  const [mine, other] = [await first.page(), await second.page()];
  await lastOne(mine, other, world);
  await back(mine, other, world);
  await first.leave();
  await second.leave();
}

/** A slot some days ahead in which all technicians but one are held already. */
async function choose(scene) {
  for (const login of ["slots1", "slots2", "slots3", "slots4"])
    await scene.call("admin", "POST", "/api/users", {
      login, password: PASSWORD, name: login, role: "operator", language: "ja", territory_id: null, technician_id: null, customer_id: null,
    });
  const card = await scene.card(CONTRACT);
  const { products } = await scene.call("operator", "GET", "/api/catalog");
  const asset = card.assets[0];
  const symptoms = products.find(({ id }) => id === asset.product_id).symptoms.filter((symptom) => symptom.needs_visit);
  const symptom = symptoms.sort((a, b) => b.service_minutes - a.service_minutes)[0];
  const issue = {
    kind: "fault", site_id: asset.site_id, asset_id: asset.id, product_id: asset.product_id, symptom: symptom.code, description: symptom.name_ja,
    impact: "inconvenient", urgency: "this_week", needs_visit: true, wish: null,
  };
  const body = { contract_id: card.id, issue };
  const offered = (await scene.call("slots1", "POST", "/api/slots", body)).slots;
  const window = offered.map((offer) => offer.window).sort((a, b) => (a.from < b.from ? 1 : -1))[0];
  const holds = [];
  for (const login of ["slots1", "slots2", "slots3"]) {
    for (let held = 0; held < 10; held += 1) {
      const hold = await scene.call(login, "POST", "/api/slots/holds", { ...body, window }).catch((problem) => problem);
      if (hold instanceof Error) {
        if (!/slot\.taken/.test(hold.message)) throw hold;
        const last = holds.at(-1);
        await scene.call(last.login, "DELETE", `/api/slots/holds/${last.id}`);
        return { symptom, window };
      }
      holds.push({ login, id: hold.id });
    }
  }
  throw new Error(`${holds.length} holds, and still room`);
}

/** A caller with the same fault, who wishes for this very time. */
async function caller(page, login, { symptom, window }) {
  await logIn(page, login, "/desk");
  await page.getByRole("combobox").fill(CONTRACT);
  await page.getByRole("option").first().click();
  await page.locator("form.intake").waitFor();
  await fillIssue(page, 0, { asset: 1, symptom: symptom.name_ja, description: "動かない", impact: "不便", urgency: "今週中" });
  const at = (instant) => new Date(Date.parse(instant) + 9 * 3_600_000).toISOString();
  await page.getByLabel("希望日").fill(at(window.from).slice(0, 10));
  await page.getByLabel("から", { exact: true }).fill(at(window.from).slice(11, 16));
  await page.getByLabel("まで", { exact: true }).fill(at(window.to).slice(11, 16));
  await slot(page, window).waitFor();
}

const slot = (page, window) => page.locator(`[data-slot^="${window.from.slice(0, 16)}"]`);
const held = (page, window) => page.locator(`[data-held^="${window.from.slice(0, 16)}"]`);

async function lastOne(mine, other, world) {
  await step("operator: is offered slots while the caller talks, the wished one among them", async () => {
    await caller(mine, "operator", world);
    const offered = mine.locator("[data-slot]");
    ensure((await offered.count()) >= 3, `${await offered.count()} slots`);
    await picture(mine, "desk-slots");
  });
  await step("second operator: sees the same slot at the same moment", () => caller(other, "slots4", world));
  await step("operator: holds it with the keyboard; the five minutes count down", async () => {
    await slot(mine, world.window).focus();
    await mine.keyboard.press("Enter");
    await held(mine, world.window).waitFor();
    const clock = () => mine.getByRole("timer").textContent();
    const before = await clock();
    ensure(/[45]:\d\d/.test(before), `the clock says ${before}`);
    await until(async () => (await clock()) !== before, "the clock moves");
    await picture(mine, "desk-slot-held");
    return before;
  });
  await step("second operator: is told that it is gone, by the page or on the attempt", async () => {
    if (await slot(other, world.window).count()) {
      await slot(other, world.window).click({ timeout: 2_000 }).catch(() => undefined);
      await until(async () => (await slot(other, world.window).count()) === 0, "the slot leaves the page", 15_000);
    }
    ensure((await held(other, world.window).count()) === 0, "the last hour was sold twice");
    await picture(other, "desk-slot-taken");
  });
}

async function back(mine, other, world) {
  await step("operator: lets it go; the second one is offered it again and takes it", async () => {
    await mine.getByRole("button", { name: "枠を解放" }).click();
    await until(async () => (await slot(other, world.window).count()) === 1, "the slot is back", 15_000);
    await slot(other, world.window).click();
    await held(other, world.window).waitFor();
    await until(async () => (await slot(mine, world.window).count()) === 0, "it leaves the first one's page", 15_000);
  });
  await step("second operator: saves the contact with the promise", async () => {
    await other.locator("form.intake button.save").click();
    await other.getByRole("heading", { name: "受け付けました" }).waitFor();
  });
}
