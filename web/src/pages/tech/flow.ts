import type { MyVisit, ProgressAction, VisitRow, VisitState } from "$lib/api/types";

/** What a technician can do to a visit: the taps of `progress`, and filing the report. */
export type Act = ProgressAction | "report";

/** The same table as the server's `domain/visit.rs`: the page goes on without a network, the server has the last word. */
const next: Partial<Record<VisitState, Partial<Record<Act, VisitState>>>> = {
  offered: { accept: "accepted", decline: "declined" },
  dispatched: { accept: "accepted", decline: "declined", set_out: "en_route" },
  accepted: { set_out: "en_route", decline: "declined", delay: "accepted" },
  en_route: { arrive: "arrived", delay: "en_route" },
  arrived: { start: "working", no_access: "no_access", delay: "arrived" },
  working: { report: "done", pause: "paused", delay: "working" },
  paused: { resume: "working", set_out: "en_route" },
};

/** The one act that usually comes next. */
const usual: Partial<Record<VisitState, Act>> = {
  offered: "accept",
  dispatched: "accept",
  accepted: "set_out",
  en_route: "arrive",
  arrived: "start",
  working: "report",
  paused: "resume",
};

const stamps: Partial<Record<Act, keyof VisitRow["timeline"]>> = {
  accept: "accepted_at",
  set_out: "en_route_at",
  arrive: "arrived_at",
  start: "started_at",
  report: "finished_at",
};

/** Acts that the server can take back one step; the others are held on the phone while they may be undone. */
const takenBackByServer: readonly Act[] = ["accept", "set_out", "arrive", "start", "resume"];
const started: readonly VisitState[] = ["en_route", "arrived", "working"];
const live: readonly VisitState[] = ["planned", "offered", "dispatched", "accepted", "en_route", "arrived", "working", "paused"];

export const isStarted = (state: VisitState): boolean => started.includes(state);
export const isLive = (state: VisitState): boolean => live.includes(state);
export const undoneByServer = (act: Act): boolean => takenBackByServer.includes(act);
export const usualAct = (state: VisitState): Act | null => usual[state] ?? null;
export const allows = (state: VisitState, act: Act): boolean => next[state]?.[act] !== undefined;

/** What lies behind "other actions", in a fixed order. */
export function otherActs(state: VisitState): Act[] {
  const order: Act[] = ["pause", "set_out", "no_access", "decline"];
  return order.filter((act) => allows(state, act) && act !== usual[state]);
}

/** Starts that the server refuses while another visit is under way or being worked on. */
export const needsFreeHands = (act: Act): boolean => act === "set_out" || act === "resume";

export interface Step {
  act: Act;
  at: string;
  /** With `undo`: the state to go back to. */
  to: VisitState | null;
  /** With `report`. */
  revisit?: boolean;
}

/** The visit as it will be when the steps that wait have arrived. Steps that no longer fit change nothing. */
export function after(visit: MyVisit, steps: readonly Step[]): MyVisit {
  return steps.reduce((seen, step) => {
    if (step.act === "undo") {
      if (!step.to || step.to === seen.state) return seen;
      const stamp = stampOf(seen.state);
      return { ...seen, state: step.to, timeline: stamp ? { ...seen.timeline, [stamp]: null } : seen.timeline };
    }
    const state = step.act === "report" && step.revisit ? "needs_revisit" : next[seen.state]?.[step.act];
    if (!state || !allows(seen.state, step.act)) return seen;
    const stamp = stamps[step.act];
    return { ...seen, state, timeline: stamp ? { ...seen.timeline, [stamp]: step.at } : seen.timeline };
  }, visit);
}

/** The time that belongs to having reached a state. */
function stampOf(state: VisitState): keyof VisitRow["timeline"] | null {
  if (state === "accepted") return "accepted_at";
  if (state === "en_route") return "en_route_at";
  if (state === "arrived") return "arrived_at";
  return state === "working" ? "started_at" : null;
}

/** The visit to show first: the one that is started, else the next that is alive. */
export function nextVisit<V extends VisitRow>(visits: readonly V[]): V | null {
  const alive = inOrder(visits).filter((visit) => isLive(visit.state));
  return alive.find((visit) => isStarted(visit.state)) ?? alive.find((visit) => visit.state === "paused") ?? alive[0] ?? null;
}

export function inOrder<V extends VisitRow>(visits: readonly V[]): V[] {
  return [...visits].sort((a, b) => a.planned_start.localeCompare(b.planned_start) || a.id.localeCompare(b.id));
}

/** Time on site in whole minutes, at least one, for the report. */
export function minutesOnSite(visit: VisitRow, now: number): number {
  const from = visit.timeline.started_at ?? visit.timeline.arrived_at;
  if (!from) return visit.service_minutes;
  return Math.min(1440, Math.max(1, Math.round((now - new Date(from).getTime()) / 60_000)));
}
