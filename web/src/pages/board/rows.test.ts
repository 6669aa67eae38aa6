import { describe, expect, test } from "vitest";
import type { Board, Eta, LiveEvent, QueueRow, VisitRow, VisitState } from "$lib/api/types";
import { BoardRows, byDue, risks } from "./rows";

const at = (time: string): string => `2026-11-23T${time}:00.000Z`;

function eta(visitId: string, seq: number, likely = "01:00", extra: Partial<Eta> = {}): Eta {
  return {
    visit_id: visitId,
    seq,
    earliest: at(likely),
    likely: at(likely),
    latest: at(likely),
    window: { from: at(likely), to: at(likely) },
    source: "gps",
    basis_at: at("00:00"),
    computed_at: at("00:00"),
    stops_before: 0,
    late_risk: null,
    correlation_id: null,
    ...extra,
  };
}

function visit(id: string, technician: string, version: number, state: VisitState, extra: Partial<VisitRow> = {}): VisitRow {
  return {
    id,
    work_order_id: `wor_${id}`,
    issue_id: `iss_${id}`,
    issue_number: id,
    territory_id: "ter_1",
    technician_id: technician,
    technician_name: technician,
    state,
    priority: "P3",
    customer_name: "犀川食品",
    site_name: "本社",
    address: "",
    position: { lat: 36.5, lon: 136.6 },
    product_name_ja: "",
    product_name_en: "",
    symptom_ja: "",
    symptom_en: "",
    description: "",
    planned_start: at("01:00"),
    planned_end: at("02:00"),
    travel_s: 600,
    service_minutes: 60,
    promised: null,
    version,
    eta: null,
    timeline: { accepted_at: null, en_route_at: null, arrived_at: null, started_at: null, finished_at: null },
    balance: 5,
    unit: "ticket",
    ...extra,
  };
}

function order(id: string, version: number, extra: Partial<QueueRow> = {}): QueueRow {
  return {
    work_order_id: `wor_${id}`,
    version,
    territory_id: "ter_1",
    issue_id: `iss_${id}`,
    issue_number: id,
    priority: "P3",
    created_at: at("00:00"),
    arrive_by: null,
    customer_name: "犀川食品",
    site_name: "本社",
    position: { lat: 36.5, lon: 136.6 },
    product_name_ja: "",
    product_name_en: "",
    symptom_ja: "",
    symptom_en: "",
    description: "",
    service_minutes: 60,
    wish: null,
    recurrence: false,
    balance: 5,
    unit: "ticket",
    approval: null,
    ...extra,
  };
}

const technician = (id: string) => ({
  id, name: id, kana: "", phone: "", color_index: 0, home: { lat: 36.5, lon: 136.6 }, skills: [], shift: null, break: null, break_minutes: null, absences: [], position: null, route: [],
});

function board(visits: VisitRow[], queue: QueueRow[] = [], epoch = "e1"): Board {
  const stream = { topic: "territory:ter_1", epoch, offset: 0 };
  return { territory_id: "ter_1", date: "2026-11-23", stream, technicians: [technician("sato"), technician("kato")], visits, queue };
}

let events = 0;
function event(kind: LiveEvent["kind"], data: Record<string, unknown>, about: Partial<LiveEvent> = {}): LiveEvent {
  events += 1;
  const actor = { kind: "system" as const, name: "" };
  return { id: `evt_${events}`, kind, version: 1, at: at("00:00"), actor, contract_id: null, issue_id: null, work_order_id: null, visit_id: null, technician_id: null, data, ...about };
}

function loaded(visits: VisitRow[], queue: QueueRow[] = []): BoardRows {
  const rows = new BoardRows();
  rows.load(board(visits, queue));
  return rows;
}

const lane = (rows: BoardRows, id: string): string[] => (rows.tables.lanes.get(id) ?? []).map((one) => `${one.id}@${one.version}`);
const waiting = (rows: BoardRows): string[] => [...rows.tables.queue.keys()];

