/** A contact taken with the keyboard alone. */
import { check, ensure, equal, until } from "../lib/checks.mjs";
import { logIn } from "../lib/steps.mjs";

export async function keyboard(stage) {
  const operator = await stage.person("operator keyboard");
  const desk = await operator.page();
  await check("operator: takes a contact from search to receipt with the keyboard alone", async () => {
    await logIn(desk, "operator", "/desk");
    await desk.getByRole("combobox").waitFor();
    const keys = await counted(desk);
    await until(() => focused(desk, "[role=combobox]"), "the search has the keyboard");
    await desk.keyboard.type("MC-2025-1013");
    await desk.getByRole("option").first().waitFor();
    await keys.press("Enter");
    await desk.locator("form.intake").waitFor();
    await keys.press("Alt+n");
    await until(() => focused(desk, "#asset-0"), "the first issue has the keyboard");
    await keys.press("ArrowDown");
    await keys.until("input[name^=symptom]");
    await keys.press("Space");
    await keys.until("fieldset.issue textarea");
    await desk.keyboard.type("朝から動かない");
    await keys.until("input[name^=impact]");
    await keys.press("ArrowDown");
    await keys.until("input[name^=urgency]");
    await keys.press("Space");
    await desk.locator(".preview .sentence").waitFor();
    await keys.press("Control+Enter");
    await desk.getByRole("heading", { name: "受け付けました" }).waitFor();
    await until(() => focused(desk, "button.primary"), "the way on has the keyboard");
    await keys.press("Enter");
    await until(() => focused(desk, "[role=combobox]"), "the search has the keyboard again");
    ensure(keys.count <= 25, `${keys.count} keys`);
    return `${keys.count} keys besides the typing`;
  });
  await check("dispatcher: chooses, looks and assigns with the keyboard alone", async () => {
    const dispatcher = await stage.person("dispatcher keyboard");
    const board = await dispatcher.page();
    await logIn(board, "dispatcher", "/board");
    await board.locator(".toolbar select").waitFor();
    // Its own territory may be empty: the keyboard finds the one that has work.
    for (let tries = 0; tries < 3 && (await board.locator("[data-order]").count()) === 0; tries += 1) {
      await board.locator(".toolbar select").focus();
      await board.keyboard.press("ArrowDown");
      await board.waitForTimeout(500);
    }
    const waiting = await board.locator("[data-order]").count();
    ensure(waiting > 0, "nothing waits on any board");
    await board.keyboard.press("Escape");
    await board.locator(".toolbar select").evaluate((field) => field.blur());
    await board.keyboard.press("q");
    await board.keyboard.press("Enter");
    await board.locator("article.best").waitFor();
    await board.keyboard.press("a");
    await until(async () => (await board.locator("[data-order]").count()) === waiting - 1, "the order leaves the queue");
    await board.keyboard.press("z");
    await until(async () => (await board.locator("[data-order]").count()) === waiting, "Z brings it back");
    equal(await board.locator("dialog[open]").count(), 0, "open questions");
    await dispatcher.leave();
  });
  await operator.leave();
}

const focused = (page, selector) => page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector);

async function counted(page) {
  const keys = {
    count: 0,
    press: async (key) => {
      keys.count += 1;
      await page.keyboard.press(key);
    },
    /** Tab until something has the focus. */
    until: async (selector) => {
      for (let tries = 0; tries < 12; tries += 1) {
        await keys.press("Tab");
        if (await focused(page, selector)) return;
      }
      throw new Error(`Tab does not lead to ${selector}`);
    },
  };
  return keys;
}
