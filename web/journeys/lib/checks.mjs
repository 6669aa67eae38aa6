/** Named checks: each is one printed line. */

const counts = { passed: 0, failed: 0 };
const begun = performance.now();

/** A check of some seconds; a browser that hangs must not hold up the others. */
const LONGEST_MS = 60_000;

/**
 * Runs one check and prints its line. What `run` gives back, if it is a text, is printed beside it: the measured figure.
 * Says whether it passed.
 */
export async function check(name, run) {
  const from = performance.now();
  let timer;
  try {
    const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error(`not done after ${LONGEST_MS / 1000} s`)), LONGEST_MS)));
    const figure = await Promise.race([run(), late]);
    counts.passed += 1;
    line("ok  ", name, from, typeof figure === "string" ? figure : "");
    return true;
  } catch (problem) {
    fail(name, problem, from);
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/** Counts and prints what failed. */
export function fail(name, problem, from = performance.now()) {
  counts.failed += 1;
  line("FAIL", name, from, "");
  console.log(indent(problem instanceof Error ? problem.message : String(problem)));
}

/** What follows cannot be tried. */
export class StoryOver extends Error {}

/** A check on which the rest of its story stands. */
export async function step(name, run) {
  if (!(await check(name, run))) throw new StoryOver(name);
}

function line(mark, name, from, figure) {
  const seconds = ((performance.now() - from) / 1000).toFixed(1);
  console.log(`${mark} ${name}${figure ? `: ${figure}` : ""} (${seconds} s)`);
}

const indent = (text) => text.split("\n").slice(0, 12).map((part) => `     ${part}`).join("\n");

export function equal(found, wanted, what = "value") {
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`${what}: found ${a}, wanted ${b}`);
}

export function ensure(truth, why) {
  if (!truth) throw new Error(why);
}

/** Asks again until the answer is truthy, and gives it back. */
export async function until(ask, why, ms = 10_000) {
  const end = Date.now() + ms;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(typeof why === "function" ? await why() : `${why}, within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Prints the sum as the last line and gives the exit code. */
export function sum() {
  console.log(`${((performance.now() - begun) / 1000).toFixed(0)} s`);
  console.log(`journeys: ${counts.passed} passed, ${counts.failed} failed`);
  return counts.failed ? 1 : 0;
}
