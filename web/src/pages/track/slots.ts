import type { Place, TrackView, VisitState } from "$lib/api/types";
import { clock, day, dayClock, isoDay, moment, momentWindow, timeWindow, type Locale } from "$lib/time";

export type TrackWords = Record<string, string>;
export interface Step { word: string; time: string; stage: "done" | "now" | "todo" }

/** What the page says, by place. The server fills the same places for the first state (`src/web/track.rs`). */
export interface Slots {
  state: string;
  /** The visit, and the number of the forecast that is held: the same as on every other screen. */
  visit: string;
  seq: string;
  vendor: string;
  headline: string;
  label: string;
  /** The date of the window, when that is not today's. */
  day: string;
  window: string;
  likely: string;
  late: string;
  stops: string;
  basis: string;
  updated: string;
  upcoming: string;
  /** How far along, 4 to 96; drawn when nobody's position is known. */
  rail: string;
  /** Where the technician is on the dial, in its units: the destination is at 60, 60. */
  van_x: string;
  van_y: string;
  /** What the outer ring of the dial stands for; empty when nothing is known to draw. */
  ring: string;
  distance: string;
  technician: string;
  promised: string;
  site: string;
  product: string;
  cause: string;
  remedy: string;
  used: string;
  phone: string;
  phone_digits: string;
  expires: string;
}

const BEFORE: readonly VisitState[] = ["planned", "offered", "dispatched", "accepted", "declined", "en_route"];
const STEPS: readonly VisitState[] = ["dispatched", "en_route", "arrived", "working", "done"];

export function slotsOf(view: TrackView, words: TrackWords, now: number): Slots {
  const locale = words.locale as Locale;
  const own = (ja: string | null, en: string | null): string => (locale === "ja" ? ja : en) ?? "";
  const coming = BEFORE.includes(view.state);
  const eta = coming ? view.eta : null;
  const last = view.timeline.at(-1);
  const promised = view.promised ? momentWindow(view.promised.from, view.promised.to, now, locale) : "";
  const span = coming ? (eta?.window ?? view.promised) : last ? { from: last.at, to: last.at } : null;
  const updated = eta?.computed_at ?? last?.at;
  return {
    state: view.state,
    visit: view.visit_id,
    seq: view.eta ? String(view.eta.seq) : "",
    vendor: own(view.vendor_name_ja, view.vendor_name_en),
    headline: words[`headline_${view.state}`] ?? own(view.state_ja, view.state_en),
    label: coming ? (eta ? words.label_eta! : promised ? words.label_promised! : "") : last ? (words[`label_${view.state}`] ?? words.label_at!) : "",
    day: span && isoDay(span.from) !== isoDay(now) ? day(span.from, locale) : "",
    window: span ? timeWindow(span.from, span.to) : "",
    likely: eta ? fill(words.likely!, "time", moment(eta.likely, now, locale)) : "",
    late: lateness(view, words, promised),
    stops: !coming || !eta ? "" : eta.stops_before > 0 ? fill(words.stops!, "n", eta.stops_before) : view.state === "en_route" ? "" : words.next!,
    basis: eta ? `${words[`source_${eta.source}`]} ${ageOf(eta.basis_at, now, words)}` : "",
    updated: updated ? fill(words.updated!, "time", moment(updated, now, locale)) : "",
    upcoming: words[view.state === "en_route" && eta?.source !== "gps" ? "upcoming_silent" : `upcoming_${view.state}`] ?? "",
    rail: railOf(view, now),
    ...dialOf(view, words),
    technician: view.technician_name ?? "",
    promised: eta ? promised : "",
    site: view.site_name,
    product: own(view.product_name_ja, view.product_name_en),
    cause: view.report ? own(view.report.cause_ja, view.report.cause_en) : "",
    remedy: view.report?.remedy ?? "",
    used: own(view.consumption_ja, view.consumption_en),
    phone: view.vendor_phone,
    phone_digits: view.vendor_phone.replace(/[^+\d]/g, ""),
    expires: fill(words.expires!, "time", dayClock(view.expires_at, locale)),
  };
}

