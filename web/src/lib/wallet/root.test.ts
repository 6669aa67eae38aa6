import { expect, it } from "vitest";
import { grouped, rootDigits, rootFault } from "./root";

const PLAIN = "00ff10ab".repeat(8);

it("a root is read however it was typed", () => {
  for (const typed of [PLAIN, PLAIN.toUpperCase(), ` ${grouped(PLAIN)}\n`, "00FF-10AB:".repeat(8), "００ＦＦ　１０ａｂ".repeat(8)]) {
    expect([rootDigits(typed), rootFault(typed)]).toEqual([PLAIN, null]);
  }
});

it("says what is wrong before it is sent", () => {
  expect(rootFault("00ff")).toEqual({ kind: "length", count: 4 });
  expect(rootFault(PLAIN.replace("a", "g"))).toEqual({ kind: "letters" });
  expect(rootFault("")).toEqual({ kind: "length", count: 0 });
});

it("is shown in groups", () => {
  expect(grouped(PLAIN)).toBe(Array(8).fill("00ff10ab").join(" "));
});
