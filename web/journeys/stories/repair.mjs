/** One repair, from the telephone to the history, seen by the four roles at once. */
import { ensure, equal, step, until } from "../lib/checks.mjs";
import { picture } from "../lib/stage.mjs";
import { chooseArea, drive, fillIssue, logIn, loginOf, openCustomer, OWNER, sameSeq, SHARED_PHONE, shownSeq } from "../lib/steps.mjs";

export async function repair(stage, world) {
  const operator = await stage.person("operator");
  const dispatcher = await stage.person("dispatcher");
  const desk = await operator.page();
  const board = await dispatcher.page();
  await call(desk, world);
  await intake(desk, board, world);
  await dispatch(board, desk, world);
  const technician = await stage.person("technician", { phone: true });
  const phone = await technician.page();
  const customer = await stage.person("customer", { phone: true });
  const track = await customer.page();
  await underWay({ desk, board, phone, track, technician }, world);
  await onSite({ desk, board, phone, track }, world);
  await afterwards(stage, desk, world);
  for (const person of [operator, dispatcher, technician, customer]) await person.leave();
}

async function call(desk, world) {
  await step("operator: logs in and lands at the desk", async () => {
    await logIn(desk, "operator", "/desk");
    await desk.getByRole("combobox").waitFor();
  });
  await step("operator: one phone number finds two customers, she chooses", async () => {
    await desk.getByRole("combobox").fill(SHARED_PHONE);
    await until(async () => (await desk.getByRole("option").count()) === 2, "two customers for one number");
    await picture(desk, "desk-two-customers");
    const names = await desk.getByRole("option").locator("strong").first().textContent();
    await desk.keyboard.press(names === OWNER ? "Alt+1" : "Alt+2");
    await desk.locator(".card h2").filter({ hasText: OWNER }).waitFor();
  });
  await step("operator: sees contract, wallet, open issues and the last repairs", async () => {
    const card = desk.locator(".card");
    await card.getByText(/MC-\d{4}-\d{4}/).first().waitFor();
    world.contract = (await card.textContent()).match(/MC-\d{4}-\d{4}/)[0];
    await card.getByText("対応中の要件はありません").waitFor();
    world.before = Number((await card.locator(".wallet .main dd").textContent()).match(/\d+/)[0]);
    ensure(world.before >= 2, `the wallet has ${world.before}`);
    ensure((await card.locator(".repairs li").count()) >= 1, "no repair is shown");
  });
}

async function intake(desk, board, world) {
  await step("operator: types two issues in one contact and reads what they cost", async () => {
    await fillIssue(desk, 0, { asset: 1, description: "急に止まって動かない", impact: "業務が止まっている", urgency: "今すぐ" });
    await desk.locator("fieldset.issue").first().locator("legend", { hasText: "症状" }).locator("..").locator("label").first().click();
    await desk.keyboard.press("Alt+n");
    await fillIssue(desk, 1, { kind: "質問", description: "タイマーの変え方を知りたい" });
    const sentence = desk.locator(".preview .sentence");
    await until(async () => (await desk.locator(".preview li").count()) >= 2, "a line an issue in the preview");
    world.sentence = await sentence.textContent();
    ensure(/2件|2要件|要件2/.test(world.sentence) || /\d枚/.test(world.sentence), `preview says ${world.sentence}`);
    await picture(desk, "desk-intake");
    return world.sentence;
  });
  await step("dispatcher: logs in; the board shows the new work order within 1 s of the save", async () => {
    await logIn(board, "dispatcher", "/board");
    await board.locator(".toolbar select").waitFor();
    await chooseTerritory(board);
    const waiting = await board.locator("[data-order]").count();
    const answered = desk.waitForResponse((response) => response.url().endsWith("/api/interactions") && response.status() === 201);
    await desk.keyboard.press("Control+Enter");
    await answered;
    const saved = performance.now();
    await until(async () => (await board.locator("[data-order]").count()) === waiting + 1, "the new work order on the board");
    const ms = performance.now() - saved;
    ensure(ms < 1_000, `it took ${ms.toFixed(0)} ms`);
    return `${ms.toFixed(0)} ms`;
  });
  await step("operator: gets the numbers of both issues at one save", async () => {
    const receipt = desk.locator(".panel").filter({ hasText: "受け付けました" });
    await receipt.waitFor();
    equal(await receipt.locator("li").count(), 2, "issues in the receipt");
    world.issue = (await receipt.locator("li strong").first().textContent()).trim();
    world.tickets = (await receipt.textContent()).match(/TK-[\d-]+/g) ?? [];
    ensure(world.tickets.length >= 1, "no ticket number on the receipt");
    await picture(desk, "desk-receipt");
    await desk.locator(".card .running, .card article").filter({ hasText: world.issue }).waitFor();
    return `${world.issue}, ${world.tickets.join(" ")}`;
  });
}

