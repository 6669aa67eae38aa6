/** What was bought in advance: the customer reads and keeps it, the vendor sells and corrects it. */
import { readFile } from "node:fs/promises";
import { ensure, equal, step, until } from "../lib/checks.mjs";
import { Scene } from "../lib/scene.mjs";
import { picture } from "../lib/stage.mjs";
import { logIn, openCustomer } from "../lib/steps.mjs";

export async function wallet(stage) {
  const scene = new Scene(stage.base);
  const { login, card } = await someContract(scene);
  await scene.fault(card, 0, "表示が点滅する");
  const contact = await stage.person("contact wallet");
  const page = await contact.page();
  await reads(page, card, login);
  await sells(stage, page, card);
  await scene.fault(card, 1, "警告音が止まらない");
  await disputes(stage, page, scene, card);
  await approves(page, scene, card);
  await corrects(stage, page, card);
  await contact.leave();
}

/** A customer who logs in, and a contract of his that keeps its tickets on hold until the work is done. */
async function someContract(scene) {
  for (const login of ["customer", "customer2", "customer3"]) {
    const { contracts } = await scene.call(login, "GET", "/api/portal");
    for (const { id } of contracts) {
      const card = await scene.call("operator", "GET", `/api/contracts/${id}`);
      if (card.policy.capture_point !== "acceptance" && card.assets.length && card.wallet.available > 2) return { login, card };
    }
  }
  throw new Error("no customer of the demo keeps tickets on hold");
}

const units = async (place) => Number((await place.textContent()).replaceAll(",", "").match(/\d+/)[0]);

async function reads(page, card, login) {
  await step("customer: the wallet shows what is left, when it dies, the lots and the terms", async () => {
    await logIn(page, login, "/portal");
    await page.getByRole("link", { name: "ウォレット" }).first().click();
    await page.locator(".balance .main dd").waitFor();
    equal(await units(page.locator(".balance .main dd")), (await lots(page, card)).available, "balance");
    await page.getByRole("heading", { name: "失効カレンダー" }).waitFor();
    const terms = page.locator("dl.terms");
    for (const word of ["発行者", "お問い合わせ", "有効期限", "使える範囲", "ご注意", "残高の確かめ方"]) await terms.getByText(word, { exact: true }).waitFor();
    await picture(page, "wallet-portal");
  });
  await step("customer: opens a lot and sees every number with its state and the issue that took it", async () => {
    await page.locator(".lots > li").filter({ hasText: "仮押さえ" }).first().locator(".toggle").click();
    const held = page.locator("td .state.held").first();
    await held.waitFor();
    ensure((await page.locator(".lots table tbody tr").count()) > 1, "no numbers");
  });
  await step("customer: from a line of the statement to the repair, and back to the line, in one step each", async () => {
    await page.getByRole("link", { name: "明細", exact: true }).first().click();
    const line = page.locator(".lines li.hold").first();
    await line.waitFor();
    const event = await line.getAttribute("data-event");
    const issue = await line.locator(".issue .number").first().textContent();
    await picture(page, "wallet-statement");
    await line.getByRole("button", { name: "修理の記録を見る" }).click();
    await page.getByRole("heading", { name: issue }).waitFor();
    await page.locator(".history li").first().waitFor();
    const numbers = (await page.locator(".history li .small").allTextContents()).flatMap((text) => text.match(/I-[A-Z]+-\d+-\d+/g) ?? []);
    ensure(numbers.length > 0 && numbers.every((number) => number === issue), `other issues stand in the repair: ${numbers}`);
    await picture(page, "wallet-repair");
    await page.getByRole("button", { name: "明細へ戻る" }).click();
    await page.locator(`.lines li.wanted[data-event="${event}"]`).waitFor();
    return issue;
  });
  await step("customer: from a movement in the history to its line of the statement", async () => {
    await page.getByRole("link", { name: "概要" }).first().click();
    const entry = page.locator(".history li.wallet").first();
    const event = await entry.getAttribute("data-event");
    await entry.getByRole("button").click();
    await page.locator(`.lines li.wanted[data-event="${event}"]`).waitFor();
  });
  await step("customer: keeps the statement as CSV and as PDF, and the screen shows its root", async () => {
    const root = (await page.locator(".root code").textContent()).trim();
    const [csv, pdf] = [await kept(page, "CSVで保存"), await kept(page, "PDFで保存")];
    ensure(csv.text.includes("仮押さえ"), "the CSV has no hold");
    ensure(pdf.bytes.subarray(0, 5).toString() === "%PDF-", "no PDF");
    ensure(/^[0-9a-f]{64}$/.test(root), `the root is ${root}`);
    return `${csv.name} ${csv.bytes.length} bytes, ${pdf.name} ${pdf.bytes.length} bytes`;
  });
  await step("customer: chooses a period in which nothing moved, and is told so", async () => {
    await page.getByLabel("終了日").fill("2020-01-31");
    await page.getByLabel("開始日").fill("2020-01-01");
    await page.getByText("この期間の動きはありません").waitFor();
  });
}