describe("the board's rows", () => {
  test("an assignment moves the work order from the queue into the lane, in order of time", () => {
    const rows = loaded([visit("b", "sato", 1, "dispatched", { planned_start: at("03:00") })], [order("a", 1)]);
    const change = rows.apply(event("visit.assigned", { visit: visit("a", "sato", 1, "dispatched") }));
    expect(lane(rows, "sato")).toEqual(["a@1", "b@1"]);
    expect(waiting(rows)).toEqual([]);
    expect(change.removed).toEqual(["wor_a"]);
  });

  test("an older state of a visit changes nothing", () => {
    const rows = loaded([visit("a", "sato", 3, "working")]);
    const change = rows.apply(event("visit.accepted", { visit: visit("a", "sato", 2, "accepted") }));
    expect(change.visits).toEqual([]);
    expect(rows.tables.visits.get("a")?.state).toBe("working");
  });

  test("a repeat of an event changes nothing and flashes nothing", () => {
    const rows = loaded([visit("a", "sato", 1, "dispatched")]);
    const again = event("visit.accepted", { visit: visit("a", "sato", 2, "accepted") });
    expect(rows.apply(again).visits).toHaveLength(1);
    const before = rows.tables.lanes.get("sato");
    expect(rows.apply(structuredClone(again)).visits).toEqual([]);
    expect(rows.tables.lanes.get("sato")).toBe(before);
  });

  test("our own answer may come before the events that led to it", () => {
    const rows = loaded([visit("old", "sato", 1, "dispatched", { work_order_id: "wor_a" })]);
    rows.put(visit("new", "kato", 1, "dispatched", { work_order_id: "wor_a" }));
    rows.apply(event("visit.unassigned", { visit: visit("old", "sato", 2, "cancelled", { work_order_id: "wor_a" }) }));
    rows.apply(event("work_order.reopened", { queue: order("a", 3) }));
    rows.apply(event("visit.assigned", { visit: visit("new", "kato", 1, "dispatched", { work_order_id: "wor_a" }) }));
    expect([lane(rows, "sato"), lane(rows, "kato"), waiting(rows)]).toEqual([[], ["new@1"], []]);
  });

  test("the customer's yes is heard on the row, which stays; on one that is assigned it brings nothing back", () => {
    const rows = loaded([], [order("a", 1, { approval: "pending" })]);
    const yes = event("approval.given", { queue: order("a", 1, { approval: "approved" }) });
    expect(rows.apply(yes)).toEqual({ visits: [], added: [], removed: [] });
    expect(rows.tables.queue.get("wor_a")?.approval).toBe("approved");
    rows.apply(event("visit.assigned", { visit: visit("a", "sato", 1, "dispatched") }));
    rows.apply(structuredClone(yes));
    expect(waiting(rows)).toEqual([]);
  });

  test("a repeated opening does not bring back what was assigned", () => {
    const rows = loaded([], [order("a", 1)]);
    rows.apply(event("visit.assigned", { visit: visit("a", "sato", 1, "dispatched") }));
    rows.apply(event("visit.finished", { visit: visit("a", "sato", 2, "done") }));
    rows.apply(event("work_order.opened", { queue: order("a", 1) }));
    expect(waiting(rows)).toEqual([]);
    rows.apply(event("work_order.reopened", { queue: order("a", 3) }));
    expect(waiting(rows)).toEqual(["wor_a"]);
  });

  test("a late assignment event does not empty the queue of a reopened work order", () => {
    const rows = loaded([visit("a", "sato", 1, "dispatched")]);
    rows.apply(event("visit.declined", { visit: visit("a", "sato", 2, "declined") }));
    rows.apply(event("work_order.reopened", { queue: order("a", 3) }));
    rows.apply(event("visit.assigned", { visit: visit("a", "sato", 1, "dispatched") }));
    expect([lane(rows, "sato"), waiting(rows)]).toEqual([[], ["wor_a"]]);
  });

  test("a visit that changes hands leaves the first lane", () => {
    const rows = loaded([visit("a", "sato", 1, "dispatched")]);
    rows.apply(event("visit.rescheduled", { visit: visit("a", "kato", 2, "dispatched") }));
    expect([lane(rows, "sato"), lane(rows, "kato")]).toEqual([[], ["a@2"]]);
  });

  test("an issue closed from the desk leaves the queue", () => {
    const rows = loaded([], [order("a", 1), order("b", 1)]);
    rows.apply(event("issue.closed", {}, { issue_id: "iss_a" }));
    expect(waiting(rows)).toEqual(["wor_b"]);
  });

  test("only the lane of the changed visit is a new array", () => {
    const rows = loaded([visit("a", "sato", 1, "dispatched"), visit("b", "kato", 1, "dispatched")]);
    const kato = rows.tables.lanes.get("kato");
    rows.apply(event("visit.accepted", { visit: visit("a", "sato", 2, "accepted") }));
    expect(rows.tables.lanes.get("kato")).toBe(kato);
  });

  test("the same snapshot again replaces nothing", () => {
    const rows = loaded([visit("a", "sato", 1, "dispatched")], [order("b", 1)]);
    const before = [rows.tables.lanes.get("sato"), rows.tables.queue.get("wor_b")];
    rows.load(board([visit("a", "sato", 1, "dispatched")], [order("b", 1)]));
    expect(rows.tables.lanes.get("sato")).toBe(before[0]);
    expect(rows.tables.queue.get("wor_b")).toBe(before[1]);
  });
});

