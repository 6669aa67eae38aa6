import { expect, test } from "vitest";
import { readPlace, writePlace } from "./place";

test("a place comes back from its address as it was", () => {
  const place = {
    contract: "con_1",
    view: "issue" as const,
    period: { from: "2026-11-01", to: "2026-11-23" },
    at: "evt_9",
    issue: { id: "iss_3", number: "IS-2026-000003" },
  };
  expect(readPlace(writePlace(place))).toEqual(place);
});

test("an address that makes no sense leads to the overview", () => {
  expect(readPlace("#view=nowhere&from=x&to=2026-01-01")).toEqual({ contract: null, view: "overview", period: null, at: null, issue: null });
  expect(readPlace("#view=issue&contract=con_1").view).toBe("statement");
  expect(readPlace("#view=statement&from=2026-02-01&to=2026-01-01").period).toBeNull();
});
