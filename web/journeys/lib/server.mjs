/**
 * The real server with its demo company: on SQLite in a folder that goes with it, or on the empty PostgreSQL database
 * that KAKETSUKE_JOURNEY_DATABASE names.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CALL_SECRET } from "./telephone.mjs";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
/** A debug binary makes the demo's city in some seconds; a busy machine takes longer. */
const START_MS = 90_000;

/** The binary that is named, or that of the last build; builds when there is none. */
function binary() {
  const named = process.env.KAKETSUKE_BIN;
  if (named) return named;
  const built = join(ROOT, "target/debug/kaketsuke");
  if (!existsSync(built)) {
    const build = spawnSync("cargo", ["build"], { cwd: ROOT, stdio: "inherit" });
    if (build.status !== 0) throw new Error("cargo build failed");
  }
  return built;
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

export async function startServer() {
  const data = mkdtempSync(join(tmpdir(), "kaketsuke-journeys-"));
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  // The journeys play all the roles: nobody else may move anything.
  const database = process.env.KAKETSUKE_JOURNEY_DATABASE;
  const settings = ["--listen", `127.0.0.1:${port}`, "--data", data, "--call-secret", CALL_SECRET, ...(database ? ["--database", database] : [])];
  const server = spawn(binary(), [...settings, "demo", "--quiet"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  server.stderr.on("data", (text) => (said = (said + text).slice(-4_000)));
  let over = null;
  const ended = new Promise((resolve) => server.once("exit", (code, signal) => resolve((over = signal ?? code))));
  const stop = async () => {
    if (over === null) process.kill(server.pid, "SIGTERM");
    const late = setTimeout(() => over === null && process.kill(server.pid, "SIGKILL"), 10_000);
    await ended;
    clearTimeout(late);
    rmSync(data, { recursive: true, force: true });
  };
  const until = Date.now() + START_MS;
  while (over === null && Date.now() < until) {
    const answer = await fetch(`${base}/api/health`).catch(() => null);
    if (answer?.ok) return { base, stop, said: () => said };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await stop();
  throw new Error(`the server did not start (${over ?? "no answer"}): ${said}`);
}
