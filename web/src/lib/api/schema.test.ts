import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const generator = "../../../dev/types.mjs";

/** The generator brings a whole compiler along, which takes its time on a busy machine. */
const TIME_MS = 60_000;

it("the record types are those of the server's description", async () => {
  const { types } = (await import(/* @vite-ignore */ generator)) as { types: () => Promise<string> };
  const stands = readFileSync(new URL("./schema.ts", import.meta.url), "utf8");
  expect(stands === (await types()), "src/lib/api/schema.ts is stale: npm run types").toBe(true);
}, TIME_MS);