async function chooseTerritory(board) {
  await chooseArea(board);
  await board.locator(".lane, [role=row]").first().waitFor();
}

async function dispatch(board, desk, world) {
  await step("dispatcher: sees the candidates with a reason for each rule", async () => {
    await board.locator("[data-order]").filter({ hasText: world.issue }).click();
    await board.locator("article.best").waitFor();
    ensure((await board.locator("article[id^=candidate-]").count()) >= 3, "too few candidates");
    ensure((await board.locator("article.best .rules li.yes").count()) >= 4, "the best shows no rules");
    const unfit = board.locator("details", { hasText: "手配できない技術員" });
    if (await unfit.count()) {
      await unfit.locator("summary").first().click();
      ensure((await unfit.locator("li.no").first().textContent()).length > 4, "an unfit one without a reason");
    }
    world.technician = (await board.locator("article.best .top .name").textContent()).trim();
    await picture(board, "board-candidates");
    return world.technician;
  });
  await step("dispatcher: assigns the best with the key A", async () => {
    await board.locator("[data-order]").filter({ hasText: world.issue }).focus();
    const answer = board.waitForResponse((response) => response.url().endsWith("/assign"));
    await board.keyboard.press("a");
    equal((await answer).status(), 201, "status of the assignment");
    await until(async () => (await board.locator("[data-order]").filter({ hasText: world.issue }).count()) === 0, "the order leaves the queue");
    await board.locator(`[data-visit]`).first().waitFor();
  });
  await step("dispatcher: opens the visit; it carries the customer's tracking link", async () => {
    await board.locator("[data-visit]").filter({ hasText: OWNER.slice(0, 2) }).first().click();
    const link = board.locator(".visit a[href*='/t/']");
    await link.waitFor();
    world.track = new URL(await link.getAttribute("href"), board.url()).pathname;
    world.visit = await board.locator(".visit [data-eta-visit]").getAttribute("data-eta-visit");
    await picture(board, "board-visit");
  });
  await step("operator: sees the same forecast as the board without touching anything", async () => {
    const seq = await sameSeq([["board", board, world.visit], ["desk", desk, world.visit]]);
    return `#${seq}`;
  });
}

async function underWay({ desk, board, phone, track, technician }, world) {
  await step("technician: sees the visit on his phone and accepts it", async () => {
    world.login = loginOf(world.technician);
    await logIn(phone, world.login, "/tech");
    await phone.locator("article.card").filter({ hasText: OWNER }).waitFor();
    const link = await phone.locator("a[href^='geo:'], a[href*='daddr=']").first().getAttribute("href");
    const [, latitude, longitude] = link.match(/(-?\d+\.\d+),(-?\d+\.\d+)/);
    world.site = { latitude: Number(latitude), longitude: Number(longitude) };
    world.start = { latitude: world.site.latitude + 0.02, longitude: world.site.longitude + 0.01 };
    await picture(phone, "tech-assigned");
    await technician.context.setGeolocation({ ...world.start, accuracy: 12 });
    await tapPrimary(phone, "受諾する");
  });
  await step("customer: opens the link without a log-in and sees the same forecast", async () => {
    await track.goto(world.track);
    await track.locator("[data-slot=window]").filter({ hasText: /\d\d?:\d\d/ }).waitFor();
    await picture(track, "track-assigned");
    const seq = await sameSeq([["board", board, world.visit], ["desk", desk, world.visit], ["customer", track, world.visit]]);
    return `#${seq}, ${await track.locator("[data-slot=window]").textContent()}`;
  });
  await step("technician: sets out, agrees to send his position, and it goes out", async () => {
    const sent = phone.waitForResponse((response) => response.url().endsWith("/api/my/positions"), { timeout: 20_000 });
    await tapPrimary(phone, "出発する");
    const yes = phone.getByRole("button", { name: "位置を送って出発する" });
    await yes.click();
    const answer = await sent;
    equal(answer.status(), 200, "status of the positions");
    equal((await answer.json()).accepted, 1, "positions accepted");
    await picture(phone, "tech-under-way");
  });
  await step("customer: hears of the setting out and of each position by push; board and desk show the same forecast", async () => {
    await track.locator(".answer[data-state=en_route]").waitFor();
    const loads = [];
    track.on("framenavigated", () => loads.push(1));
    const seen = [await shownSeq(track, world.visit)];
    const took = [];
    await drive(technician.context, world.start, world.site, async () => {
      const from = performance.now();
      await until(async () => (await shownSeq(track, world.visit)) > seen.at(-1), `no newer forecast than #${seen.at(-1)}`, 4_000);
      took.push(performance.now() - from);
      seen.push(await sameSeq([["board", board, world.visit], ["desk", desk, world.visit], ["customer", track, world.visit]], seen.at(-1) + 1));
    });
    equal(loads.length, 0, "reloads of the customer's page");
    ensure(Math.max(...took) < 2_000, `from the phone to the customer: ${took.map(Math.round).join(", ")} ms`);
    await picture(track, "track-under-way");
    await picture(board, "board-under-way");
    await picture(desk, "desk-under-way");
    return `${seen.map((seq) => `#${seq}`).join(" ")}, at most ${Math.round(Math.max(...took))} ms after the phone knew`;
  });
  await step("customer: reads when he will be there from where he is now, not from the plan", async () => {
    const [likely, updated] = await Promise.all(["likely", "updated"].map(async (slot) => minutesOf(await track.locator(`[data-slot=${slot}]`).textContent())));
    const ahead = likely - updated;
    ensure(ahead >= 0 && ahead <= 30, `2 km away he is told to come in ${ahead} minutes`);
    return `in ${ahead} minutes`;
  });
  await step("customer: sees about where the technician is, and how far", async () => {
    await track.locator("[data-slot=distance]").filter({ hasText: /km|m/ }).waitFor();
    return await track.locator("[data-slot=distance]").textContent();
  });
}

