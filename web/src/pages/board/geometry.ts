import type { BoardTechnician, QueueRow, VisitRow } from "$lib/api/types";
import { atClock } from "$lib/time";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export interface Stretch {
  start: number;
  end: number;
}

/** Where a visit stands on the time axis: what happened where it happened, what is foreseen where it is foreseen. */
export function workOf(visit: VisitRow, now: number): Stretch {
  const { arrived_at, started_at, finished_at } = visit.timeline;
  const length = visit.service_minutes * MINUTE;
  const planned = Date.parse(visit.planned_start);
  if (finished_at) {
    const start = Date.parse(arrived_at ?? started_at ?? visit.planned_start);
    return { start: Math.min(start, Date.parse(finished_at)), end: Date.parse(finished_at) };
  }
  if (arrived_at && visit.state !== "en_route") {
    const start = Date.parse(arrived_at);
    return { start, end: Math.max(Date.parse(started_at ?? arrived_at) + length, now) };
  }
  if (!visit.eta) return { start: planned, end: Math.max(planned + length, Date.parse(visit.planned_end)) };
  const likely = Date.parse(visit.eta.likely);
  const start = visit.state === "en_route" ? likely : Math.max(planned, likely);
  return { start, end: start + length };
}

/** The drive before it; null when he is already there and never drove. */
export function travelOf(visit: VisitRow, work: Stretch): Stretch | null {
  const { en_route_at, arrived_at } = visit.timeline;
  if (en_route_at) {
    const start = Date.parse(en_route_at);
    const end = arrived_at ? Date.parse(arrived_at) : work.start;
    return end > start ? { start, end } : null;
  }
  return visit.travel_s > 0 ? { start: work.start - visit.travel_s * 1000, end: work.start } : null;
}

/**
 * When he takes his break, by what the plan leaves open for it: the first gap from the break's window on, between the end
 * of one visit and the drive to the next, in which it fits; else after the last one.
 */
export function breakOf(technician: BoardTechnician, visits: Iterable<VisitRow>, now: number): Stretch | null {
  const { break: whole, break_minutes: minutes } = technician;
  if (!whole || !minutes) return null;
  const length = minutes * MINUTE;
  const busy = [...visits].map((visit) => {
    const work = workOf(visit, now);
    return { leave: travelOf(visit, work)?.start ?? work.start, end: work.end };
  });
  let free = Date.parse(whole.from);
  for (const { leave, end } of busy.sort((a, b) => a.leave - b.leave)) {
    if (free + length <= leave + TOUCHING_MS) break;
    free = Math.max(free, end);
  }
  return { start: free, end: free + length };
}

const TOUCHING_MS = MINUTE;

/** Which of the bars in a lane stand lower, so that none hides the one before it. */
export function stagger<T extends { work: Stretch }>(bars: T[]): (T & { lowered: boolean })[] {
  let upperEnd = Number.NEGATIVE_INFINITY;
  return bars.map((bar) => {
    const lowered = bar.work.start < upperEnd - TOUCHING_MS;
    if (!lowered) upperEnd = bar.work.end;
    return { ...bar, lowered };
  });
}

/** The hours that the axis shows: the day's shifts and visits with an hour around, never less than 8 to 18. */
export function axisOf(date: string, technicians: readonly BoardTechnician[], visits: Iterable<VisitRow>): Stretch {
  const midnight = Date.parse(atClock(date, "00:00"));
  const [first, last] = [midnight, midnight + 24 * HOUR];
  let start = midnight + 8 * HOUR;
  let end = midnight + 18 * HOUR;
  const see = (from: number, to: number): void => {
    if (to <= first || from >= last) return;
    start = Math.min(start, from);
    end = Math.max(end, to);
  };
  for (const { shift } of technicians) if (shift) see(Date.parse(shift.from), Date.parse(shift.to));
  for (const visit of visits) {
    const work = workOf(visit, 0);
    see(work.start - visit.travel_s * 1000, work.end);
  }
  return {
    start: Math.max(first, Math.floor((start - 30 * MINUTE) / HOUR) * HOUR),
    end: Math.min(last + 6 * HOUR, Math.ceil((end + 30 * MINUTE) / HOUR) * HOUR),
  };
}

/** Minutes from the axis' start, kept inside it. */
export function minutesOn(axis: Stretch, at: number): number {
  return (Math.min(Math.max(at, axis.start), axis.end) - axis.start) / MINUTE;
}

export const hoursOf = (axis: Stretch): number[] =>
  Array.from({ length: Math.round((axis.end - axis.start) / HOUR) + 1 }, (_, i) => axis.start + i * HOUR);

/** Company forms say nothing in a narrow bar. */
export function shortName(name: string): string {
  return name.replace(/^(?:株式会社|有限会社|合同会社|\(株\)|(株))\s*|\s*(?:株式会社|有限会社|合同会社|\(株\)|(株)|,? (?:Co\., Ltd\.|Inc\.|Ltd\.|K\.K\.))$/g, "");
}

export interface Rows {
  first: number;
  last: number;
}

/** The rows to draw for a scroll position, with some to spare on both sides. */
export function rowsInView(scrollTop: number, height: number, rowHeight: number, count: number, spare = 4): Rows {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - spare);
  const last = Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + spare);
  return { first: Math.min(first, count), last };
}

/** What the search field looks through; all words must occur. */
export function matches(needle: string, row: VisitRow | QueueRow): boolean {
  if (!needle) return true;
  const name = "technician_name" in row ? row.technician_name : "";
  const text = [row.customer_name, row.site_name, row.issue_number, row.priority, row.product_name_ja, row.product_name_en]
    .concat(row.symptom_ja, row.symptom_en, row.description, name ?? "")
    .join(" ")
    .toLowerCase();
  return needle.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}
