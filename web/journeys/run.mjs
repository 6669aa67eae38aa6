/** The four roles in a real browser against the real server: `npm run journeys [-- story …]`. */
import { startServer } from "./lib/server.mjs";
import { Stage } from "./lib/stage.mjs";
import { fail, StoryOver, sum } from "./lib/checks.mjs";
import { away } from "./stories/away.mjs";
import { keyboard } from "./stories/keyboard.mjs";
import { light } from "./stories/light.mjs";
import { looks } from "./stories/looks.mjs";
import { offline } from "./stories/offline.mjs";
import { office } from "./stories/office.mjs";
import { phone } from "./stories/phone.mjs";
import { quiet } from "./stories/quiet.mjs";
import { points } from "./stories/points.mjs";
import { replan } from "./stories/replan.mjs";
import { repair } from "./stories/repair.mjs";
import { slots } from "./stories/slots.mjs";
import { wallet } from "./stories/wallet.mjs";

/** In this order: the later ones find the day as the earlier ones left it; the last looks back at all of them. */
const stories = { repair, offline, keyboard, away, replan, slots, phone, wallet, points, office, looks, light, quiet };
const wanted = process.argv.slice(2).filter((name) => !name.startsWith("-"));
const unknown = wanted.find((name) => !stories[name]);
if (unknown) throw new Error(`no story ${unknown}; there are ${Object.keys(stories).join(", ")}`);

// What a failed check was still waiting for may end later; the check has already said so.
process.on("unhandledRejection", () => undefined);
const server = await startServer();
const stage = new Stage(server.base);
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void server.stop().then(() => process.exit(1)));
const world = {};
let code = 1;
try {
  await stage.open();
  for (const name of wanted.length ? wanted : Object.keys(stories)) {
    await stories[name](stage, world).catch((problem) => {
      if (problem instanceof StoryOver) console.log(`     the story of ${name} ends here`);
      else fail(`the story of ${name}`, problem);
    });
  }
  code = sum();
} finally {
  await stage.close();
  await server.stop();
}
process.exit(code);
