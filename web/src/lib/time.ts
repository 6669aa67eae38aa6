/** Times on screens are the company's times, whatever zone the device is in. Until the server has said which it is: */
let zone = "Asia/Tokyo";

export type Locale = "ja" | "en";

const tags: Record<Locale, string> = { ja: "ja-JP", en: "en-GB" };
const formats = new Map<string, Intl.DateTimeFormat>();

/** The company's zone as the server tells it, such as `Asia/Tokyo`. */
export function setZone(name: string): void {
  if (name === zone) return;
  zone = name;
  formats.clear();
}

function format(locale: Locale, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale}/${name}`;
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(tags[locale], { timeZone: zone, ...options });
    formats.set(key, made);
  }
  return made;
}

/** `10:31` on the 24-hour clock of the company's zone. */
export function clock(instant: string | number | Date): string {
  return format("en", "clock", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(instant));
}

/** `10:31–10:44`; one time when both ends fall into the same minute; `00:00–24:00` for what ends with the day. */
export function timeWindow(from: string, to: string): string {
  const [a, b] = [clock(from), clock(to)];
  if (b === "00:00" && Date.parse(to) - Date.parse(from) >= 60_000) return `${a}–24:00`;
  return a === b ? a : `${a}–${b}`;
}

const WEEKDAYS = { ja: "日月火水木金土", en: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] };
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `11月23日(月)` or `Mon 23 Nov`; written by hand because the server writes it too, and browsers' tables differ. */
export function day(instant: string | number | Date, locale: Locale): string {
  return dayOf(isoDay(instant), locale);
}

/** The same for a date without a time (`2026-11-23`). */
export function dayOf(iso: string, locale: Locale): string {
  const [year, month, date] = iso.split("-").map(Number) as [number, number, number];
  const weekday = new Date(Date.UTC(year, month - 1, date)).getUTCDay();
  return locale === "ja"
    ? `${month}月${date}日(${WEEKDAYS.ja[weekday]})`
    : `${WEEKDAYS.en[weekday]} ${date} ${MONTHS[month - 1]}`;
}

/** `2027/03/31` or `31 Mar 2027`, of a date without a time (`2027-03-31`). */
export function dateOnly(date: string, locale: Locale): string {
  const options: Intl.DateTimeFormatOptions =
    locale === "ja"
      ? { year: "numeric", month: "2-digit", day: "2-digit" }
      : { year: "numeric", month: "short", day: "numeric" };
  return format(locale, "date", { ...options, timeZone: "UTC" }).format(new Date(`${date}T12:00:00Z`));
}

/** Day and time: `11月23日(月) 10:31`. */
export function dayClock(instant: string | number | Date, locale: Locale): string {
  return `${day(instant, locale)} ${clock(instant)}`;
}

/** The time alone for a moment of today, day and time for any other. */
export function moment(instant: string | number | Date, now: number, locale: Locale): string {
  return isoDay(instant) === isoDay(now) ? clock(instant) : dayClock(instant, locale);
}

/** The same for a window. */
export function momentWindow(from: string, to: string, now: number, locale: Locale): string {
  const window = timeWindow(from, to);
  return isoDay(from) === isoDay(now) ? window : `${day(from, locale)} ${window}`;
}

/** The date in the company's zone as `2026-11-23`. */
export function isoDay(instant: string | number | Date): string {
  const key = "iso";
  let made = formats.get(key);
  if (!made) formats.set(key, (made = new Intl.DateTimeFormat("sv-SE", { timeZone: zone })));
  return made.format(new Date(instant));
}

/** So many days after a date. */
export function onDay(date: string, days: number): string {
  return new Date(Date.parse(`${date}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The instant of a wall-clock time (`09:30`) on a day of the company's zone. */
export function atClock(date: string, time: string): string {
  const wanted = Date.parse(`${date}T${time}:00Z`);
  // The offset is looked up where the time lies; a change of the clock in between is met by looking twice.
  const first = wanted - offsetAt(wanted);
  return new Date(wanted - offsetAt(first)).toISOString();
}

/** How far the company's wall clock is ahead of UTC at an instant, ms. */
function offsetAt(instant: number): number {
  return Date.parse(`${isoDay(instant)}T${clock(instant)}:00Z`) - Math.floor(instant / 60_000) * 60_000;
}

/** An age in words: `12秒前`, `8分前`; `just now` below two seconds. */
export function age(since: string | number, now: number, locale: Locale): string {
  const seconds = Math.max(0, Math.round((now - new Date(since).getTime()) / 1000));
  if (seconds < 2) return locale === "ja" ? "たった今" : "just now";
  if (seconds < 60) return locale === "ja" ? `${seconds}秒前` : `${seconds} s ago`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return locale === "ja" ? `${minutes}分前` : `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return locale === "ja" ? `${hours}時間前` : `${hours} h ago`;
}

/** Whole minutes from now until the instant, negative when it has passed. */
export function minutesUntil(instant: string, now: number): number {
  return Math.round((new Date(instant).getTime() - now) / 60_000);
}
