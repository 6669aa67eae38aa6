/** The telephone rings: the screen pops before the call is taken, and whoever was missed is called back. */
import { ensure, equal, step, until } from "../lib/checks.mjs";
import { Scene } from "../lib/scene.mjs";
import { picture } from "../lib/stage.mjs";
import { fillIssue, logIn, openCustomer, OWNER, PASSWORD, SHARED_PHONE } from "../lib/steps.mjs";
import { Telephone } from "../lib/telephone.mjs";

const CONTRACT = "MC-2025-1029";

export async function phone(stage) {
  const scene = new Scene(stage.base);
  const exchange = new Telephone(stage.base);
  await scene.call("admin", "POST", "/api/users", {
    login: "phone2", password: PASSWORD, name: "電話 花子", role: "operator", language: "en", territory_id: null, technician_id: null, customer_id: null,
  });
  const [first, second] = [await stage.person("operator"), await stage.person("second operator", { language: "en" })];
  // A call-back that a colleague took is refused, and browsers write down every refused request.
  second.expected = /409/;
  const [mine, other] = [await first.page(), await second.page()];
  await sitDown(mine, other);
  await ring(mine, other, exchange, scene);
  await stranger(mine, exchange);
  await missed(mine, other, exchange);
  await first.leave();
  await second.leave();
}

const pop = (page, call) => page.locator(`[data-call] strong`).filter({ hasText: call });

async function sitDown(mine, other) {
  await step("operator: sits down at an extension with the keyboard", async () => {
    await logIn(mine, "operator", "/desk");
    await mine.getByLabel("内線").fill("２０１");
    await mine.keyboard.press("Enter");
    await mine.getByText("内線 201").waitFor();
    await logIn(other, "phone2", "/desk");
    await other.getByLabel("Extension").fill("202");
    await other.getByRole("button", { name: "Sit down" }).click();
    await other.getByText("Ext. 202").waitFor();
  });
}

async function ring(mine, other, exchange, scene) {
  const typed = "朝から冷えない。書きかけ";
  const card = await scene.card(CONTRACT);
  await step("operator: types for one customer when the telephone rings; the screen pops, and the focus stays", async () => {
    await openCustomer(mine, CONTRACT, card.customer.name);
    await mine.locator("fieldset.issue textarea").first().fill(typed);
    const from = performance.now();
    await exchange.tell("ring", "j1", { from: `+81${SHARED_PHONE.slice(1)}`, to: "021-000-0000", agents: ["201"] });
    await pop(mine, SHARED_PHONE).waitFor();
    const ms = Math.round(performance.now() - from);
    ensure(await mine.evaluate(() => document.activeElement?.tagName === "TEXTAREA"), "the focus was taken away");
    equal(await mine.locator(".pop .candidate").count() >= 2, true, "customers who share the number");
    await mine.locator(".pop .candidate").filter({ hasText: OWNER }).first().waitFor();
    await picture(mine, "desk-pop");
    ensure(ms < 1_000, `it took ${ms} ms`);
    return `${ms} ms from the call event`;
  });
  await step("second operator: hears nothing of it", async () => {
    equal(await other.locator("[data-call]").count(), 0, "pops");
  });
  await step("operator: takes it with one key into the form of the one who calls", async () => {
    await exchange.tell("answered", "j1", { agents: ["201"] });
    const owner = mine.locator(".pop .candidate").filter({ hasText: OWNER }).first();
    const key = (await owner.locator("kbd").textContent()).trim();
    await mine.keyboard.press(key.replace(/(\d)$/, "Digit$1"));
    await mine.locator(".card h2").filter({ hasText: OWNER }).waitFor();
    await until(async () => (await mine.getByLabel("折り返し先").inputValue()).startsWith("021"), "the number is filled in");
  });
  await step("operator: saves the contact, which is linked to the call", async () => {
    await mine.getByLabel("お名前").fill("電話の方");
    await fillIssue(mine, 0, { asset: 1, description: "異音がする", impact: "不便", urgency: "今週中" });
    await mine.keyboard.press("Control+Enter");
    await mine.getByRole("heading", { name: "受け付けました" }).waitFor();
    await mine.locator(".pop").getByText("応対を保存済み").waitFor();
    await exchange.tell("ended", "j1");
    await until(async () => (await mine.locator("[data-call]").count()) === 0, "the banner goes with the call");
  });
  await step("operator: goes back to what she was typing, word for word", async () => {
    await mine.keyboard.press("Alt+KeyB");
    await mine.locator(".card h2").filter({ hasText: card.customer.name }).waitFor();
    equal(await mine.locator("fieldset.issue textarea").first().inputValue(), typed, "what was typed");
    mine.once("dialog", (dialog) => dialog.accept());
    await mine.getByRole("button", { name: "入力を破棄" }).click();
  });
}

async function stranger(mine, exchange) {
  await step("operator: a number that is a word, and one that is withheld, ring as unknown callers", async () => {
    await exchange.tell("ring", "j2", { from: "たなか", agents: ["201"] });
    await mine.getByText("番号を読み取れません").waitFor();
    await exchange.tell("ended", "j2");
    await exchange.tell("ring", "j3", { from: "anonymous", agents: ["201"] });
    await mine.locator(".pop").getByText("非通知").first().waitFor();
    await picture(mine, "desk-pop-unknown");
    await exchange.tell("ended", "j3");
    await until(async () => (await mine.locator("[data-call]").count()) === 0, "they go");
    equal(await mine.locator("[data-call-back]").count(), 0, "nobody can be called back");
  });
}

async function missed(mine, other, exchange) {
  const back = (page) => page.locator('[data-call-back="0218929196"]');
  await step("desk: a call that nobody took stands in everybody's list of call-backs", async () => {
    for (const call of ["j4", "j5"]) {
      await exchange.tell("ring", call, { from: SHARED_PHONE, agents: ["201"] });
      await exchange.tell("missed", call);
    }
    await back(mine).getByText("2回").waitFor();
    await back(other).getByText("2 times").waitFor();
    await back(mine).getByText(OWNER).waitFor();
  });
  await step("operator: takes it; the colleague sees who does, and is told when he is late", async () => {
    await back(mine).getByRole("button", { name: "担当する" }).click();
    await back(other).getByText(/taken by/).waitFor();
    await picture(mine, "desk-call-back");
  });
  await step("operator: has called back and says how it ended", async () => {
    await back(mine).getByPlaceholder("折り返しのメモ").fill("訪問日を案内した");
    await back(mine).getByRole("button", { name: "つながった" }).click();
    await until(async () => (await back(mine).count()) + (await back(other).count()) === 0, "it leaves both lists");
  });
}
