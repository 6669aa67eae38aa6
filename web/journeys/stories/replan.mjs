/** The day changes: the board proposes, the dispatcher approves row by row, and tries out what would be if. */
import { ensure, equal, step, until } from "../lib/checks.mjs";
import { Scene } from "../lib/scene.mjs";
import { picture } from "../lib/stage.mjs";
import { chooseArea, logIn } from "../lib/steps.mjs";

export async function replan(stage) {
  const scene = new Scene(stage.base);
  const dispatcher = await stage.person("dispatcher replan");
  const board = await dispatcher.page();
  await logIn(board, "dispatcher", "/board");
  await chooseArea(board);
  await offered(board, scene);
  await approved(board);
  await supposed(board);
  await dispatcher.leave();
}

const rows = (board) => board.locator(".plan [data-row]");

async function offered(board, scene) {
  await step("board: proposes a technician for a new fault by itself, and moves nothing", async () => {
    const card = await scene.card("MC-2025-1029");
    const order = await scene.fault(card, 0, "異音がする");
    await board.locator(`[data-order="${order}"]`).waitFor();
    await until(async () => Number(await board.locator("[data-proposal]").getAttribute("data-proposal")) > 0, "a proposal is there", 30_000);
    await board.keyboard.press("p");
    await rows(board).first().waitFor();
    ensure((await board.locator(`[data-order="${order}"]`).count()) === 1, "the work order still waits");
    await picture(board, "board-proposal");
    return `${await rows(board).count()} rows`;
  });
}

async function approved(board) {
  await step("dispatcher: approves one row with the keyboard and reads its result", async () => {
    const first = rows(board).first();
    await first.locator("input[type=checkbox]").focus();
    const answer = board.waitForResponse((response) => response.url().endsWith("/api/replan/approve"));
    await board.keyboard.press("Space");
    await board.getByRole("button", { name: /選んだ\d+件を承認/ }).click();
    const { results } = await (await answer).json();
    ensure(results.length >= 1, "a result for each row");
    for (const result of results) equal(result.done || result.refusal !== null, true, "done or refused with its reason");
    await picture(board, "board-proposal-approved");
    return results.map((result) => (result.done ? "done" : result.refusal.code)).join(", ");
  });
  await step("dispatcher: asks for a proposal now", async () => {
    const answer = board.waitForResponse((response) => response.url().endsWith("/api/replan") && response.request().method() === "POST");
    await board.getByRole("button", { name: "今すぐ計算する" }).click();
    equal((await answer).status(), 200, "status of the proposal");
  });
}

async function supposed(board) {
  await step("dispatcher: supposes that somebody is away, on a copy", async () => {
    await board.locator("#plan-title").focus();
    await board.keyboard.press("w");
    const dialog = board.locator("dialog[open]").filter({ hasText: "もしもの計算" });
    await dialog.getByRole("button", { name: "計算する" }).click();
    await dialog.locator("[data-supposed]").waitFor();
    ensure((await dialog.locator("[data-figure=promises_broken]").count()) === 2, "figures before and after");
    await picture(board, "board-what-if");
    await dialog.getByRole("button", { name: "閉じる" }).click();
    await board.keyboard.press("p");
    await until(async () => (await board.locator(".plan").count()) === 0, "the panel is closed");
  });
}