describe("forecasts", () => {
  const seqOf = (rows: BoardRows): number | undefined => rows.tables.visits.get("a")?.eta?.seq;

  test("only a higher number replaces a forecast", () => {
    const rows = loaded([visit("a", "sato", 1, "en_route", { eta: eta("a", 5) })]);
    expect([rows.eta(eta("a", 5)), rows.eta(eta("a", 4)), rows.eta(eta("a", 6))]).toEqual([false, false, true]);
    expect(seqOf(rows)).toBe(6);
  });

  test("an event with an older forecast keeps the newer one", () => {
    const rows = loaded([visit("a", "sato", 1, "accepted", { eta: eta("a", 2) })]);
    rows.eta(eta("a", 9));
    rows.apply(event("visit.set_out", { visit: visit("a", "sato", 2, "en_route", { eta: eta("a", 7) }) }));
    expect(seqOf(rows)).toBe(9);
  });

  test("who has arrived has no forecast any more, and none can come back", () => {
    const rows = loaded([visit("a", "sato", 1, "en_route", { eta: eta("a", 2) })]);
    rows.apply(event("visit.arrived", { visit: visit("a", "sato", 2, "arrived") }));
    expect(rows.eta(eta("a", 3))).toBe(false);
    expect(rows.tables.visits.get("a")?.eta).toBeNull();
  });

  test("a new epoch numbers anew", () => {
    const rows = loaded([visit("a", "sato", 9, "en_route", { eta: eta("a", 40) })]);
    rows.load(board([visit("a", "sato", 2, "en_route", { eta: eta("a", 1) })], [], "e2"));
    expect(seqOf(rows)).toBe(1);
  });
});

test("positions: the latest wins", () => {
  const rows = loaded([]);
  const fix = (seq: number, time: string) => ({ lat: 36, lon: 136, accuracy_m: 10, at: at(time), seq });
  expect([rows.fix("sato", fix(2, "00:02")), rows.fix("sato", fix(1, "00:01")), rows.fix("sato", fix(3, "00:03"))]).toEqual([true, false, true]);
});

test("the queue stands by due time, then priority, then age", () => {
  const rows = [
    order("none", 1, { priority: "P1" }),
    order("late", 1, { arrive_by: at("05:00") }),
    order("p2", 1, { arrive_by: at("03:00"), priority: "P2" }),
    order("p1", 1, { arrive_by: at("03:00"), priority: "P1" }),
  ];
  expect(rows.sort(byDue).map((row) => row.issue_number)).toEqual(["p1", "p2", "late", "none"]);
});

test("the late list: promises in danger, the soonest breach first", () => {
  const promised = (to: string) => ({ from: at("00:00"), to: at(to) });
  const visits = [
    visit("safe", "sato", 1, "accepted", { promised: promised("09:00"), eta: eta("safe", 1, "01:00", { late_risk: 0.05 }) }),
    visit("later", "sato", 1, "accepted", { promised: promised("04:00"), eta: eta("later", 1, "03:50", { late_risk: 0.4 }) }),
    visit("sooner", "kato", 1, "en_route", { promised: promised("02:00"), eta: eta("sooner", 1, "02:10", { late_risk: 0.9 }) }),
    visit("there", "kato", 1, "working", { promised: promised("00:10") }),
    visit("unpromised", "kato", 1, "accepted", { eta: eta("unpromised", 1, "08:00", { late_risk: 0.9 }) }),
  ];
  const found = risks(visits, Date.parse(at("01:30")));
  expect(found.map(({ visit: { id }, left, over }) => [id, left / 60_000, over / 60_000])).toEqual([
    ["sooner", 30, 10],
    ["later", 150, -10],
  ]);
});
