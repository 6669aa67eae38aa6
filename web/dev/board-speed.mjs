/**
 * How fast the board is with 100 technicians and 800 visits: `CROWD=100 STORM=20 npm run mock`, then
 * `node dev/board-speed.mjs`. Prints figures; the budgets stand in the design notes (150 ms a key, no task over 50 ms).
 */
import { chromium } from "playwright-core";

const base = process.env.BASE ?? "http://127.0.0.1:5180";
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-dev-shm-usage"] });
const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
await context.request.post(`${base}/api/session`, { data: { login: "mori", password: "demo" } });
const page = await context.newPage();
const slow = Number(process.env.SLOW ?? 1);
if (slow > 1) {
  const session = await context.newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: slow });
}
await page.addInitScript(() => {
  window.tasks = [];
  window.keys = [];
  window.paint = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((e) => window.tasks.push(e.duration))).observe({ type: "longtask", buffered: true });
  new PerformanceObserver((list) => list.getEntries().forEach((e) => window.keys.push(e.duration))).observe({ type: "event", durationThreshold: 16, buffered: true });
  new PerformanceObserver((list) => list.getEntries().forEach((e) => (window.paint = e.startTime))).observe({ type: "largest-contentful-paint", buffered: true });
});
const spread = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (q) => (sorted.length ? Math.round(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] * 10) / 10 : 0);
  return `n ${sorted.length}, p50 ${at(0.5)}, p95 ${at(0.95)}, max ${at(1)}`;
};
const reset = () => page.evaluate(() => { window.tasks = []; window.keys = []; });
const tasks = () => page.evaluate(() => window.tasks);

await page.goto(`${base}/board`);
await page.waitForSelector(".bar");
await page.waitForTimeout(1500);
console.log("largest paint ms", Math.round(await page.evaluate(() => window.paint)), "| long tasks at load:", spread(await tasks()));
console.log("rows drawn", await page.locator(".lane").count(), "of", await page.locator("[role=grid]").getAttribute("aria-rowcount"), "| bars drawn", await page.locator(".bar").count());

await reset();
const frames = await page.evaluate(async () => {
  const grid = document.querySelector("[role=grid]");
  const gaps = [];
  let last = performance.now();
  for (let i = 0; i < 180; i += 1) {
    grid.scrollTop += 18;
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    gaps.push(now - last);
    last = now;
  }
  return gaps;
});
console.log("scroll, ms between frames:", spread(frames), "| long tasks:", spread(await tasks()));

await reset();
await page.keyboard.press("t");
for (let i = 0; i < 40; i += 1) {
  await page.keyboard.press(i % 4 === 3 ? "ArrowRight" : "ArrowDown");
  await page.waitForTimeout(30);
}
console.log("key to next paint, ms (over 16):", spread(await page.evaluate(() => window.keys)), "| long tasks:", spread(await tasks()));

await reset();
await page.evaluate(() => {
  document.querySelector("[role=grid]").scrollTop = 0;
  window.touched = [];
  new MutationObserver((list) => {
    const bars = new Set(list.map((m) => (m.target.nodeType === 1 ? m.target : m.target.parentElement)?.closest?.(".bar")).filter(Boolean));
    window.touched.push(bars.size);
  }).observe(document.querySelector("[role=grid]"), { subtree: true, attributes: true, characterData: true, childList: true });
});
await page.waitForTimeout(6000);
console.log("live changes, bars touched a batch:", spread(await page.evaluate(() => window.touched)), "| long tasks:", spread(await tasks()));
await browser.close();