async function kept(page, name) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name }).click()]);
  const bytes = await readFile(await download.path());
  return { name: download.suggestedFilename(), bytes, text: bytes.toString("utf8") };
}

const lots = async (page, card) => (await page.request.get(`/api/contracts/${card.id}/wallet`)).json();

async function openDrawer(desk, card) {
  await openCustomer(desk, card.number, card.customer.name);
  await desk.locator(".card .wallet").getByRole("button").click();
  await desk.locator("dialog.drawer .balance .main dd").waitFor();
  return desk.locator("dialog.drawer");
}

async function sells(stage, page, card) {
  const operator = await stage.person("operator wallet");
  const desk = await operator.page();
  await step("operator: sells a lot of ten; the customer's balance moves without a reload", async () => {
    await page.getByRole("link", { name: "ウォレット" }).first().click();
    const shown = page.locator(".balance .main dd");
    const before = await units(shown);
    const loads = [];
    page.on("framenavigated", () => loads.push(1));
    await logIn(desk, "operator", "/desk");
    const drawer = await openDrawer(desk, card);
    await picture(desk, "wallet-drawer");
    await drawer.getByRole("tab", { name: "入出記録" }).click();
    await drawer.locator("label:has(input[value=sell])").click();
    await drawer.getByLabel("数", { exact: true }).fill("10");
    await drawer.getByLabel(/価格/).fill("60000");
    await drawer.getByText(`残高 ${before}枚 → ${before + 10}枚`).waitFor();
    await picture(desk, "wallet-sell");
    const from = performance.now();
    await drawer.getByRole("button", { name: "販売: 登録する" }).click();
    await drawer.getByText("登録しました").waitFor();
    await until(async () => (await units(shown)) === before + 10, "the customer's balance");
    equal(loads.length, 0, "reloads of the portal");
    return `${before} → ${before + 10}枚, ${Math.round(performance.now() - from)} ms`;
  });
  await step("operator: a lot dated in the past is refused, and the sentence says what to do", async () => {
    const drawer = desk.locator("dialog.drawer");
    operator.expected = /409|400|422/;
    await drawer.getByLabel("発行日").fill("2026-01-05");
    await drawer.getByRole("button", { name: "販売: 登録する" }).click();
    const notice = drawer.getByRole("alert");
    await notice.filter({ hasText: "過去の日付のロットは作れません" }).waitFor();
    equal(await drawer.getByLabel("発行日").getAttribute("aria-invalid"), "true", "the field is marked");
    await picture(desk, "wallet-refused");
  });
  await step("operator: is offered what she may do, and nothing else", async () => {
    const drawer = desk.locator("dialog.drawer");
    const offered = await drawer.locator("fieldset").first().locator("label").allTextContents();
    equal(offered.map((text) => text.trim()), ["販売", "一部または全部を確定", "解放"], "movements");
    equal(await drawer.getByRole("tab", { name: "承認と拒否の記録" }).count(), 0, "tab of the audit");
  });
  await step("operator: gives a hold back from its line of the statement, and the customer reads it", async () => {
    const drawer = desk.locator("dialog.drawer");
    await drawer.getByRole("tab", { name: "明細" }).click();
    const line = drawer.locator(".lines li.hold").first();
    await line.getByRole("button", { name: "解放" }).click();
    await drawer.getByLabel("理由").selectOption({ label: "入力誤り" });
    await drawer.getByRole("button", { name: "解放: 登録する" }).click();
    await drawer.getByText("登録しました").waitFor();
    await page.getByRole("link", { name: "明細", exact: true }).first().click();
    await page.locator(".lines li.release").first().waitFor();
  });
  await operator.leave();
}

