import { expect, test } from "vitest";
import { Attempt } from "./attempt";
import { NoAnswerError } from "./problem";

/** Sends each body in turn; `lost` are those whose answer never comes. Gives the operation ids that went out. */
async function sent(bodies: unknown[], lost: number[]): Promise<string[]> {
  let made = 0;
  const attempt = new Attempt(() => `op_${++made}`);
  const ids: string[] = [];
  for (const [i, body] of bodies.entries()) {
    const command = async (operation: string): Promise<void> => {
      ids.push(operation);
      if (lost.includes(i)) throw new NoAnswerError(true);
    };
    await attempt.send(body, command).catch(() => undefined);
  }
  return ids;
}

test("what nobody answered is sent again under its old id", async () => {
  expect(await sent([{ units: 1 }, { units: 1 }, { units: 1 }], [0])).toEqual(["op_1", "op_1", "op_2"]);
});

test("other words are another action, even when nobody answered", async () => {
  expect(await sent([{ units: 1 }, { units: 2 }], [0])).toEqual(["op_1", "op_2"]);
});
