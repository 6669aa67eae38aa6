/** What the office keeps: tables in and out, invoices, roots of statements, approvals on the board, people who log in. */
import { readFile } from "node:fs/promises";
import { ensure, equal, step, until } from "../lib/checks.mjs";
import { Scene } from "../lib/scene.mjs";
import { picture } from "../lib/stage.mjs";
import { chooseArea, logIn, openCustomer, PASSWORD } from "../lib/steps.mjs";

export async function office(stage) {
  const scene = new Scene(stage.base);
  const { id } = (await scene.call("customer", "GET", "/api/portal")).contracts[0];
  const card = await scene.call("operator", "GET", `/api/contracts/${id}`);
  const admin = await stage.person("admin office");
  const desk = await admin.page();
  await logIn(desk, "admin", "/admin");
  await imports(admin, desk, scene, card);
  await exports(desk, card);
  await invoices(desk, stage, scene, card);
  await roots(desk, stage, card);
  await approvals(stage, scene, card);
  await people(admin, desk, stage, card);
  await admin.leave();
}

async function kept(page, click) {
  const [download] = await Promise.all([page.waitForEvent("download"), click()]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
}

const csv = (name, text) => ({ name, mimeType: "text/csv", buffer: Buffer.from(text) });

/** Rows of a table that is exported, without its header. */
async function table(page, kind) {
  const text = await (await page.request.get(`/api/export/${kind}.csv`)).text();
  const [head, ...rows] = text.replace("\u{feff}", "").trim().split("\r\n");
  return { head, rows };
}

async function imports(admin, page, scene, card) {
  const { head, rows } = await table(page, "assets");
  const mine = rows.find((row) => row.includes(card.assets[0].serial));
  const fresh = (n) => mine.replace(card.assets[0].serial, `IMP-${n}`);
  const good = Array.from({ length: 40 }, (_, n) => fresh(1000 + n));
  const bad = good.map((row, n) => (n % 10 === 3 ? row.replace(card.number, "XX-0000") : row));
  await step("administrator: keeps the template of a table, with its header", async () => {
    await page.goto("/admin#import");
    await page.locator("label:has(input[value=assets])").click();
    await page.getByText(/列の一覧\([1-9]/).waitFor();
    const template = await kept(page, () => page.getByRole("link", { name: /ひな形を保存/ }).click());
    equal(template.text.replace("\u{feff}", "").trim(), head, "header");
    return template.name;
  });
  await step("administrator: a faulty table brings nothing, and every faulty row is listed and can be kept", async () => {
    await page.getByLabel(/CSVファイル/).setInputFiles(csv("assets.csv", [head, ...bad].join("\r\n")));
    await page.getByRole("button", { name: "確かめる" }).click();
    await page.getByText(/4行に誤りがあります/).waitFor();
    equal(await page.locator("table.faults tbody tr").count(), 4, "faults listed");
    equal((await page.locator("table.faults tbody th").allTextContents()).map((text) => text.trim()), ["5", "15", "25", "35"], "rows");
    equal(await page.getByRole("button", { name: /取り込む\(/ }).count(), 0, "keys to bring it in");
    await picture(page, "office-import-faulty");
    const list = await kept(page, () => page.getByRole("button", { name: "誤りの一覧をCSVで保存" }).click());
    equal(list.text.trim().split("\r\n").length, 5, "lines of the list");
    ensure(list.text.includes("contract,reference.unknown"), list.text);
    return list.name;
  });
  await step("administrator: the corrected table comes in, and the desk finds it", async () => {
    await page.getByLabel(/CSVファイル/).setInputFiles(csv("assets.csv", [head, ...good].join("\r\n")));
    await page.getByRole("button", { name: "確かめる" }).click();
    await page.getByRole("button", { name: "取り込む(追加 40件・変更 0件)" }).click();
    await page.getByText("取り込みました。", { exact: true }).waitFor();
    await picture(page, "office-import-done");
    const { hits } = await scene.call("operator", "GET", "/api/desk/search?q=IMP-1039");
    equal(hits[0]?.contract_id, card.id, "contract of a new asset");
  });
  await step("desk: a customer's second contract stands on the card with its own balance", async () => {
    const contracts = await table(page, "contracts");
    const row = contracts.rows.find((line) => line.includes(card.number));
    await page.goto("/admin#import");
    await page.locator("label:has(input[value=contracts])").click();
    await page.getByLabel(/CSVファイル/).setInputFiles(csv("c.csv", [contracts.head, row.replace(card.number, `${card.number}B`)].join("\r\n")));
    await page.getByRole("button", { name: "確かめる" }).click();
    await page.getByRole("button", { name: /取り込む\(追加 1件/ }).click();
    await page.getByText("取り込みました。", { exact: true }).waitFor();
    await page.goto("/desk");
    await openCustomer(page, card.number, card.customer.name);
    const other = page.locator(".others li").filter({ hasText: `${card.number}B` });
    await other.getByText(/残 0/).waitFor();
    await picture(page, "office-card");
    await other.getByRole("button").click();
    await page.locator(".card .facts").filter({ hasText: `${card.number}B` }).waitFor();
    await page.locator(".others li").filter({ hasText: card.number }).first().waitFor();
  });
}

async function exports(page, card) {
  await step("administrator: every table leaves as CSV and as JSON lines", async () => {
    await page.goto("/admin#export");
    const names = await page.locator(".kinds strong").allTextContents();
    equal(names.length, 51, "tables");
    await picture(page, "office-export");
    const contracts = await kept(page, () => page.getByRole("link", { name: "保守契約 CSV" }).click());
    ensure(contracts.text.includes(`${card.number}B`), "the new contract is not in it");
    const postings = await kept(page, () => page.getByRole("link", { name: "入出記録 JSON Lines" }).click());
    ensure(postings.text.trim().split("\n").every((line) => JSON.parse(line)), "a line is no JSON");
    return `${contracts.name}, ${postings.name}`;
  });
}

async function openDrawer(desk, card) {
  await desk.goto("/desk");
  await openCustomer(desk, `${card.number}`, card.customer.name);
  await desk.locator(".card .facts").filter({ hasText: new RegExp(`${card.number}(?!B)`) }).waitFor();
  await desk.locator(".card .wallet").getByRole("button").first().click();
  await desk.locator("dialog.drawer .balance .main dd").waitFor();
  return desk.locator("dialog.drawer");
}

async function invoices(page, stage, scene, card) {
  const receipt = await scene.call("operator", "POST", `/api/contracts/${card.id}/wallet/lots`, {
    units: 10, price_yen: 60_000, expires_on: "2027-10-31", scope: "any", law_class: "b2b_exempt",
  });
  const number = receipt.wallet.lots.find(({ id }) => id === receipt.postings[0].lot_id).number;
  await step("administrator: notes the invoice of a lot and corrects it", async () => {
    const drawer = await openDrawer(page, card);
    const lot = drawer.locator(`[data-invoice="${number}"]`);
    await lot.getByRole("button", { name: /請求書を記録/ }).click();
    await lot.getByLabel("請求書番号").fill("INV-2026-0042");
    await lot.getByLabel(/登録番号/).fill("t1234567890123");
    await lot.getByRole("button", { name: "保存" }).click();
    await lot.getByText("INV-2026-0042").waitFor();
    await lot.getByRole("button", { name: /請求書を訂正/ }).click();
    await lot.getByLabel("請求書番号").fill("INV-2026-0043");
    await picture(page, "office-invoice");
    await lot.getByRole("button", { name: "保存" }).click();
    await lot.getByText("INV-2026-0043").waitFor();
    await lot.getByText("T1234567890123").waitFor();
  });
  const contact = await stage.person("contact invoice", { login: "customer", phone: true });
  const portal = await contact.page();
  await step("customer: reads the invoice at the lot, says that he knows its last day, and finds the purchase's line, on a phone", async () => {
    await portal.goto(`/portal#contract=${card.id}&view=wallet`);
    await portal.locator(`[data-invoice="${number}"]`).getByText("INV-2026-0043").waitFor();
    equal(await portal.locator(`[data-invoice="${number}"]`).getByRole("button").count(), 0, "keys to change it");
    const said = portal.locator(`[data-acknowledgement="${number}"]`);
    await said.getByRole("button", { name: /範囲と期限を確認しました/ }).click();
    await said.getByText("お客様画面").waitFor();
    equal(await said.getByRole("button").count(), 0, "it is said once");
    await picture(portal, "office-acknowledged-phone");
    await portal.goto(`/portal#contract=${card.id}&view=statement`);
    await portal.locator(".lines li.purchase").filter({ hasText: "INV-2026-0043" }).first().waitFor();
    await picture(portal, "office-statement-phone");
  });
  await contact.leave();
}

const typed = (root) => root.toUpperCase().match(/.{8}/g).join(" ");

async function roots(page, stage, card) {
  const contact = await stage.person("contact root", { login: "customer", phone: true });
  const portal = await contact.page();
  let root = "";
  await step("customer: types the root of the statement in groups and capitals, and it matches", async () => {
    await portal.goto(`/portal#contract=${card.id}&view=statement`);
    root = (await portal.locator(".root code").textContent()).trim();
    await portal.getByRole("button", { name: "照合値を確かめる" }).click();
    await portal.getByLabel("照合値(64文字)").fill(typed(root));
    await portal.getByRole("button", { name: "確かめる", exact: true }).click();
    const verdict = portal.locator("[data-verdict=holds]");
    await verdict.waitFor();
    await picture(portal, "office-root-phone");
    return (await verdict.locator("p").first().textContent()).trim();
  });
  await step("customer: one wrong letter does not match, and the page says whom to call", async () => {
    await portal.getByLabel("照合値(64文字)").fill(root.replace(/^./, root.startsWith("0") ? "1" : "0"));
    await portal.getByRole("button", { name: "確かめる", exact: true }).click();
    const verdict = portal.locator("[data-verdict=unknown]");
    await verdict.locator("a[href^='tel:']").waitFor();
    await picture(portal, "office-root-wrong-phone");
    await portal.getByLabel("照合値(64文字)").fill("12ab");
    await portal.getByText("4 / 64文字").waitFor();
    ensure(await portal.getByRole("button", { name: "確かめる", exact: true }).isDisabled(), "half a root can be sent");
  });
  await contact.leave();
  await step("administrator: checks the same root for the customer on the telephone", async () => {
    await page.goto("/admin#roots");
    await page.getByLabel("照合値(64文字)").fill(root);
    await page.getByRole("button", { name: "確かめる", exact: true }).click();
    await page.locator("[data-verdict=holds]").waitFor();
    await picture(page, "office-roots");
  });
}

async function approvals(stage, scene, card) {
  const dispatcher = await stage.person("dispatcher approvals", { login: "dispatcher" });
  const operator = await stage.person("operator approvals", { login: "operator" });
  const [board, desk] = [await dispatcher.page(), await operator.page()];
  const path = `/api/contracts/${card.id}/approval-rule`;
  const set = async (units) => {
    const { rule } = await scene.call("customer", "GET", path);
    return scene.call("customer", "PUT", path, { version: rule?.version ?? 0, units_per_issue: units });
  };
  await step("dispatcher and operator: see which issue waits for the customer's yes, and that the work does not", async () => {
    await set(0);
    // Of no certain asset: a recurrence would cost nothing, and nothing would wait.
    const order = await scene.fault(card, 0, "承認を要する故障", { asset_id: null });
    const { territories } = await scene.call("dispatcher", "GET", "/api/catalog");
    const territory = await scene.territoryOf(order);
    await board.goto("/board");
    await chooseArea(board, territories.find(({ id }) => id === territory).name_ja);
    const row = board.locator(`[data-order="${order}"]`);
    await row.getByText("お客様の承認待ち").waitFor();
    await picture(board, "office-board");
    await desk.goto("/desk");
    await openCustomer(desk, card.number, card.customer.name);
    const issue = desk.locator("article").filter({ hasText: "承認を要する故障" });
    await issue.getByText("お客様の承認待ち").waitFor();
    await issue.scrollIntoViewIfNeeded();
    await picture(desk, "office-desk-approval");
    const asked = (await scene.call("customer", "GET", `/api/contracts/${card.id}/approvals`)).find(({ state }) => state === "pending");
    await scene.call("customer", "POST", `/api/issues/${asked.issue_id}/approval`, { approved: true, version: asked.version });
    await until(async () => (await row.getByText("お客様の承認待ち").count()) === 0, "the board hears of the yes");
    await until(async () => (await issue.getByText("お客様の承認待ち").count()) === 0, "the desk hears of the yes");
    ensure((await row.count()) === 1, "the work order has left the queue");
    await set(null);
  });
  await dispatcher.leave();
  await operator.leave();
}

async function people(admin, page, stage, card) {
  let password = "";
  const form = page.locator("dialog.person");
  await step("administrator: adds a customer's contact, who gets a password that is shown once", async () => {
    await page.goto("/admin#users");
    await page.getByRole("button", { name: "利用者を追加" }).click();
    await form.getByLabel("名前", { exact: true }).fill("照井 新");
    await form.getByLabel(/ログイン名/).fill("terui@example.jp");
    await form.getByLabel("役割").selectOption({ label: "お客様ご担当者" });
    await form.getByLabel(/会社名・電話番号/).fill(card.number);
    await form.locator("option").filter({ hasText: card.customer.name }).first().waitFor({ state: "attached" });
    await form.getByRole("button", { name: "利用者を追加" }).click();
    password = (await form.locator(".secret code").textContent()).trim();
    await picture(page, "office-person-added");
    ensure(/^([a-z2-9]{4}-){3}[a-z2-9]{4}$/.test(password), password);
    await form.getByRole("button", { name: "閉じる" }).click();
    await page.locator('[data-login="terui@example.jp"]').getByText(card.customer.name).waitFor();
  });
  const contact = await stage.person("contact new");
  const portal = await contact.page();
  await step("new contact: logs in with it and sees the wallets of the company", async () => {
    await logIn(portal, "terui@example.jp", "/portal", password);
    await portal.locator(".contract .wallet .main dd").first().waitFor();
    ensure((await portal.locator(".contract").count()) >= 2, "both contracts");
    await picture(portal, "office-portal-two");
  });
  await step("administrator: bars the contact, whose page ends at once; the change stays on file", async () => {
    contact.expected = /401|WebSocket/;
    await page.locator('[data-login="terui@example.jp"]').getByRole("button").click();
    await form.getByLabel("ログインできる").uncheck();
    await form.getByRole("button", { name: "保存" }).click();
    await form.getByText("保存しました。").waitFor();
    await form.getByText("変更の記録").click();
    await form.getByText("利用: 利用中 → 利用停止").waitFor();
    await picture(page, "office-person-barred");
    await form.getByRole("button", { name: "閉じる" }).click();
    await portal.reload();
    await portal.waitForURL((address) => address.pathname === "/login");
    equal(await page.locator('[data-login="terui@example.jp"]').count(), 0, "rows of people who are barred");
    await page.getByLabel("利用停止の人も表示").check();
    await page.locator('[data-login="terui@example.jp"]').getByText("利用停止").waitFor();
    await picture(page, "office-people");
  });
  await contact.leave();
  await step("administrator: cannot bar himself; a log-in name that is taken is refused in words", async () => {
    admin.expected = /400|409/;
    await page.locator('[data-login="admin"]').getByRole("button").click();
    ensure(await form.getByLabel("ログインできる").isDisabled(), "he can bar himself");
    ensure(await form.getByLabel("役割").isDisabled(), "he can give up his role");
    await form.getByLabel(/ログイン名/).fill("operator");
    await form.getByRole("button", { name: "保存" }).click();
    await form.getByRole("alert").filter({ hasText: "このログイン名は使われています" }).waitFor();
    await form.getByRole("button", { name: "閉じる" }).click();
    const still = await page.request.post("/api/session", { data: { login: "admin", password: PASSWORD } });
    equal(still.status(), 200, "log-in of the administrator");
  });
}
