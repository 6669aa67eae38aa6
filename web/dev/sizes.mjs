/** What each page loads first, gzipped, against its budget: `npm run sizes` after a build. Fails when one is over. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { budgets } from "./budgets.mjs";

const dist = process.env.DIST ?? fileURLToPath(new URL("../dist", import.meta.url));
const size = (path) => gzipSync(readFileSync(dist + path), { level: 9 }).length / 1000;

let failed = 0;
for (const [page, { script: budget }] of Object.entries(budgets)) {
  const file = `/${page}.ja.html`;
  if (!existsSync(dist + file)) throw new Error(`build first: ${dist + file} is not there`);
  const html = readFileSync(dist + file, "utf8");
  const links = [...new Set([...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((match) => match[1]))];
  const scripts = links.filter((link) => link.endsWith(".js")).reduce((sum, link) => sum + size(link), 0);
  const styles = links.filter((link) => link.endsWith(".css")).reduce((sum, link) => sum + size(link), 0);
  const over = scripts > budget;
  failed += over ? 1 : 0;
  console.log(`${page.padEnd(7)} script ${scripts.toFixed(1).padStart(6)} of ${budget} kB  style ${styles.toFixed(1)}  html ${size(file).toFixed(1)}${over ? "  OVER" : ""}`);
}
process.exit(failed ? 1 : 0);