/** Minutes of the day of the clock face in a text. */
function minutesOf(text) {
  const [, hours, minutes] = text.match(/(\d{1,2}):(\d{2})/);
  return Number(hours) * 60 + Number(minutes);
}

/** The big button under the thumb, when it says what is wanted. */
export async function tapPrimary(phone, word) {
  await phone.locator(".keys .primary").filter({ hasText: word }).tap();
}

async function onSite({ desk, board, phone, track }, world) {
  await step("technician: arrives and starts; the customer sees both", async () => {
    await tapPrimary(phone, "到着した");
    await track.locator(".answer[data-state=arrived]").waitFor();
    await tapPrimary(phone, "作業を始める");
    await track.locator(".answer[data-state=working]").waitFor();
  });
  await step("technician: files the report with a cause and what he did", async () => {
    await tapPrimary(phone, "作業を終える");
    await phone.locator("#causes label").first().tap();
    await phone.locator("#remedies .chip").filter({ hasText: "部品交換" }).tap();
    await picture(phone, "tech-report");
    const answered = phone.waitForResponse((response) => response.url().endsWith("/report"), { timeout: 20_000 });
    await phone.getByRole("button", { name: "報告して完了" }).tap();
    // He has ten seconds to take it back.
    equal((await answered).status(), 200, "status of the report");
    await picture(phone, "tech-done");
  });
  await step("customer: sees the report and what it used of the wallet", async () => {
    await track.locator(".answer[data-state=done]").waitFor();
    await track.locator("[data-slot=remedy]").filter({ hasText: "部品交換" }).waitFor();
    const used = await until(() => track.locator("[data-slot=used]").textContent(), "the consumption");
    ensure(/\d枚/.test(used), `it says ${used}`);
    await picture(track, "track-done");
    return used;
  });
  await step("dispatcher: the board shows the visit as done, with the report", async () => {
    await board.locator(".visit .report").filter({ hasText: "部品交換" }).waitFor();
    await picture(board, "board-done");
  });
  await step("operator: sees the repair in the history, and the wallet as it is now", async () => {
    await desk.getByRole("button", { name: /次の応対へ/ }).click().catch(() => undefined);
    await desk.getByRole("tab", { name: "履歴" }).click();
    const line = desk.locator(".history li.report, .history li").filter({ hasText: "報告" });
    await line.first().waitFor();
    await picture(desk, "desk-history");
    await desk.getByRole("tab", { name: "概要" }).click();
    const now = await desk.locator(".card .wallet .main dd").textContent();
    world.after = Number(now.match(/\d+/)[0]);
    ensure(world.after < world.before, `${world.before} before, ${world.after} after`);
    return `${world.before} → ${world.after}枚`;
  });
}

async function afterwards(stage, desk, world) {
  await step("customer's portal: wallet and history line with the ticket numbers, as the operator has them", async () => {
    const contact = await stage.person("contact");
    const portal = await contact.page();
    await logIn(portal, "customer", "/portal");
    const balance = await portal.locator(".wallet .main dd").first().textContent();
    equal(Number(balance.match(/\d+/)[0]), world.after, "balance");
    const line = portal.locator(".history li").filter({ hasText: world.tickets[0] });
    await line.first().waitFor();
    await picture(portal, "portal");
    const own = await lines(portal);
    await desk.getByRole("tab", { name: "履歴" }).click();
    await desk.locator(".history li").first().waitFor();
    await until(async () => JSON.stringify(await lines(desk)) === JSON.stringify(own), "the same lines at the desk");
    await contact.leave();
    return `${own.length} lines`;
  });
}

const lines = (page) => page.locator(".history li .what p:first-child").allTextContents();
