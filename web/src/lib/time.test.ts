import { afterEach, describe, expect, it } from "vitest";
import { atClock, clock, dateOnly, day, dayOf, isoDay, moment, momentWindow, onDay, setZone, timeWindow } from "./time";

afterEach(() => setZone("Asia/Tokyo"));

describe("times of the company's zone", () => {
  const cases = [
    ["Asia/Tokyo", "2026-11-24", "09:30", "2026-11-24T00:30:00.000Z"],
    ["Europe/Berlin", "2026-11-24", "09:30", "2026-11-24T08:30:00.000Z"],
    ["Europe/Berlin", "2026-07-24", "00:00", "2026-07-23T22:00:00.000Z"],
    // The clock is set back at three in the night before: the day has 25 hours.
    ["Europe/Berlin", "2026-10-25", "12:00", "2026-10-25T11:00:00.000Z"],
    ["America/New_York", "2026-03-08", "04:00", "2026-03-08T08:00:00.000Z"],
    ["Asia/Kolkata", "2026-11-24", "09:30", "2026-11-24T04:00:00.000Z"],
  ] as const;
  for (const [zone, date, time, instant] of cases) {
    it(`${date} ${time} in ${zone}`, () => {
      setZone(zone);
      expect(atClock(date, time)).toBe(instant);
      expect([isoDay(instant), clock(instant)]).toEqual([date, time]);
    });
  }
});

it("a date is the same date in every zone", () => {
  for (const zone of ["Pacific/Kiritimati", "Asia/Tokyo", "Pacific/Midway"]) {
    setZone(zone);
    expect(dateOnly("2027-03-31", "en")).toBe("31 Mar 2027");
    expect(dayOf("2026-11-24", "en")).toBe("Tue 24 Nov");
    expect(onDay("2026-02-28", 1)).toBe("2026-03-01");
  }
});

it("a moment of another day names its day", () => {
  const now = Date.parse("2026-11-23T06:00:00Z");
  expect(moment("2026-11-23T06:58:00Z", now, "ja")).toBe("15:58");
  expect(moment("2026-11-24T05:58:00Z", now, "ja")).toBe("11月24日(火) 14:58");
  expect(momentWindow("2026-11-24T00:00:00Z", "2026-11-24T02:00:00Z", now, "en")).toBe("Tue 24 Nov 09:00–11:00");
});

it("a day is named in both languages", () => {
  expect([day("2026-11-23T23:00:00Z", "ja"), day("2026-11-23T23:00:00Z", "en")]).toEqual(["11月24日(火)", "Tue 24 Nov"]);
});

it("ends a window that lasts until midnight with the day", () => {
  expect(timeWindow("2026-11-23T15:00:00.000Z", "2026-11-24T15:00:00.000Z")).toBe("00:00–24:00");
  expect(timeWindow("2026-11-23T15:00:00.000Z", "2026-11-23T15:00:20.000Z")).toBe("00:00");
});
