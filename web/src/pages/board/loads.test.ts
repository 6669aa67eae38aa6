import { expect, it } from "vitest";
import type { TerritoryLoad } from "$lib/api/types";
import { alarms } from "./loads.svelte";

const load = (territory_id: string, stopped: number): TerritoryLoad => ({ territory_id, waiting: 5, urgent: 3, stopped });

it("calls to where businesses stand still, but not to where one already looks", () => {
  const rows = new Map([load("here", 4), load("quiet", 0), load("one", 1), load("two", 2)].map((row) => [row.territory_id, row]));
  expect(alarms(rows, "here").map((row) => row.territory_id)).toEqual(["two", "one"]);
  expect(alarms(new Map(), "here")).toEqual([]);
});
