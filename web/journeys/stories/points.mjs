/** A contract in points: each work item has its price on a list that both sides read before anything is used. */
import { equal, step, until } from "../lib/checks.mjs";
import { Scene } from "../lib/scene.mjs";
import { picture } from "../lib/stage.mjs";
import { fillIssue, logIn, openCustomer } from "../lib/steps.mjs";

const LOGIN = "customer3";
const MENU = "filter|30|フィルター清掃|Filter cleaning;inspect|50|定期点検|Inspection";

export async function points(stage) {
  const scene = new Scene(stage.base);
  const card = await contract(scene);
  const operator = await stage.person("operator points", { login: "operator" });
  const desk = await operator.page();
  await calls(desk, card);
  await waits(scene, desk, card);
  await reports(stage, desk, card);
  await operator.leave();
}

/** Beside the first contract of a customer another one, whose kinds of issue cost nothing and whose work items do. */
async function contract(scene) {
  const own = (await scene.call(LOGIN, "GET", "/api/portal")).contracts[0];
  const { head, rows } = await scene.table("contracts");
  const first = rows.find((row) => row[head.indexOf("number")] === own.number);
  const number = `${own.number}P`;
  const year = new Date().getUTCFullYear();
  const mine = {
    number, unit: "point", menu: MENU, plan: "ポイント", starts_on: `${year - 1}-04-01`, ends_on: `${year + 1}-12-31`,
    fault_cost: 0, question_cost: 0, inquiry_cost: 0, capture_point: "completion", purchase_min: 1, purchase_step: 1, purchase_year_max: "",
  };
  await scene.bring("contracts", head, [head.map((name, at) => mine[name] ?? first[at])]);
  const { contracts } = await scene.call(LOGIN, "GET", "/api/portal");
  const { id } = contracts.find((one) => one.number === number);
  await scene.call("operator", "POST", `/api/contracts/${id}/wallet/lots`, {
    units: 200, price_yen: 200_000, expires_on: `${year + 1}-10-31`, scope: "any", law_class: "b2b_exempt",
  });
  return scene.call("operator", "GET", `/api/contracts/${id}`);
}

async function calls(desk, card) {
  await step("operator: has the price list and what a point covers before her, and reads out the price of what is chosen", async () => {
    await desk.goto("/desk");
    await openCustomer(desk, card.number, card.customer.name);
    await desk.locator(".prices li").filter({ hasText: "フィルター清掃" }).getByText("30ポイント").waitFor();
    await desk.locator(".preview .covers").filter({ hasText: card.policy.covers_ja }).waitFor();
    await fillIssue(desk, 0, { asset: 1, impact: "影響なし", urgency: "いつでも" });
    const item = desk.locator("#menu-item-0");
    const sentence = desk.locator(".preview .sentence");
    await item.selectOption("filter");
    await sentence.filter({ hasText: "30ポイント" }).waitFor();
    await item.selectOption("inspect");
    await sentence.filter({ hasText: "50ポイント" }).waitFor();
    await desk.locator(".prices li.chosen").filter({ hasText: "定期点検" }).waitFor();
    await desk.locator(".prices").scrollIntoViewIfNeeded();
    await picture(desk, "points-desk");
    return await sentence.textContent();
  });
  await step("operator: saves it, and so many points are held", async () => {
    await desk.keyboard.press("Control+Enter");
    await desk.locator(".panel").filter({ hasText: "受け付けました" }).waitFor();
    const shown = desk.locator(".card .wallet .main dd");
    await until(async () => /150/.test(await shown.textContent()), async () => `the balance is ${await shown.textContent()}`);
  });
}

async function waits(scene, desk, card) {
  const limit = async (units) => {
    const path = `/api/contracts/${card.id}/approval-rule`;
    const { rule } = await scene.call(LOGIN, "GET", path);
    await scene.call(LOGIN, "PUT", path, { version: rule?.version ?? 0, units_per_issue: units });
  };
  await step("operator: reads out that a use above the customer's own limit waits for his yes", async () => {
    await limit(40);
    await desk.getByRole("button", { name: /次の応対へ/ }).click();
    await fillIssue(desk, 0, { asset: 1, impact: "影響なし", urgency: "いつでも" });
    const told = desk.locator(".preview .waits");
    await desk.locator("#menu-item-0").selectOption("filter");
    await desk.locator(".preview .sentence").filter({ hasText: "30ポイント" }).waitFor();
    equal(await told.count(), 0, "30 points lie below the limit");
    await desk.locator("#menu-item-0").selectOption("inspect");
    await told.filter({ hasText: "承認を待ちます" }).waitFor();
    await picture(desk, "points-approval");
    await limit(null);
    return (await told.textContent()).trim();
  });
}

async function reports(stage, desk, card) {
  const contact = await stage.person("contact points", { login: LOGIN, phone: true, language: "en" });
  const page = await contact.page();
  await step("customer: chooses work from the list on a phone, and sees what it costs before it is sent", async () => {
    await page.goto(`/portal#contract=${card.id}&view=report`);
    await page.locator(".prices li").filter({ hasText: "Filter cleaning" }).getByText("30 points").waitFor();
    await page.locator("label.field").filter({ has: page.getByText("Asset", { exact: true }) }).locator("select").selectOption({ index: 1 });
    const choose = (text) => page.locator("label").filter({ hasText: new RegExp(`^\\s*${text}\\s*$`) }).first().tap();
    await choose("None");
    await choose("Whenever");
    await page.getByLabel(/^Work item/).selectOption("filter");
    const cost = page.locator(".cost");
    await cost.locator(".sentence").filter({ hasText: "30 points" }).waitFor();
    await cost.locator(".covers").filter({ hasText: card.policy.covers_en }).waitFor();
    await picture(page, "points-report-phone");
    const said = await cost.locator(".sentence").textContent();
    await page.getByRole("button", { name: "Send this" }).tap();
    await page.locator("[data-reported]").waitFor();
    return said;
  });
  await step("customer: reads at the line until when the use can be disputed", async () => {
    await page.goto(`/portal#contract=${card.id}&view=statement`);
    const line = page.locator(".lines li.hold").first();
    const deadline = line.locator("[data-in-time-until]");
    await deadline.waitFor();
    const told = await line.locator("time").first().getAttribute("datetime");
    equal(Date.parse(await deadline.getAttribute("data-in-time-until")) - Date.parse(told), 72 * 3_600_000, "milliseconds for an objection");
    await picture(page, "points-statement-phone");
    return (await deadline.textContent()).trim();
  });
  await step("operator: sees among the reports how much that customer has left", async () => {
    await desk.goto("/desk");
    const row = desk.locator(".reported li").filter({ hasText: card.customer.name });
    await row.filter({ hasText: "残 120ポイント" }).first().waitFor();
    await picture(desk, "points-reported");
    equal(await row.first().getByText(/残 .*枚/).count(), 0, "tickets beside a wallet of points");
  });
  await contact.leave();
}
