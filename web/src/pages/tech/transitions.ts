import type { MyVisit, ProgressAction, VisitState } from "$lib/api/types";
import type { Command } from "./store";

/**
 * What the phone believes while the server cannot be asked. The server decides; these tables only say which button
 * comes next in a basement without signal.
 */
const LEADS_TO: Partial<Record<ProgressAction, VisitState>> = {
  accept: "accepted",
  decline: "declined",
  set_out: "en_route",
  arrive: "arrived",
  start: "working",
  pause: "paused",
  resume: "working",
  no_access: "no_access",
};

export type Primary = "accept" | "set_out" | "arrive" | "start" | "report" | "resume";

/** The one big button of each state. */
const PRIMARY: Partial<Record<VisitState, Primary>> = {
  planned: "accept",
  offered: "accept",
  dispatched: "accept",
  accepted: "set_out",
  en_route: "arrive",
  arrived: "start",
  working: "report",
  paused: "resume",
};

export type Secondary = "decline" | "no_access" | "pause";
const SECONDARY: Partial<Record<VisitState, Secondary[]>> = {
  planned: ["decline"],
  offered: ["decline"],
  dispatched: ["decline"],
  arrived: ["no_access"],
  working: ["pause"],
};

const OVER: readonly VisitState[] = ["done", "needs_revisit", "no_access", "cancelled", "declined"];
const RUNNING: readonly VisitState[] = ["en_route", "arrived", "working", "paused"];

export const primaryOf = (state: VisitState): Primary | null => PRIMARY[state] ?? null;
export const secondaryOf = (state: VisitState): Secondary[] => SECONDARY[state] ?? [];
export const isOver = (state: VisitState): boolean => OVER.includes(state);
/** A delay can be told as long as somebody waits for the arrival. */
export const canBeLate = (state: VisitState): boolean => ["dispatched", "accepted", "en_route"].includes(state);

/** The visit as it will be when the commands that wait on this phone have arrived. */
export function withPending(visit: MyVisit, commands: readonly Command[]): MyVisit {
  let state = visit.state;
  const timeline = { ...visit.timeline };
  for (const command of commands) {
    if (command.visit_id !== visit.id) continue;
    if (command.kind === "report") {
      state = command.body.outcome === "needs_revisit" || command.body.outcome === "no_access" ? command.body.outcome : "done";
      timeline.finished_at = command.body.at;
      continue;
    }
    const { action, at } = command.body;
    state = LEADS_TO[action] ?? state;
    if (action === "accept") timeline.accepted_at = at;
    else if (action === "set_out") timeline.en_route_at = at;
    else if (action === "arrive") timeline.arrived_at = at;
    else if (action === "start") timeline.started_at = at;
  }
  return state === visit.state ? visit : { ...visit, state, timeline };
}

/** The visit to work on: the one under way, else the next by plan. */
export function currentVisit(visits: readonly MyVisit[]): MyVisit | null {
  const open = visits.filter((visit) => !isOver(visit.state)).sort((a, b) => a.planned_start.localeCompare(b.planned_start));
  return open.find((visit) => RUNNING.includes(visit.state)) ?? open[0] ?? null;
}