/** An apology when the likely arrival is past the promise; a word of warning when only the latest is. */
function lateness(view: TrackView, words: TrackWords, promised: string): string {
  if (!view.eta || !view.promised || !BEFORE.includes(view.state)) return "";
  const end = new Date(view.promised.to).getTime();
  if (new Date(view.eta.likely).getTime() > end) return fill(words.late!, "promised", promised);
  return new Date(view.eta.latest).getTime() > end ? words.maybe_late! : "";
}

/** The steps in words, with the time of those that are behind. */
export function stepsOf(view: TrackView, words: TrackWords): Step[] {
  const times = new Map(view.timeline.map((entry) => [entry.state, entry.at]));
  const reached = STEPS.findLastIndex((state) => times.has(state) || state === view.state);
  return STEPS.map((state, index) => {
    const at = times.get(state);
    return {
      word: words[`step_${state}`]!,
      time: at ? clock(at) : "",
      stage: index < reached || (index === reached && state === "done") ? "done" : index === reached ? "now" : "todo",
    };
  });
}

/** Share of the time between setting out and the likely arrival. */
function railOf(view: TrackView, now: number): string {
  const out = view.timeline.find((entry) => entry.state === "en_route");
  if (view.state !== "en_route" || !out || !view.eta) return "4";
  const from = new Date(out.at).getTime();
  const whole = Math.max(1, new Date(view.eta.likely).getTime() - from);
  const share = Math.min(0.97, Math.max(0.02, (now - from) / whole));
  return String(Math.round(4 + share * 92));
}

/** What the outer ring may stand for, km: the smallest that the technician is within. */
const RINGS_KM = [0.5, 1, 2, 5, 10, 20, 50, 100];
const RING_RADIUS = 48;
/** Length of a degree of latitude on the earth's mean radius of 6,371 km. */
const DEGREE_KM = 111.195;

function dialOf(view: TrackView, words: TrackWords): Pick<Slots, "van_x" | "van_y" | "ring" | "distance"> {
  if (view.state !== "en_route" || !view.position) return { van_x: "60", van_y: "60", ring: "", distance: "" };
  const [east, north] = kilometres(view.destination, view.position);
  const km = Math.hypot(east, north);
  const ring = RINGS_KM.find((radius) => km <= radius) ?? Math.ceil(km);
  const at = (part: number): string => String(Math.round(60 + (part / ring) * RING_RADIUS));
  return {
    van_x: at(east),
    van_y: at(-north),
    ring: ring < 1 ? `${ring * 1000} m` : `${ring} km`,
    // The position is known to about 100 m: nothing finer is said.
    distance: fill(words.distance!, "distance", km < 0.95 ? `${Math.max(1, Math.round(km * 10)) * 100} m` : `${km.toFixed(1)} km`),
  };
}

/** East and north of `from`, on the plane that touches the globe there: right to a per cent over a city. */
function kilometres(from: Place, to: Place): [number, number] {
  const east = (to.lon - from.lon) * DEGREE_KM * Math.cos((from.lat * Math.PI) / 180);
  return [east, (to.lat - from.lat) * DEGREE_KM];
}

export function ageOf(since: string, now: number, words: TrackWords): string {
  const seconds = Math.max(0, Math.floor((now - new Date(since).getTime()) / 1000));
  if (seconds < 2) return words.age_now!;
  if (seconds < 60) return fill(words.age_s!, "n", seconds);
  if (seconds < 3600) return fill(words.age_m!, "n", Math.floor(seconds / 60));
  return fill(words.age_h!, "n", Math.floor(seconds / 3600));
}

function fill(text: string, name: string, value: string | number): string {
  return text.replace(`{${name}}`, String(value));
}
