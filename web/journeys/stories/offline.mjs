/** The network goes away: the technician goes on, the customer misses nothing. */
import { check, ensure, equal, step, until } from "../lib/checks.mjs";
import { picture } from "../lib/stage.mjs";
import { logIn, shownSeq } from "../lib/steps.mjs";
import { Scene } from "../lib/scene.mjs";
import { tapPrimary } from "./repair.mjs";

export async function offline(stage, world) {
  const scene = new Scene(stage.base);
  const card = await scene.card("MC-2025-1002");
  const assigned = await scene.assign(await scene.fault(card), world.technician ? [world.technician] : []);
  const technician = await stage.person("technician offline", { phone: true });
  const phone = await technician.page();
  const customer = await stage.person("customer offline", { phone: true });
  const track = await customer.page();
  const sent = [];
  technician.context.on("requestfinished", async (request) => {
    if (request.method() !== "POST" || !request.url().endsWith("/progress")) return;
    const answer = await request.response();
    sent.push({ operation: request.headers()["idempotency-key"], action: request.postDataJSON().action, at: request.postDataJSON().at, status: answer?.status() });
  });

  await step("technician without a network: his taps are kept and counted on the screen", async () => {
    await logIn(phone, assigned.login, "/tech");
    await phone.locator("article.card").filter({ hasText: card.customer.name }).waitFor();
    await track.goto(assigned.track);
    await track.locator("[data-slot=window]").filter({ hasText: /\d/ }).waitFor();
    await phone.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await technician.context.setGeolocation({ latitude: assigned.visit.position.lat + 0.004, longitude: assigned.visit.position.lon, accuracy: 10 });
    await technician.offline(true);
    await customer.offline(true);
    await tapPrimary(phone, "受諾する");
    await tapPrimary(phone, "出発する");
    await phone.getByRole("button", { name: "位置を送って出発する" }).tap();
    await tapPrimary(phone, "到着した");
    await tapPrimary(phone, "作業を始める");
    await phone.locator("button.badge").filter({ hasText: /未送信 [34]/ }).waitFor();
    equal(sent.length, 0, "taps that reached the server");
    await picture(phone, "tech-offline");
  });
  await check("technician without a network: a new start of the page shows the day and the taps that wait", async () => {
    await phone.reload();
    await phone.locator("article.card").filter({ hasText: card.customer.name }).waitFor({ timeout: 5_000 });
    await phone.locator("button.badge").filter({ hasText: "未送信 4" }).waitFor();
    await phone.locator(".keys .primary").filter({ hasText: "作業を終える" }).waitFor();
  });
  await step("technician is back: everything is sent once, in the order of the taps", async () => {
    const before = await scene.visitOf(assigned);
    equal(before.state, "dispatched", "state at the server meanwhile");
    await technician.offline(false);
    await until(async () => (await scene.visitOf(assigned)).state === "working", "the server has all taps", 20_000);
    await until(async () => (await phone.locator("button.badge").count()) === 0, "nothing unsent is shown");
    equal(sent.map(({ action }) => action), ["accept", "set_out", "arrive", "start"], "taps in order");
    ensure(sent.every(({ status }) => status === 200), `answers ${sent.map(({ status }) => status)}`);
    equal(new Set(sent.map(({ operation }) => operation)).size, sent.length, "operations");
    const visit = await scene.visitOf(assigned);
    const times = ["accept", "set_out", "arrive", "start"].map((action) => sent.find((one) => one.action === action).at);
    const { accepted_at, en_route_at, arrived_at, started_at } = visit.timeline;
    equal([accepted_at, en_route_at, arrived_at, started_at], times, "times are those of the taps");
    return `${sent.length} taps`;
  });
  await check("customer without a network: the page keeps what it had, and catches up within 2 s, without a reload", async () => {
    equal(await track.locator(".answer").getAttribute("data-state"), "dispatched", "state meanwhile");
    const loads = [];
    track.on("framenavigated", () => loads.push(1));
    const from = performance.now();
    await customer.offline(false);
    await track.locator(".answer[data-state=working]").waitFor({ timeout: 6_000 });
    const ms = performance.now() - from;
    const times = await track.locator(".steps time").allTextContents();
    const reached = times.filter(Boolean);
    equal(reached, [...reached].sort(), "steps in order");
    equal(loads.length, 0, "reloads");
    ensure(ms < 2_000, `it took ${ms.toFixed(0)} ms`);
    return `${ms.toFixed(0)} ms, #${await shownSeq(track)}`;
  });
  technician.expected = customer.expected = null;
  await technician.leave();
  await customer.leave();
}
