import { send } from "$lib/api/api";
import type { Candidate, IssueDetail, Ranking, RuleResult, VisitRow } from "$lib/api/types";

/** The planner's rules as the server names them. */
export type RuleName = RuleResult["rule"] | "parts";
export type Break = Candidate["breaks"][number];

export interface Assigned {
  visit: VisitRow;
  /** Path of the customer's tracking page. */
  track_url: string;
}

/** A tracking link; the path is told once. */
export interface TrackLink {
  id: string | null;
  url: string;
  expires_at: string | null;
}

export interface Report {
  cause_ja: string;
  cause_en: string;
  cause_text: string;
  remedy: string;
  minutes: number;
  outcome: string;
  finished_at: string;
  parts: { code: string; quantity: number; serial_old: string | null; serial_new: string | null }[];
}

const part = encodeURIComponent;

export interface AssignWish {
  technician_id: string;
  /** Of the work order, as the dispatcher saw it. */
  version: number;
  accept_broken: boolean;
  reason: string | null;
}

export const dispatch = {
  candidates: (workOrderId: string, signal?: AbortSignal) =>
    send<Ranking>("GET", `/api/work-orders/${part(workOrderId)}/candidates`, { signal }),
  assign: (workOrderId: string, body: AssignWish, operation: string) =>
    send<Assigned>("POST", `/api/work-orders/${part(workOrderId)}/assign`, { body, operation }),
  report: async (issueId: string): Promise<Report | null> => {
    const issue = await send<Omit<IssueDetail, "report"> & { report: Report | null }>("GET", `/api/issues/${part(issueId)}`);
    return issue.report;
  },
};
