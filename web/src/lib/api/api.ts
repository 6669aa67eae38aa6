import { makeSend, type SendOptions } from "./client";
import type * as T from "./types";

function toLogin(): void {
  if (location.pathname === "/login") return;
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}

export const send = makeSend({
  fetch: (input, init) => fetch(input, init),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: Math.random,
  onSessionEnded: toLogin,
});

type Signal = { signal?: AbortSignal };
const get = <R>(path: string, options: Signal = {}): Promise<R> => send<R>("GET", path, options);
const post = <R>(path: string, body: unknown, operation: string, options: SendOptions = {}): Promise<R> =>
  send<R>("POST", path, { ...options, body, operation });
const part = encodeURIComponent;

function query(values: Record<string, string | number | undefined | null>): string {
  const pairs = Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return pairs.length ? `?${pairs.map(([key, value]) => `${key}=${part(String(value))}`).join("&")}` : "";
}

/** Every route that the screens use, typed. Commands take the operation id of the user action as their last argument. */
export const api = {
  logIn: (login: string, password: string) =>
    send<T.Session>("POST", "/api/session", { body: { login, password } }),
  me: () => get<T.Me>("/api/session"),
  logOut: (operation: string) => send<void>("DELETE", "/api/session", { operation }),

  search: (q: string, options?: Signal) => get<T.SearchHits>(`/api/desk/search${query({ q })}`, options),
  catalog: () => get<T.Catalog>("/api/catalog"),
  contract: (id: string, options?: Signal) => get<T.ContractCard>(`/api/contracts/${part(id)}`, options),
  wallet: (contractId: string) => get<T.WalletDetail>(`/api/contracts/${part(contractId)}/wallet`),
  history: (contractId: string, filter: { before?: number | null; limit?: number; asset_id?: string; site_id?: string } = {}) =>
    get<T.HistoryPage>(`/api/contracts/${part(contractId)}/history${query(filter)}`),
  preview: (body: T.IntakeRequest, options: Signal = {}) =>
    send<T.Consumption>("POST", "/api/interactions/preview", { ...options, body, attempts: 1 }),
  intake: (body: T.IntakeRequest, operation: string) => post<T.IntakeReceipt>("/api/interactions", body, operation),
  issue: (id: string) => get<T.IssueDetail>(`/api/issues/${part(id)}`),
  closeIssue: (id: string, body: T.OutcomeRequest, operation: string) =>
    post<T.IssueDetail>(`/api/issues/${part(id)}/outcome`, body, operation),

  board: (filter: { territory_id?: string; date?: string }, options?: Signal) =>
    get<T.Board>(`/api/board${query(filter)}`, options),
  territoryLoads: () => get<T.TerritoryLoads>("/api/territory-loads"),
  candidates: (workOrderId: string, options?: Signal) =>
    get<T.Ranking>(`/api/work-orders/${part(workOrderId)}/candidates`, options),
  assign: (workOrderId: string, body: T.AssignRequest, operation: string) =>
    post<T.Assigned>(`/api/work-orders/${part(workOrderId)}/assign`, body, operation),
  unassign: (visitId: string, body: T.WithdrawRequest, operation: string) =>
    post<T.Unassigned>(`/api/visits/${part(visitId)}/unassign`, body, operation),
  cancel: (visitId: string, body: T.WithdrawRequest, operation: string) =>
    post<T.VisitRow>(`/api/visits/${part(visitId)}/cancel`, body, operation),
  absences: (technicianId: string) => get<T.Absences>(`/api/technicians/${part(technicianId)}/absences`),
  enterAbsence: (technicianId: string, body: T.AbsenceRequest, operation: string) =>
    post<T.AbsenceEntered>(`/api/technicians/${part(technicianId)}/absences`, body, operation),
  endAbsence: (id: string, operation: string) => post<T.AbsenceEnded>(`/api/absences/${part(id)}/end`, {}, operation),
  trackLinks: (visitId: string) => get<T.OpenLinks>(`/api/visits/${part(visitId)}/track-links`),
  makeTrackLink: (visitId: string, operation: string) =>
    post<T.TrackLink>(`/api/visits/${part(visitId)}/track-links`, {}, operation),
  revokeTrackLink: (id: string, operation: string) =>
    send<object>("DELETE", `/api/track-links/${part(id)}`, { operation }),

  myDay: () => get<T.MyDay>("/api/my/day"),
  progress: (visitId: string, body: T.ProgressRequest, operation: string) =>
    post<T.MyVisit>(`/api/visits/${part(visitId)}/progress`, body, operation),
  report: (visitId: string, body: T.ReportRequest, operation: string) =>
    post<T.MyVisit>(`/api/visits/${part(visitId)}/report`, body, operation),
  positions: (positions: T.PositionReport[], operation: string) =>
    post<T.PositionsAnswer>("/api/my/positions", { positions }, operation),

  portal: () => get<T.Portal>("/api/portal"),
  track: (token: string) => get<T.TrackView>(`/api/track/${part(token)}`),

  map: () => get<T.MapInfo>("/api/map"),
};
