import { describe, expect, it } from "vitest";
import type { Eta } from "./api/types";
import { Forecasts } from "./forecasts";

const eta = (seq: number, visit = "vis_1"): Eta => ({
  visit_id: visit, seq, earliest: "", likely: "", latest: "", window: { from: "", to: "" }, source: "gps", basis_at: "", computed_at: "", stops_before: 0, late_risk: null, correlation_id: null,
});

describe("forecasts", () => {
  it("may be told before the visit is known", () => {
    const forecasts = new Forecasts();
    expect(forecasts.hear(eta(1))).toBe(true);
    expect(forecasts.of("vis_1", null)?.seq).toBe(1);
  });

  it("never go back, whether told or read", () => {
    const forecasts = new Forecasts();
    forecasts.hear(eta(5));
    expect([forecasts.hear(eta(5)), forecasts.hear(eta(4)), forecasts.of("vis_1", eta(3))?.seq]).toEqual([false, false, 5]);
    expect([forecasts.of("vis_1", eta(6))?.seq, forecasts.hear(eta(6))]).toEqual([6, false]);
  });

  it("belong to one visit, and to one life of the server", () => {
    const forecasts = new Forecasts();
    forecasts.hear(eta(7));
    expect([forecasts.of("vis_2", null), forecasts.of(null, null)]).toEqual([null, null]);
    forecasts.clear();
    expect(forecasts.of("vis_1", eta(1))?.seq).toBe(1);
  });
});
