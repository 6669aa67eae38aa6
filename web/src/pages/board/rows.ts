import type { Board, Eta, Fix, LiveEvent, QueueRow, VisitRow, VisitState } from "$lib/api/types";
import { Forecasts } from "$lib/forecasts";

/** Withdrawn visits keep their place in `visits` (so that a late event cannot bring them back) but not in a lane. */
const WITHDRAWN: ReadonlySet<VisitState> = new Set<VisitState>(["cancelled", "declined"]);
/** Nobody is on site yet: forecasts of the arrival make sense. */
const AHEAD: ReadonlySet<VisitState> = new Set<VisitState>(["planned", "offered", "dispatched", "accepted", "en_route", "paused"]);
const LIVE: ReadonlySet<VisitState> = new Set<VisitState>([...AHEAD, "arrived", "working"]);

export const isLive = (visit: VisitRow): boolean => LIVE.has(visit.state);
export const isAhead = (visit: VisitRow): boolean => AHEAD.has(visit.state);
/** The dispatcher may still take it away. */
export const isMovable = (visit: VisitRow): boolean => isAhead(visit) && visit.state !== "en_route" && visit.state !== "paused";

/** What one event changed, for flashes and announcements. */
export interface Change {
  visits: VisitRow[];
  added: QueueRow[];
  /** Work orders that left the queue. */
  removed: string[];
}

export interface Tables {
  visits: Map<string, VisitRow>;
  /** Per technician, the visits in order of time. A lane is a new array whenever one of its visits changes. */
  lanes: Map<string, readonly VisitRow[]>;
  queue: Map<string, QueueRow>;
  fixes: Map<string, Fix>;
}

const newTables = (): Tables => ({ visits: new Map(), lanes: new Map(), queue: new Map(), fixes: new Map() });

/**
 * The board's rows: a snapshot, then events applied one by one. Safe against repeats and against answers to our own
 * commands that overtake the events: of two states of a visit the higher `version` wins, of two forecasts the higher
 * `seq`, of two fixes the higher `seq`.
 */
export class BoardRows {
  /** Highest version seen of each work order, and whether that one has left the queue. */
  #orders = new Map<string, { version: number; gone: boolean }>();
  #forecasts = new Forecasts();
  #epoch = "";

  constructor(readonly tables: Tables = newTables()) {}

  load(board: Board): void {
    const { visits, lanes, queue, fixes } = this.tables;
    this.#orders.clear();
    // Another epoch numbers its forecasts anew.
    if (board.stream.epoch !== this.#epoch) this.#forecasts.clear();
    this.#epoch = board.stream.epoch;
    const fresh = board.visits.map((visit) => this.#forecast(visit));
    replace(visits, fresh.map((visit) => [visit.id, visit]), same);
    const grouped = new Map<string, VisitRow[]>(board.technicians.map((technician) => [technician.id, []]));
    for (const { id } of fresh) {
      const visit = visits.get(id);
      if (visit?.technician_id && !WITHDRAWN.has(visit.state)) grouped.get(visit.technician_id)?.push(visit);
    }
    replace(lanes, [...grouped].map(([id, lane]) => [id, lane.sort(byStart)]), sameLane);
    replace(queue, board.queue.map((row) => [row.work_order_id, row]), same);
    for (const row of board.queue) this.#orders.set(row.work_order_id, { version: row.version, gone: false });
    replace(fixes, board.technicians.flatMap(({ id, position }) => (position ? [[id, position] as const] : [])), same);
  }

  apply(event: LiveEvent): Change {
    const change: Change = { visits: [], added: [], removed: [] };
    const { visit, queue } = event.data as { visit?: VisitRow; queue?: QueueRow };
    if (visit) this.#show(visit, change);
    if (queue) this.#enqueue(queue, change);
    if (event.kind === "work_order.closed" || event.kind === "issue.closed") {
      this.#leave((row) => row.work_order_id === event.work_order_id || row.issue_id === event.issue_id, change);
    }
    return change;
  }

  /** A visit as the server's answer to a command gave it. */
  put(visit: VisitRow): Change {
    const change: Change = { visits: [], added: [], removed: [] };
    this.#show(visit, change);
    return change;
  }

  eta(eta: Eta): boolean {
    const news = this.#forecasts.hear(eta);
    const visit = this.tables.visits.get(eta.visit_id);
    if (!news || !visit || !AHEAD.has(visit.state)) return false;
    this.#place({ ...visit, eta });
    return true;
  }

  /** The row with the newest forecast that is known; a row's own may be older than what the stream has told. */
  #forecast(visit: VisitRow): VisitRow {
    const eta = AHEAD.has(visit.state) ? this.#forecasts.of(visit.id, visit.eta) : visit.eta;
    return eta === visit.eta ? visit : { ...visit, eta };
  }

  fix(technicianId: string, fix: Fix): boolean {
    const known = this.tables.fixes.get(technicianId);
    if (known && known.seq >= fix.seq && known.at >= fix.at) return false;
    this.tables.fixes.set(technicianId, fix);
    return true;
  }

  #show(visit: VisitRow, change: Change): void {
    const known = this.tables.visits.get(visit.id);
    if (known && known.version > visit.version) return;
    const shown = this.#forecast(visit);
    if (known && same(known, shown)) return;
    this.#place(shown);
    change.visits.push(shown);
    if (LIVE.has(visit.state)) this.#leave((row) => row.work_order_id === visit.work_order_id, change);
  }

