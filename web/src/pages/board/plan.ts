import type { BoardFigures, ReplanRow } from "$lib/api/types";

/** A row with all rows that it needs. */
export function opened(rows: readonly ReplanRow[], number: number): number[] {
  const row = rows.find((one) => one.number === number);
  return row ? [...new Set([...row.needs, number])] : [];
}

/** A row with all rows that need it. */
export function closed(rows: readonly ReplanRow[], number: number): number[] {
  return [number, ...rows.filter((row) => row.needs.includes(number)).map((row) => row.number)];
}

export interface Compared {
  name: "promises_broken" | "late_s" | "travel_s" | "overtime_s" | "waiting";
  before: number;
  after: number;
  /** Below zero it gets better. */
  change: number;
}

const SHOWN: Compared["name"][] = ["promises_broken", "late_s", "travel_s", "overtime_s", "waiting"];

/** The figures that people decide by, spans in whole minutes. */
export function compare(before: BoardFigures, after: BoardFigures): Compared[] {
  const shown = (figures: BoardFigures, name: Compared["name"]): number =>
    name.endsWith("_s") ? Math.round(figures[name] / 60) : figures[name];
  return SHOWN.map((name) => {
    const [a, b] = [shown(before, name), shown(after, name)];
    return { name, before: a, after: b, change: b - a };
  });
}
