import { api } from "$lib/api/api";
import type { Candidate, Report } from "$lib/api/types";

export type { AssignRequest, Report, RuleName } from "$lib/api/types";
export type Break = Candidate["breaks"][number];

/** A tracking link; the path is told once, and the assignment's answer tells nothing but the path. */
export interface TrackLink {
  id: string | null;
  url: string;
  expires_at: string | null;
}

export const dispatch = {
  candidates: (workOrderId: string, signal?: AbortSignal) => api.candidates(workOrderId, { signal }),
  assign: api.assign,
  report: async (issueId: string): Promise<Report | null> => (await api.issue(issueId)).report,
};
