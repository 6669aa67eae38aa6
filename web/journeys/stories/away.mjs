/** A technician falls ill: the board names what he still had to do, others get it, and the days before and after are a key away. */
import { ensure, equal, step, until } from "../lib/checks.mjs";
import { Scene } from "../lib/scene.mjs";
import { picture } from "../lib/stage.mjs";
import { chooseArea, logIn } from "../lib/steps.mjs";

export async function away(stage) {
  const scene = new Scene(stage.base);
  const card = await scene.card("MC-2025-1029");
  const order = await scene.fault(card, 0, "異音がする");
  const dispatcher = await stage.person("dispatcher away");
  const board = await dispatcher.page();
  const world = { order, scene };
  await link(board, world);
  await absence(board, world);
  await days(board, world);
  await dispatcher.leave();
}

async function link(board, world) {
  await step("dispatcher: withdraws the link that came with his assignment", async () => {
    await logIn(board, "dispatcher", "/board");
    await chooseArea(board);
    const waiting = board.locator(`[data-order="${world.order}"]`);
    await waiting.click();
    await board.locator("article.best").waitFor();
    const answer = board.waitForResponse((response) => response.url().endsWith("/assign"));
    await board.keyboard.press("a");
    world.visit = (await (await answer).json()).visit;
    await board.locator(`#bar-${world.visit.id}`).click();
    const address = await board.locator(".visit a[href*='/t/']").getAttribute("href");
    const path = new URL(address, board.url()).pathname.replace("/t/", "/api/track/");
    equal((await board.context().request.get(path)).status(), 200, "the link shows the visit");
    await board.locator(".visit").getByRole("button", { name: "取り消す", exact: true }).click();
    await board.getByText("リンクを取り消しました").waitFor();
    equal((await board.context().request.get(path)).status(), 410, "status of the withdrawn link");
  });
  await step("dispatcher: withdraws a link that a colleague gave out, without knowing its address", async () => {
    const { url, id } = await world.scene.call("operator", "POST", `/api/visits/${world.visit.id}/track-links`, {});
    await board.keyboard.press("Escape");
    await board.locator(`#bar-${world.visit.id}`).click();
    await board.locator(`[data-link="${id}"]`).getByRole("button").click();
    await until(async () => (await board.locator(`[data-link="${id}"]`).count()) === 0, "it leaves the list");
    equal((await board.context().request.get(url.replace("/t/", "/api/track/"))).status(), 410, "status of the withdrawn link");
  });
}

async function absence(board, { order, visit }) {
  const dialog = board.locator("dialog[open]").filter({ hasText: "技術員の不在" });
  await step("dispatcher: enters an absence and reads which visit lies in it", async () => {
    await board.keyboard.press("Escape");
    await board.getByRole("button", { name: "不在", exact: true }).click();
    await dialog.locator("select").selectOption({ label: visit.technician_name });
    await dialog.getByRole("button", { name: "病欠" }).click();
    await dialog.getByRole("button", { name: "登録する" }).click();
    await dialog.locator(`[data-touched="${visit.id}"]`).waitFor();
    await picture(board, "board-absence");
  });
  await step("dispatcher: takes the visit off him from there; the lane shows him away", async () => {
    await dialog.locator(`[data-touched="${visit.id}"]`).getByRole("button", { name: "手配を外す" }).click();
    const removal = board.locator("dialog[open]").filter({ hasText: "手配待ちに戻します" });
    await removal.locator("[data-left]").waitFor();
    await removal.getByRole("button", { name: "技術員の都合" }).click();
    await removal.getByRole("button", { name: "外す", exact: true }).click();
    await until(async () => (await dialog.locator(`[data-touched="${visit.id}"]`).count()) === 0, "it is his no more");
    await dialog.getByRole("button", { name: "閉じる" }).click();
    await board.locator(`[data-technician="${visit.technician_id}"] [data-absence]`).first().waitFor({ state: "attached" });
    await board.locator(`[data-order="${order}"]`).waitFor();
  });
  await step("dispatcher: the planner knows at once and offers others", async () => {
    await board.locator(`[data-order="${order}"]`).click();
    await board.locator("article.best").waitFor();
    const best = (await board.locator("article.best .top .name").textContent()).trim();
    ensure(best !== visit.technician_name, `${best} is away and yet the best`);
    await board.keyboard.press("Escape");
    return best;
  });
  await step("dispatcher: withdraws the absence; the lane is free again", async () => {
    await board.getByRole("button", { name: "不在", exact: true }).click();
    await dialog.locator("select").selectOption({ label: visit.technician_name });
    const before = await until(() => dialog.locator(".known li").count(), "the absence is listed");
    await dialog.locator(".known li").filter({ hasText: "病欠" }).getByRole("button").click();
    await until(async () => (await dialog.locator(".known li").count()) === before - 1, "it leaves the list");
    await dialog.getByRole("button", { name: "閉じる" }).click();
  });
}

async function days(board, { visit }) {
  await step("dispatcher: leafs to the next day and back", async () => {
    const date = board.locator(".toolbar input[type=date]");
    const today = await date.inputValue();
    const there = board.waitForResponse((response) => /\/api\/board\?.*date=/.test(response.url()));
    await board.getByRole("button", { name: "次の日" }).click();
    const shown = await (await there).json();
    ensure(shown.date > today, `the board shows ${shown.date}`);
    ensure(!shown.visits.some(({ planned_start }) => planned_start === visit.planned_start), "a visit of today on tomorrow's board");
    await until(async () => (await date.inputValue()) === shown.date, "the date is shown");
    ensure(new URL(board.url()).searchParams.get("date") === shown.date, "the address names the day");
    await picture(board, "board-tomorrow");
    await board.getByRole("button", { name: "今日" }).click();
    await until(async () => (await date.inputValue()) === today, "today is shown again");
    return `${today} → ${shown.date}`;
  });
}