  #place(visit: VisitRow): void {
    const { visits, lanes } = this.tables;
    const before = visits.get(visit.id)?.technician_id;
    visits.set(visit.id, visit);
    for (const id of new Set([before, visit.technician_id])) {
      const lane = id ? lanes.get(id) : undefined;
      if (!id || !lane) continue;
      const others = lane.filter((one) => one.id !== visit.id);
      const stays = id === visit.technician_id && !WITHDRAWN.has(visit.state);
      if (stays || others.length !== lane.length) lanes.set(id, stays ? [...others, visit].sort(byStart) : others);
    }
  }

  #enqueue(row: QueueRow, change: Change): void {
    const id = row.work_order_id;
    const known = this.#orders.get(id);
    if (known && (row.version < known.version || (known.gone && row.version === known.version))) return;
    // A repeat from before an assignment that is already shown.
    for (const visit of this.tables.visits.values()) if (visit.work_order_id === id && LIVE.has(visit.state)) return;
    if (!this.tables.queue.has(id)) change.added.push(row);
    this.#orders.set(id, { version: row.version, gone: false });
    this.tables.queue.set(id, row);
  }

  #leave(is: (row: QueueRow) => boolean, change: Change): void {
    for (const row of [...this.tables.queue.values()].filter(is)) {
      this.tables.queue.delete(row.work_order_id);
      this.#orders.set(row.work_order_id, { version: row.version, gone: true });
      change.removed.push(row.work_order_id);
    }
  }
}

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function sameLane(a: readonly VisitRow[], b: readonly VisitRow[]): boolean {
  return a.length === b.length && a.every((visit, i) => visit === b[i]);
}

function byStart(a: VisitRow, b: VisitRow): number {
  return compare(a.planned_start, b.planned_start) || compare(a.id, b.id);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Leaves equal entries alone, so that watchers of one entry hear only of what changed. */
function replace<V>(map: Map<string, V>, entries: Iterable<readonly [string, V]>, equal: (a: V, b: V) => boolean): void {
  const fresh = new Map(entries);
  for (const id of [...map.keys()]) if (!fresh.has(id)) map.delete(id);
  for (const [id, value] of fresh) {
    const known = map.get(id);
    if (known === undefined || !equal(known, value)) map.set(id, value);
  }
}

const PRIORITIES = ["P1", "P2", "P3", "P4"];

/** By due time; without one, behind those with one; then by priority and age. */
export function byDue(a: QueueRow, b: QueueRow): number {
  return (
    compare(a.arrive_by ?? "9", b.arrive_by ?? "9") ||
    PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority) ||
    compare(a.created_at, b.created_at) ||
    compare(a.work_order_id, b.work_order_id)
  );
}

/** A visit that may miss its promise. */
export interface Risk {
  visit: VisitRow;
  /** Milliseconds from now until the promise is broken; negative when it is. */
  left: number;
  /** Milliseconds by which the likely arrival passes the end of the promise; negative is in time. */
  over: number;
  chance: number;
}

/** From this chance on a visit is on the list. */
const RISKY = 0.2;

/** Visits with a promise in danger, the soonest breach first. */
export function risks(visits: Iterable<VisitRow>, now: number): Risk[] {
  const found: Risk[] = [];
  for (const visit of visits) {
    if (!visit.promised || !AHEAD.has(visit.state)) continue;
    const end = Date.parse(visit.promised.to);
    const over = Date.parse(visit.eta?.likely ?? visit.planned_start) - end;
    const chance = visit.eta?.late_risk ?? (over > 0 ? 1 : 0);
    if (chance >= RISKY || over > 0 || end < now) found.push({ visit, left: end - now, over, chance });
  }
  return found.sort((a, b) => a.left - b.left || compare(a.visit.id, b.visit.id));
}
