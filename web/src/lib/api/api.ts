import { makeSend, type SendOptions } from "./client";
import type * as T from "./types";
import { upload } from "./upload";

function toLogin(): void {
  if (location.pathname === "/login") return;
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search + location.hash)}`);
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

export interface HistoryFilter {
  before?: number | null;
  limit?: number;
  asset_id?: string;
  site_id?: string;
  person_id?: string;
  issue_id?: string;
}

/** What a person posts by hand, by the last part of its address. */
export interface Movements {
  lots: T.LotRequest;
  grants: T.LotRequest;
  captures: T.CaptureRequest;
  releases: T.ReleaseRequest;
  reversals: T.ReversalRequest;
  adjustments: T.AdjustRequest;
  transfers: T.TransferRequest;
  refunds: T.RefundRequest;
  voids: T.VoidRequest;
}

/** A statement may be long: it has more time than other answers. */
const STATEMENT_MS = 30_000;

/** Where the statement of a period lies; `csv` and `pdf` are files to keep. */
export const statementPath = (contractId: string, period: { from: string; to: string; language?: string }, ending: "" | ".csv" | ".pdf" = ""): string =>
  `/api/contracts/${part(contractId)}/statement${ending}${query(period)}`;

/** An empty table of a kind, with its header, to be filled. */
export const templatePath = (kind: T.ImportKind): string => `/api/import/${kind}/template.csv`;
/** Where a whole table lies as a file to keep. */
export const exportPath = (kind: T.ExportKind, ending: "csv" | "jsonl"): string => `/api/export/${kind}.${ending}`;

/** Every route that the screens use, typed. Commands take the operation id of the user action as their last argument. */
export const api = {
  logIn: (login: string, password: string) =>
    send<T.Session>("POST", "/api/session", { body: { login, password } }),
  me: () => get<T.Me>("/api/session"),
  /** The same log-in goes on; the same again does no harm. */
  stayLoggedIn: () => send<{ expires_at: string }>("PUT", "/api/session"),
  logOut: (operation: string) => send<void>("DELETE", "/api/session", { operation }),

  search: (q: string, options?: Signal) => get<T.SearchHits>(`/api/desk/search${query({ q })}`, options),
  /** A ticket or lot by its number; a customer finds his own. */
  ticket: (number: string) => get<T.QuotedTicket>(`/api/tickets${query({ number })}`),
  reported: () => get<T.ReportedIssue[]>("/api/desk/reported"),
  /** Calls that ring for whoever asks, with everybody to whom their numbers belong. */
  telephone: () => get<T.Telephone>("/api/desk/telephone"),
  sitDown: (extension: string | null, operation: string) =>
    send<T.Extension>("PUT", "/api/desk/telephone", { body: { extension }, operation }),
  enterCaller: (body: T.NewCaller, operation: string) => post<T.Caller[]>("/api/desk/callers", body, operation),
  callBacks: () => get<T.CallBackRow[]>("/api/desk/call-backs"),
  takeCallBack: (id: string, version: number, operation: string) =>
    post<T.CallView>(`/api/desk/call-backs/${part(id)}/take`, { version }, operation),
  callBackDone: (id: string, body: T.CallBackEnd, operation: string) =>
    post<T.CallView>(`/api/desk/call-backs/${part(id)}/done`, body, operation),
  catalog: () => get<T.Catalog>("/api/catalog"),
  contract: (id: string, options?: Signal) => get<T.ContractCard>(`/api/contracts/${part(id)}`, options),
  wallet: (contractId: string) => get<T.WalletDetail>(`/api/contracts/${part(contractId)}/wallet`),
  history: (contractId: string, filter: HistoryFilter = {}) =>
    get<T.HistoryPage>(`/api/contracts/${part(contractId)}/history${query({ ...filter })}`),
  historyChoices: (contractId: string) => get<T.HistoryChoices>(`/api/contracts/${part(contractId)}/history/choices`),
  statement: (contractId: string, period: { from: string; to: string }) =>
    send<T.Statement>("GET", statementPath(contractId, period), { timeoutMs: STATEMENT_MS }),
  /** Whether the root of a statement fits the ledger; it writes nothing. */
  checkRoot: (root: string) =>
    send<T.RootCheck>("POST", "/api/ledger-roots/check", { body: { root }, timeoutMs: STATEMENT_MS, attempts: 1 }),
  /** The roots of the days over the whole ledger, newest first. */
  ledgerRoots: () => get<T.LedgerRoot[]>("/api/ledger-roots"),
  setInvoice: (contractId: string, lotId: string, body: T.InvoiceRequest, operation: string) =>
    send<T.Invoice>("PUT", `/api/contracts/${part(contractId)}/wallet/lots/${part(lotId)}/invoice`, { body, operation }),
  acknowledgeLot: (contractId: string, lotId: string, body: T.AcknowledgementRequest, operation: string) =>
    send<T.Acknowledgement>("PUT", `/api/contracts/${part(contractId)}/wallet/lots/${part(lotId)}/acknowledgement`, { body, operation }),
  billOverdraft: (contractId: string, body: T.OverdraftInvoiceRequest, operation: string) =>
    post<T.LedgerReceipt>(`/api/contracts/${part(contractId)}/wallet/overdraft-invoices`, body, operation),
  lotTickets: (contractId: string, lotId: string, after: number | null) =>
    get<T.TicketPage>(`/api/contracts/${part(contractId)}/wallet/lots/${part(lotId)}/tickets${query({ after })}`),
  move: <K extends keyof Movements>(contractId: string, kind: K, body: Movements[K], operation: string) =>
    post<T.LedgerReceipt>(`/api/contracts/${part(contractId)}/wallet/${kind}`, body, operation),
  adjustments: (contractId: string) => get<T.AdjustmentView[]>(`/api/contracts/${part(contractId)}/wallet/adjustments`),
  waitingAdjustments: () => get<T.WaitingAdjustment[]>("/api/adjustments"),
  decideAdjustment: (contractId: string, id: string, accept: boolean, operation: string) =>
    post<T.LedgerReceipt>(`/api/contracts/${part(contractId)}/wallet/adjustments/${part(id)}/decision`, { accept }, operation),
  refusals: (contractId: string) => get<T.RefusalView[]>(`/api/contracts/${part(contractId)}/wallet/refusals`),
  disputes: (contractId: string) => get<T.DisputeRow[]>(`/api/contracts/${part(contractId)}/disputes`),
  openDisputes: () => get<T.DisputeRow[]>(`/api/disputes${query({ state: "open" })}`),
  dispute: (contractId: string, body: T.DisputeRequest, operation: string) =>
    post<T.Dispute>(`/api/contracts/${part(contractId)}/disputes`, body, operation),
  confirmUse: (contractId: string, body: T.ConfirmationRequest, operation: string) =>
    post<T.Confirmation>(`/api/contracts/${part(contractId)}/confirmations`, body, operation),
  decideDispute: (id: string, body: T.DisputeDecision, operation: string) =>
    post<T.Dispute>(`/api/disputes/${part(id)}/decision`, body, operation),
  withdrawDispute: (id: string, version: number, operation: string) =>
    post<T.Dispute>(`/api/disputes/${part(id)}/withdraw`, { version }, operation),
  approvalRule: (contractId: string) => get<T.ApprovalRuleView>(`/api/contracts/${part(contractId)}/approval-rule`),
  setApprovalRule: (contractId: string, body: T.ApprovalRuleRequest, operation: string) =>
    send<T.ApprovalRuleView>("PUT", `/api/contracts/${part(contractId)}/approval-rule`, { body, operation }),
  approvals: (contractId: string) => get<T.ApprovalRow[]>(`/api/contracts/${part(contractId)}/approvals`),
  approve: (issueId: string, body: T.ApprovalRequest, operation: string) =>
    post<T.Approval>(`/api/issues/${part(issueId)}/approval`, body, operation),
  notices: (filter: { unread?: boolean; contract_id?: string; before?: string | null } = {}) =>
    get<T.NoticePage>(`/api/notices${query({ ...filter, unread: filter.unread ? "true" : undefined })}`),
  /** The same again does no harm, so that it needs no operation id. */
  readNotice: (id: string) => send<T.NoticePage>("POST", `/api/notices/${part(id)}/read`),
  reorder: (contractId: string, months: number | null) =>
    send<T.ReorderProposal>("GET", `/api/contracts/${part(contractId)}/reorder${query({ months })}`, { timeoutMs: STATEMENT_MS }),
  comparison: (contractId: string, monthlyYen: number) =>
    get<T.YearCompared>(`/api/contracts/${part(contractId)}/comparison${query({ monthly_yen: monthlyYen })}`),
  policies: (contractId: string) => get<T.PolicyView[]>(`/api/contracts/${part(contractId)}/policies`),
  setPolicy: (contractId: string, body: T.PolicyRequest, operation: string) =>
    post<T.PolicyView[]>(`/api/contracts/${part(contractId)}/policies`, body, operation),

  demand: (filter: { from: string; to: string }) => send<T.Demand>("GET", `/api/reports/demand${query(filter)}`, { timeoutMs: STATEMENT_MS }),
  etaAccuracy: (filter: { days: number; territory?: string }) => get<T.EtaAccuracy>(`/api/reports/eta${query(filter)}`),
  liability: (filter: { from: string; to: string; breakage_permille?: number }) =>
    send<T.Liability>("GET", `/api/reports/liability${query(filter)}`, { timeoutMs: STATEMENT_MS }),
  baseDate: (on?: string) => send<T.BaseDateReport>("GET", `/api/reports/base-date${query({ on })}`, { timeoutMs: STATEMENT_MS }),
  forecast: (filter: { months?: number; day_minutes?: number }) =>
    send<T.Ahead>("GET", `/api/reports/forecast${query(filter)}`, { timeoutMs: STATEMENT_MS }),
  users: () => get<T.Users>("/api/users"),
  addUser: (body: T.NewUser, operation: string) => post<T.PersonView>("/api/users", body, operation),
  changeUser: (id: string, body: T.UserChange, operation: string) =>
    send<T.PersonView>("PUT", `/api/users/${part(id)}`, { body, operation }),
  setPassword: (id: string, password: string, operation: string) =>
    post<T.PersonView>(`/api/users/${part(id)}/password`, { password }, operation),
  userChanges: (id: string) => get<T.UserChanged[]>(`/api/users/${part(id)}/changes`),

  importColumns: (kind: T.ImportKind) => get<T.ColumnView[]>(`/api/import/${kind}`),
  /** What a table would bring, and every fault in it; nothing is written. */
  lookAtTable: (kind: T.ImportKind, file: Blob, onsent: (share: number) => void) =>
    upload<T.ImportReport>(`/api/import/${kind}?dry_run=true`, file, { onsent, onSessionEnded: toLogin }),
  importTable: (kind: T.ImportKind, file: Blob, onsent: (share: number) => void, operation: string) =>
    upload<T.ImportReport>(`/api/import/${kind}`, file, { operation, onsent, onSessionEnded: toLogin }),

  preview: (body: T.IntakeRequest, options: Signal = {}) =>
    send<T.Consumption>("POST", "/api/interactions/preview", { ...options, body, attempts: 1 }),
  /** What a caller can be offered now; changes nothing. */
  slots: (body: T.SlotsRequest, options: Signal = {}) => send<T.Slots>("POST", "/api/slots", { ...options, body, attempts: 1 }),
  /** The proposal that stands for the running day; asking for a new one and supposing change nothing. */
  replan: (territoryId: string) => get<T.Standing>(`/api/replan${query({ territory_id: territoryId })}`),
  askReplan: (territoryId: string) => send<T.ReplanOffer>("POST", "/api/replan", { body: { territory_id: territoryId } }),
  whatIf: (body: T.WhatIfRequest) => send<T.WhatIf>("POST", "/api/replan/what-if", { body }),
  approveReplan: (body: T.ApproveRequest, operation: string) => post<T.Approved>("/api/replan/approve", body, operation),
  holdSlot: (body: T.HoldRequest, operation: string) => post<T.HeldSlot>("/api/slots/holds", body, operation),
  releaseSlot: (id: string, operation: string) => send<T.Nothing>("DELETE", `/api/slots/holds/${part(id)}`, { operation }),
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
  reportForm: (contractId: string) => get<T.ReportForm>(`/api/portal/contracts/${part(contractId)}/report-form`),
  previewReport: (contractId: string, body: T.FaultReport, options: Signal = {}) =>
    send<T.Consumption>("POST", `/api/portal/contracts/${part(contractId)}/reports/preview`, { ...options, body, attempts: 1 }),
  reportFault: (contractId: string, body: T.FaultReport, operation: string) =>
    post<T.IntakeReceipt>(`/api/portal/contracts/${part(contractId)}/reports`, body, operation),
  track: (token: string) => get<T.TrackView>(`/api/track/${part(token)}`),

  map: () => get<T.MapInfo>("/api/map"),
};