async function corrects(stage, page, card) {
  const admin = await stage.person("admin wallet");
  const office = await admin.page();
  await step("administrator: lands on the reports and reads the books of the year", async () => {
    await logIn(office, "admin", "/admin");
    await office.locator(".report table tbody tr").nth(11).waitFor();
    await picture(office, "admin-books");
    await office.getByRole("link", { name: "基準日報告" }).click();
    await office.locator(".verdict").waitFor();
    await office.getByRole("link", { name: "作業量の見込み" }).click();
    await office.locator(".report table tbody tr").first().waitFor({ timeout: 40_000 });
    await picture(office, "admin-forecast");
  });
  await step("administrator: a large adjustment waits; he who proposed it is refused to accept it", async () => {
    admin.expected = /409/;
    await office.goto("/desk");
    const drawer = await openDrawer(office, card);
    await drawer.getByRole("tab", { name: "入出記録" }).click();
    await drawer.locator("label:has(input[value=adjust])").click();
    await drawer.getByLabel(/^数/).fill("20");
    await drawer.getByRole("button", { name: "残高調整: 登録する" }).click();
    await drawer.getByText("承認待ちにしました").waitFor();
    await office.goto("/admin#waiting");
    await office.getByRole("button", { name: "承認する" }).first().click();
    await office.getByRole("alert").filter({ hasText: "別の人が承認します" }).waitFor();
    await picture(office, "admin-waiting");
    await office.getByRole("button", { name: "却下する" }).first().click();
    await office.getByText("承認を待つ調整はありません").waitFor();
  });
  await step("administrator: sees in the audit what was refused, with its rule in words", async () => {
    await office.goto("/desk");
    const drawer = await openDrawer(office, card);
    await drawer.getByRole("tab", { name: "承認と拒否の記録" }).click();
    await drawer.getByText("過去の日付のロットは作れません").first().waitFor();
    await picture(office, "wallet-audit");
  });
  await step("administrator: a policy with a hole is refused by its name; a whole one is the next version", async () => {
    admin.expected = /400|409/;
    const drawer = office.locator("dialog.drawer");
    await drawer.getByRole("tab", { name: "契約ルール" }).click();
    await drawer.getByLabel("改定の理由").fill("対象範囲の明記");
    const scope = drawer.getByLabel("1単位の対象範囲(日本語)");
    const kept = await scope.inputValue();
    await scope.fill("");
    await drawer.getByRole("button", { name: "この内容で改定する" }).click();
    await drawer.getByRole("alert").filter({ hasText: "1単位の対象範囲" }).waitFor();
    equal(await scope.getAttribute("aria-invalid"), "true", "the field is marked");
    await scope.fill(kept || "1要件の受付から解決まで");
    const english = drawer.getByLabel("1単位の対象範囲(英語)");
    if (!(await english.inputValue())) await english.fill("One issue from acceptance to solution");
    await drawer.getByRole("button", { name: "この内容で改定する" }).click();
    await drawer.getByText("新しい版を登録しました").waitFor();
    await picture(office, "wallet-policy");
  });
  await admin.leave();
}

