import type { TrackView, VisitState } from "$lib/api/types";
import { clock, day, timeWindow, type Locale } from "$lib/time";

export type TrackWords = Record<string, string>;
export interface Step { word: string; time: string; stage: "done" | "now" | "todo" }

/** What the page says, by place. The server fills the same places for the first state (`src/web/track.rs`). */
export interface Slots {
  state: string;
  vendor: string;
  headline: string;
  label: string;
  window: string;
  late: string;
  stops: string;
  /** How far along, 4 to 96. */
  rail: string;
  basis: string;
  updated: string;
  technician: string;
  promised: string;
  site: string;
  product: string;
  cause: string;
  remedy: string;
  used: string;
  expires: string;
}

const BEFORE: readonly VisitState[] = ["planned", "offered", "dispatched", "accepted", "declined", "en_route"];
const STEPS: readonly VisitState[] = ["dispatched", "en_route", "arrived", "working", "done"];

export function slotsOf(view: TrackView, words: TrackWords, now: number): Slots {
  const locale = words.locale as Locale;
  const coming = BEFORE.includes(view.state);
  const eta = coming ? view.eta : null;
  const last = view.timeline.at(-1);
  const promised = view.promised ? timeWindow(view.promised.from, view.promised.to) : "";
  const updated = eta?.computed_at ?? last?.at;
  return {
    state: view.state,
    vendor: view.vendor_name,
    headline: words[`headline_${view.state}`] ?? (locale === "ja" ? view.state_ja : view.state_en),
    label: coming ? (eta ? words.label_eta! : promised ? words.label_promised! : "") : last ? words.label_at! : "",
    window: coming ? (eta ? timeWindow(eta.earliest, eta.latest) : promised) : last ? clock(last.at) : "",
    late: eta && view.promised && eta.latest > view.promised.to ? words.late! : "",
    stops: !coming || !eta ? "" : eta.stops_before > 0 ? fill(words.stops!, "n", eta.stops_before) : view.state === "en_route" ? "" : words.next!,
    rail: railOf(view, now),
    basis: eta ? `${words[`source_${eta.source}`]} ${ageOf(eta.basis_at, now, words)}` : "",
    updated: updated ? fill(words.updated!, "time", clock(updated)) : "",
    technician: view.technician_name ?? "",
    promised: eta ? promised : "",
    site: view.site_name,
    product: locale === "ja" ? view.product_name_ja : view.product_name_en,
    cause: view.report?.cause ?? "",
    remedy: view.report?.remedy ?? "",
    used: (locale === "ja" ? view.consumption_ja : view.consumption_en) ?? "",
    expires: fill(words.expires!, "time", `${day(view.expires_at, locale)} ${clock(view.expires_at)}`),
  };
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

/** Share of the time between setting out and the likely arrival: the page shows no place, only progress. */
function railOf(view: TrackView, now: number): string {
  const out = view.timeline.find((entry) => entry.state === "en_route");
  if (view.state !== "en_route" || !out || !view.eta) return "4";
  const from = new Date(out.at).getTime();
  const whole = Math.max(1, new Date(view.eta.likely).getTime() - from);
  const share = Math.min(0.97, Math.max(0.02, (now - from) / whole));
  return String(Math.round(4 + share * 92));
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
