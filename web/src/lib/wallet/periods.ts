import { onDay } from "$lib/time";

/** Periods that people ask statements of; `custom` is theirs to choose. */
export const PERIODS = ["month", "last_month", "quarter", "year", "last_year", "custom"] as const;
export type PeriodName = (typeof PERIODS)[number];

export interface Period {
  /** First and last day. */
  from: string;
  to: string;
}

/** The first day of the month that lies `months` after that of `day`. */
function monthStart(day: string, months = 0): string {
  const [year, month] = day.split("-").map(Number) as [number, number];
  return new Date(Date.UTC(year, month - 1 + months, 1)).toISOString().slice(0, 10);
}

/** Business years begin in April. */
const APRIL = 4;

function yearStart(day: string, years = 0): string {
  const [year, month] = day.split("-").map(Number) as [number, number];
  return `${(month < APRIL ? year - 1 : year) + years}-04-01`;
}

/** What a name means on a day. A period that is not over ends today. */
export function periodOf(name: Exclude<PeriodName, "custom">, today: string): Period {
  switch (name) {
    case "month":
      return { from: monthStart(today), to: today };
    case "last_month":
      return { from: monthStart(today, -1), to: onDay(monthStart(today), -1) };
    case "quarter":
      return { from: monthStart(today, -2), to: today };
    case "year":
      return { from: yearStart(today), to: today };
    case "last_year":
      return { from: yearStart(today, -1), to: onDay(yearStart(today), -1) };
  }
}

/** The month around a day, for a line that somebody comes to from elsewhere; not beyond today. */
export function monthAround(day: string, today: string): Period {
  const last = onDay(monthStart(day, 1), -1);
  return { from: monthStart(day), to: last < today || day > today ? last : today };
}

/** The name of a period as far as it has one. */
export function nameOf(period: Period, today: string): PeriodName {
  const named = PERIODS.find((name) => {
    if (name === "custom") return false;
    const { from, to } = periodOf(name, today);
    return from === period.from && to === period.to;
  });
  return named ?? "custom";
}
