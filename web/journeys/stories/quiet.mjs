/** What no page did in all that time. */
import { check, ensure } from "../lib/checks.mjs";

export async function quiet(stage) {
  await check("no page said an error", () => nothing(stage.errors));
  await check("no page broke its content security policy", () => nothing(stage.violations));
  await check("no page asked any other host", () => {
    nothing(stage.foreign);
    return `${stage.requests} requests`;
  });
}

function nothing(lines) {
  const different = [...new Set(lines)];
  ensure(different.length === 0, different.join("\n"));
}
