import { afterEach, expect, it } from "vitest";
import { ServerTime } from "./clock";
import { age, clock, setZone } from "./time";

afterEach(() => setZone("Asia/Tokyo"));

it("an hour of a phone that is set wrong is an hour of the server's", () => {
  let device = Date.parse("1999-01-01T00:00:00Z");
  const time = new ServerTime(() => device);
  time.hear({ now: "2026-11-23T01:00:00.000Z", speed: 1, zone: "Asia/Tokyo" });
  device += 3_600_000;
  expect(new Date(time.now()).toISOString()).toBe("2026-11-23T02:00:00.000Z");
});

it("where the day runs twenty times as fast, so do ages", () => {
  let device = Date.parse("2026-11-23T01:00:00Z");
  const time = new ServerTime(() => device);
  time.hear({ now: "2026-11-23T05:00:00.000Z", speed: 20, zone: "Asia/Tokyo" });
  device += 3_000;
  expect(age("2026-11-23T05:00:30.000Z", time.now(), "en")).toBe("30 s ago");
});

it("the company's zone comes with it", () => {
  new ServerTime().hear({ now: "2026-11-23T01:00:00.000Z", speed: 1, zone: "Europe/Berlin" });
  expect(clock("2026-11-23T01:00:00.000Z")).toBe("02:00");
});
