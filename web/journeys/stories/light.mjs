/** The pages are light and quick: script as it travels, and the largest paint of the first load. */
import { get } from "node:http";
import { budgets } from "../../dev/budgets.mjs";
import { check, ensure } from "../lib/checks.mjs";
import { Scene } from "../lib/scene.mjs";

/** A phone on a slow network: 1.6 Mbit/s, 150 ms, a processor four times slower. */
const SLOW = { bits: 1_600_000, latency: 150, cpu: 4 };
/** The budget is the page's, not that of a machine that happens to be busy: the best of some loads counts. */
const LOADS = 3;

export async function light(stage) {
  const scene = new Scene(stage.base);
  const assigned = await scene.assign(await scene.fault(await scene.card("MC-2025-1014")));
  const pages = {
    login: { path: "/login" },
    desk: { path: "/desk", login: "operator" },
    board: { path: "/board", login: "dispatcher" },
    tech: { path: "/tech", login: assigned.login, phone: true },
    portal: { path: "/portal", login: "customer" },
    admin: { path: "/admin", login: "admin" },
    track: { path: assigned.track, phone: true, slow: true },
  };
  for (const [name, page] of Object.entries(pages)) {
    const { script, lcp } = budgets[name];
    await check(`${name}: script at the first load is at most ${script} kB`, async () => {
      const kilobytes = (await firstScripts(stage, page)) / 1_000;
      ensure(kilobytes <= script, `${kilobytes.toFixed(1)} kB`);
      return `${kilobytes.toFixed(1)} kB`;
    });
    await check(`${name}: the largest paint comes within ${lcp} ms${page.slow ? ", on a slow phone" : ""}`, async () => {
      const times = [];
      for (let load = 0; load < LOADS && !(Math.min(...times) <= lcp); load += 1) times.push(await largestPaint(stage, page));
      ensure(Math.min(...times) <= lcp, `${times.map(Math.round).join(", ")} ms`);
      return `${Math.round(Math.min(...times))} ms`;
    });
  }
}

async function opened(stage, { path, login, phone = false }) {
  const person = await stage.person(`light ${path}`, { phone, login });
  return { person, page: await person.page() };
}

/** Bytes of the scripts that the page asks for before it rests, as they travel to a browser that knows gzip. */
async function firstScripts(stage, place) {
  const { person, page } = await opened(stage, place);
  const addresses = new Set();
  page.on("request", (request) => request.resourceType() === "script" && addresses.add(request.url()));
  await page.goto(place.path, { waitUntil: "networkidle" });
  const sizes = await Promise.all([...addresses].map(travelling));
  await person.leave();
  return sizes.reduce((sum, size) => sum + size, 0);
}

function travelling(address) {
  return new Promise((resolve, reject) => {
    get(address, { headers: { "accept-encoding": "gzip" } }, (answer) => {
      let bytes = 0;
      answer.on("data", (part) => (bytes += part.length));
      answer.on("end", () => resolve(bytes));
    }).on("error", reject);
  });
}

async function largestPaint(stage, place) {
  const { person, page } = await opened(stage, place);
  const session = await person.context.newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  if (place.slow) {
    const throughput = SLOW.bits / 8;
    await session.send("Network.emulateNetworkConditions", { offline: false, latency: SLOW.latency, downloadThroughput: throughput, uploadThroughput: throughput });
    await session.send("Emulation.setCPUThrottlingRate", { rate: SLOW.cpu });
  }
  await page.addInitScript(() => {
    window.largestPaint = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => (window.largestPaint = entry.startTime))).observe({ type: "largest-contentful-paint", buffered: true });
  });
  await page.goto(place.path, { waitUntil: "networkidle" });
  const ms = await page.evaluate(() => window.largestPaint);
  await person.leave();
  ensure(ms > 0, "nothing was painted");
  return ms;
}