async function disputes(stage, page, scene, card) {
  const admin = await stage.person("admin disputes");
  const office = await admin.page();
  await step("customer: confirms a use, once, and can dispute that line no more", async () => {
    await page.getByRole("link", { name: "概要" }).first().click();
    await page.getByRole("link", { name: "明細", exact: true }).first().click();
    const key = { name: "これで間違いありません" };
    await scene.fault(card, 4, "ふたがきしむ");
    const lines = page.locator(".lines > li", { has: page.getByRole("button", key) });
    const open = lines.filter({ hasText: "ふたがきしむ" });
    await open.waitFor();
    const event = await open.getAttribute("data-event");
    await open.getByRole("button", key).click();
    const line = page.locator(`.lines > li[data-event="${event}"]`);
    const said = line.locator("[data-assent=said]").first();
    await said.waitFor();
    equal(await line.getByRole("button", { name: "異議を申し出る" }).count(), 0, "keys to dispute a confirmed line");
    await picture(page, "wallet-confirmed");
    return (await said.textContent()).trim();
  });
  await step("customer: disputes a use, and sees how it stands", async () => {
    await page.getByRole("link", { name: "概要" }).first().click();
    await page.getByRole("link", { name: "明細", exact: true }).first().click();
    const line = page.locator(".lines > li", { has: page.getByRole("button", { name: "異議を申し出る" }) }).filter({ hasText: "警告音" }).first();
    await line.getByRole("button", { name: "異議を申し出る" }).click();
    const dialog = page.locator("dialog[open]");
    await dialog.getByLabel("異議の内容").fill("こちらの設定の誤りではありません");
    await picture(page, "wallet-dispute");
    await dialog.getByRole("button", { name: "申し出る", exact: true }).click();
    await page.locator(".lines .state.open").first().waitFor();
    await page.locator("[data-dispute]").filter({ hasText: "こちらの設定の誤りではありません" }).waitFor();
  });
  await step("administrator: grants it; the customer's balance comes back, and the line stays", async () => {
    await logIn(office, "admin", "/admin#disputes");
    const dispute = office.locator("[data-dispute]").filter({ hasText: "こちらの設定の誤りではありません" });
    await dispute.getByLabel(/お客様への説明/).fill("当社の確認漏れでした");
    await picture(office, "admin-disputes");
    await dispute.getByRole("button", { name: "認めて戻す" }).click();
    await office.getByText("決裁を待つ異議はありません").waitFor();
    await page.locator("[data-dispute] .state.granted").first().waitFor();
    await page.locator("[data-dispute]").filter({ hasText: "当社の確認漏れでした" }).first().waitFor();
    await page.locator(".lines .state.granted").first().waitFor();
  });
  await step("customer: is told of the decision in a notice, and reads it", async () => {
    const bell = page.locator(".bell");
    await until(async () => (await bell.locator(".count").count()) > 0, "a notice that is not read", 20_000);
    await bell.click();
    const notice = page.locator("[data-notice=dispute]").first();
    await notice.waitFor();
    await picture(page, "wallet-notices");
    const text = await notice.locator("p").nth(1).textContent();
    await notice.getByRole("button", { name: "既読にする" }).click();
    await until(async () => (await page.locator("[data-notice=dispute].unread").count()) === 0, "the notice as read");
    await page.locator("dialog[open]").getByRole("button", { name: "閉じる" }).click();
    return text.trim();
  });
  await admin.leave();
}

async function approves(page, scene, card) {
  const limit = page.getByLabel("1か月の上限(空欄はなし)");
  await step("customer: what he types stays while news of his contract comes in", async () => {
    await page.getByRole("link", { name: "承認", exact: true }).first().click();
    await limit.fill("1");
    const read = page.waitForResponse((answer) => answer.url().endsWith("/api/portal"));
    await scene.fault(card, 2, "取っ手がゆるい");
    await read;
    await page.waitForResponse((answer) => answer.url().endsWith("/approvals"));
    equal(await limit.inputValue(), "1", "limit");
  });
  await step("customer: sets a limit a month; what lies above it waits for his yes", async () => {
    await page.getByRole("button", { name: "保存" }).click();
    await page.getByText("上限を登録しました").waitFor();
    await scene.fault(card, 3, "ふたが閉まらない");
    const waiting = page.locator("[data-approval]").filter({ hasText: "ふたが閉まらない" });
    await waiting.waitFor();
    await picture(page, "wallet-approval");
    await waiting.getByRole("button", { name: "承認する", exact: true }).click();
    await waiting.locator(".state.approved").waitFor();
  });
}
