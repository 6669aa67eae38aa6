import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Soon } from "./soon";

const PAUSE_MS = 300;
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A server of which each look fails as often as told. */
function server(failing = 0) {
  let looks = 0;
  const soon = new Soon(async () => {
    looks += 1;
    if (looks <= failing) throw new Error("no answer");
  }, PAUSE_MS);
  return { soon, looks: () => looks };
}

it("the five entries of one save are one look", async () => {
  const { soon, looks } = server();
  for (let entry = 0; entry < 5; entry += 1) soon.heard();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(looks()).toBe(1);
});

it("a busy contract is looked at all the same while its events keep coming", async () => {
  const { soon, looks } = server();
  for (let tenth = 0; tenth < 30; tenth += 1) {
    soon.heard();
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(looks()).toBeGreaterThanOrEqual(7);
});

it("what happens while it looks is looked at once more", async () => {
  let answer: () => void = () => undefined;
  let looks = 0;
  const soon = new Soon(() => new Promise<void>((resolve) => ((looks += 1), (answer = resolve))), PAUSE_MS);
  soon.heard();
  await vi.advanceTimersByTimeAsync(PAUSE_MS);
  soon.heard();
  answer();
  await vi.advanceTimersByTimeAsync(PAUSE_MS);
  expect(looks).toBe(2);
});

it("the last event before a lost answer is not lost", async () => {
  const { soon, looks } = server(2);
  soon.heard();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(looks()).toBe(3);
});

it("a server that refuses for good is left alone after some tries", async () => {
  const { soon, looks } = server(Infinity);
  soon.heard();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(looks()).toBe(6);
});

it("a page that is gone looks no more, not even again", async () => {
  const { soon, looks } = server(Infinity);
  soon.heard();
  await vi.advanceTimersByTimeAsync(PAUSE_MS);
  soon.stop();
  soon.heard();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(looks()).toBe(1);
});
