/** The server's records as they travel. Instants are RFC 3339 UTC strings, dates `YYYY-MM-DD`, spans in seconds (`_s`) or minutes. */

export type Role = "operator" | "dispatcher" | "technician" | "customer" | "admin";
export interface Span { from: string; to: string }
export interface Place { lat: number; lon: number }
export interface Cursor { epoch: string; offset: number }
export interface Stream extends Cursor { topic: string }

export interface Problem {
  code: string;
  status: number;
  ja: string;
  en: string;
  detail: Record<string, unknown> | null;
  field: string | null;
}

export interface Me {
  id: string;
  login: string;
  name: string;
  role: Role;
  language: "ja" | "en";
  territory_id: string | null;
  technician_id: string | null;
  customer_id: string | null;
  server_time: string;
}

export interface Fix { lat: number; lon: number; accuracy_m: number; at: string; seq: number }
export type EtaSource = "gps" | "declared" | "planned";
export interface Eta {
  visit_id: string;
  /** Strictly rising per visit and the same on every screen: what makes two people speak of the same forecast. */
  seq: number;
  earliest: string;
  likely: string;
  latest: string;
  source: EtaSource;
  basis_at: string;
  computed_at: string;
  stops_before: number;
  late_risk: number | null;
  correlation_id: number | null;
}

// Call desk

export interface DeskHit {
  customer_id: string;
  customer_name: string;
  customer_kana: string;
  contract_id: string;
  contract_number: string;
  site_name: string;
  phone: string;
  matched_on: "phone" | "name" | "kana" | "contract" | "serial";
  balance: number;
}

export interface Symptom { code: string; name_ja: string; name_en: string; service_minutes: number; needs_visit: boolean }
export interface Product { id: string; code: string; name_ja: string; name_en: string; maker: string; symptoms: Symptom[] }
export interface Territory { id: string; code: string; name_ja: string; name_en: string; center: Place }
export interface Named { code: string; name_ja: string; name_en: string }
export interface Cause extends Named { own_defect: boolean }
export interface Catalog {
  products: Product[];
  territories: Territory[];
  causes: Cause[];
  qualifications: Named[];
  skills: Named[];
  parts: Named[];
}

export interface Lot {
  id: string;
  number: string;
  origin: "paid" | "promotional";
  count: number;
  available: number;
  held: number;
  consumed: number;
  expired: number;
  issued_on: string;
  expires_on: string;
}
export interface WalletSummary {
  id: string;
  unit: "ticket";
  available: number;
  held: number;
  consumed: number;
  expired: number;
  overdraft: number;
  version: number;
  next_expiry: { on: string; count: number } | null;
  lots: Lot[];
}
export type TicketState = "available" | "held" | "consumed" | "expired" | "voided";
export interface TicketRow {
  number: string;
  state: TicketState;
  lot_id: string;
  expires_on: string;
  issue_id: string | null;
  issue_number: string | null;
}
export interface WalletDetail extends WalletSummary { tickets: TicketRow[]; chain_head: string }

export type Priority = "P1" | "P2" | "P3" | "P4";
export type IssueKind = "fault" | "question" | "inquiry";
export type IssueState =
  | "received" | "triaging" | "remote" | "awaiting_dispatch" | "in_field" | "awaiting_parts"
  | "awaiting_customer" | "resolved" | "closed" | "cancelled";
export type VisitState =
  | "planned" | "offered" | "dispatched" | "accepted" | "declined" | "en_route" | "arrived" | "working"
  | "paused" | "done" | "needs_revisit" | "no_access" | "cancelled";

export interface IssueSummary {
  id: string;
  number: string;
  kind: IssueKind;
  state: IssueState;
  priority: Priority;
  symptom: string | null;
  description: string;
  site_name: string;
  asset_id: string | null;
  created_at: string;
  visit_id: string | null;
  visit_state: VisitState | null;
  eta: Eta | null;
}
export interface PastRepair {
  issue_id: string;
  issue_number: string;
  at: string;
  symptom: string | null;
  description: string;
  cause: string | null;
  remedy: string | null;
  outcome: string | null;
}
export interface Asset {
  id: string;
  site_id: string;
  product_id: string;
  product_name_ja: string;
  product_name_en: string;
  serial: string;
  installed_on: string;
  last_repairs: PastRepair[];
}
export interface Site {
  id: string;
  name: string;
  postcode: string;
  address: string;
  position: Place;
  access_notes: string;
  territory_id: string;
}
export interface ContactPerson { id: string; name: string; kana: string; phone: string; email: string }
export interface ContractCard {
  id: string;
  number: string;
  plan: string;
  starts_on: string;
  ends_on: string;
  version: number;
  customer: { id: string; name: string; kana: string; phones: string[] };
  contacts: ContactPerson[];
  sites: Site[];
  assets: Asset[];
  wallet: WalletSummary;
  open_issues: IssueSummary[];
  policy: {
    overdraft_limit: number;
    recurrence_days: number;
    capture_point: string;
    question_cost: number;
    fault_cost: number;
    inquiry_cost: number;
  };
}

export type Impact = "stopped" | "partial" | "inconvenient" | "none";
export type Urgency = "now" | "today" | "this_week" | "whenever";
export interface IssueRequest {
  kind: IssueKind;
  site_id: string;
  asset_id: string | null;
  product_id: string | null;
  symptom: string | null;
  description: string;
  impact: Impact;
  urgency: Urgency;
  needs_visit: boolean;
  wish: Span | null;
}
export interface IntakeRequest {
  channel: "call" | "mail" | "chat" | "portal";
  contract_id: string;
  contract_version: number;
  contact_id: string | null;
  caller_name: string;
  caller_phone: string;
  on_behalf_of: boolean;
  note: string;
  overdraft: boolean;
  started_at: string | null;
  issues: IssueRequest[];
}
export interface ConsumptionLine {
  index: number;
  units: number;
  tickets: string[];
  reason: string;
  recurrence_of: string | null;
  priority: Priority;
  sentence_ja: string;
  sentence_en: string;
}
export interface Consumption {
  lines: ConsumptionLine[];
  total: number;
  available_before: number;
  available_after: number;
  expiring_used: { on: string; count: number }[];
  overdraft_used: number;
  sentence_ja: string;
  sentence_en: string;
}
export interface IntakeReceipt {
  interaction_id: string;
  interaction_number: string;
  issues: {
    id: string;
    number: string;
    priority: Priority;
    work_order_id: string | null;
    tickets: string[];
    track: { url: string } | null;
  }[];
  consumption: Consumption;
}
export interface IssueDetail extends IssueSummary {
  interaction_id: string;
  contract_id: string;
  contract_number: string;
  customer_name: string;
  caller_name: string;
  caller_phone: string;
  territory_id: string;
  work_order_id: string | null;
  version: number;
  tickets: string[];
  hold_state: "live" | "captured" | "released" | null;
  visits: VisitRow[];
  report: VisitReport | null;
  linked_issue_id: string | null;
}
export type RemoteOutcome = "answered" | "own_defect" | "withdrawn" | "solved_by_article";

// Dispatch

export interface BoardTechnician {
  id: string;
  name: string;
  kana: string;
  phone: string;
  color_index: number;
  home: Place;
  skills: { code: string; level: number }[];
  shift: Span | null;
  break: Span | null;
  position: Fix | null;
  route: string[];
}
export interface VisitRow {
  id: string;
  work_order_id: string;
  issue_id: string;
  issue_number: string;
  territory_id: string;
  technician_id: string | null;
  technician_name: string | null;
  state: VisitState;
  priority: Priority;
  customer_name: string;
  site_name: string;
  address: string;
  position: Place;
  product_name_ja: string;
  product_name_en: string;
  symptom_ja: string;
  symptom_en: string;
  description: string;
  planned_start: string;
  planned_end: string;
  travel_s: number;
  service_minutes: number;
  promised: Span | null;
  version: number;
  eta: Eta | null;
  timeline: {
    accepted_at: string | null;
    en_route_at: string | null;
    arrived_at: string | null;
    started_at: string | null;
    finished_at: string | null;
  };
}
export interface QueueRow {
  work_order_id: string;
  version: number;
  territory_id: string;
  issue_id: string;
  issue_number: string;
  priority: Priority;
  created_at: string;
  arrive_by: string | null;
  customer_name: string;
  site_name: string;
  position: Place;
  product_name_ja: string;
  product_name_en: string;
  symptom_ja: string;
  symptom_en: string;
  description: string;
  service_minutes: number;
  wish: Span | null;
  recurrence: boolean;
}
export interface Board {
  territory_id: string;
  date: string;
  stream: Stream;
  technicians: BoardTechnician[];
  visits: VisitRow[];
  queue: QueueRow[];
}
export interface RuleResult {
  rule: "skill" | "qualification" | "shift" | "absence" | "territory" | "max_jobs" | "parts" | "excluded";
  passed: boolean;
  reason_code: string;
  ja: string;
  en: string;
}
export interface GoalGrade {
  goal: "arrival" | "detour" | "disturbance" | "knows_asset" | "fairness";
  grade: number;
  weight: number;
  ja: string;
  en: string;
}
export interface Candidate {
  technician_id: string;
  technician_name: string;
  fit: boolean;
  rank: number | null;
  total: number | null;
  rules: RuleResult[];
  goals: GoalGrade[];
  insertion: {
    position: number;
    after_visit_id: string | null;
    start: string;
    end: string;
    arrive_earliest: string;
    arrive_latest: string;
    detour_s: number;
  } | null;
  moves: { visit_id: string; customer_name: string; from_start: string; to_start: string; promise_kept: boolean }[];
  breaks: { visit_id: string; customer_name: string; promised: Span; would_start: string }[];
}
export interface Ranking { work_order_id: string; computed_at: string; candidates: Candidate[] }
export interface AssignRequest {
  technician_id: string;
  version: number;
  accept_broken: boolean;
  reason: string | null;
}
/** The new visit, and the path of the customer's tracking page. */
export interface Assigned { visit: VisitRow; track_url: string }
export interface TrackLink { id: string; url: string; expires_at: string }

// Technician

export type ProgressAction =
  | "accept" | "decline" | "set_out" | "arrive" | "start" | "pause" | "resume" | "delay" | "no_access" | "undo";
export interface MyVisit extends VisitRow {
  caller_name: string;
  caller_phone: string;
  access_notes: string;
  serial: string | null;
  last_repairs: PastRepair[];
  balance: number;
  actions: string[];
  report_required: string[];
}
export interface MyDay {
  technician_id: string;
  date: string;
  shift: Span | null;
  server_time: string;
  visits: MyVisit[];
  stream: Stream;
}
export interface ProgressRequest {
  action: ProgressAction;
  at: string;
  version: number | null;
  delay_minutes: number | null;
  reason: string | null;
}
export type VisitOutcome = "repaired" | "own_defect" | "no_fault_found" | "needs_revisit" | "no_access";
export interface VisitReport {
  cause: string;
  cause_ja: string;
  cause_en: string;
  cause_text: string;
  remedy: string;
  parts: { code: string; quantity: number; serial_old: string | null; serial_new: string | null }[];
  minutes: number;
  outcome: string;
  finished_at: string;
}
export interface ReportRequest {
  cause: string;
  cause_text: string;
  remedy: string;
  parts: { code: string; quantity: number; serial_old: string | null; serial_new: string | null }[];
  minutes: number;
  outcome: VisitOutcome;
  at: string;
}
export interface PositionReport { seq: number; lat: number; lon: number; accuracy_m: number; at: string; correlation_id: number | null }
export interface PositionsAnswer { accepted: number; ignored: { seq: number; code: string }[] }

// Customer

export interface TrackView {
  visit_id: string;
  state: VisitState;
  state_ja: string;
  state_en: string;
  vendor_name_ja: string;
  vendor_name_en: string;
  vendor_phone: string;
  technician_name: string | null;
  promised: Span | null;
  eta: Eta | null;
  /** To about 100 m, only while on the way here. */
  position: Place | null;
  destination: Place;
  stops_before: number | null;
  site_name: string;
  product_name_ja: string;
  product_name_en: string;
  timeline: { state: VisitState; at: string }[];
  report: { cause_ja: string; cause_en: string; remedy: string; finished_at: string } | null;
  consumption_ja: string | null;
  consumption_en: string | null;
  stream: Stream;
  expires_at: string;
  server_time: string;
}
export interface PortalContract {
  id: string;
  number: string;
  plan: string;
  starts_on: string;
  ends_on: string;
  wallet: WalletSummary;
  open_issues: IssueSummary[];
}
export interface Portal { customer: { id: string; name: string }; contracts: PortalContract[] }
export interface HistoryEntry {
  id: string;
  at: string;
  kind: string;
  actor_name: string;
  actor_role: string;
  issue_id: string | null;
  issue_number: string | null;
  visit_id: string | null;
  asset_id: string | null;
  site_id: string | null;
  units: number | null;
  tickets: string[];
  ja: string;
  en: string;
  data: Record<string, unknown>;
}
export interface History { entries: HistoryEntry[]; next: string | null }

// Map

export interface MapInfo {
  kind: "streets" | "pmtiles";
  attribution: string;
  center: Place;
  zoom: number;
  bounds: [number, number, number, number] | null;
  url: string;
}

// Live

export interface LiveEvent {
  id: string;
  kind: string;
  version: number;
  at: string;
  actor: { kind: "user" | "system" | "track"; id: string | null; name: string; role: string };
  contract_id: string | null;
  issue_id: string | null;
  work_order_id: string | null;
  visit_id: string | null;
  technician_id: string | null;
  data: Record<string, unknown>;
}
export type ServerFrame =
  | { type: "subscribed"; topic: string; epoch: string; offset: number; complete: boolean }
  | { type: "reset"; topic: string; epoch: string; offset: number }
  | { type: "event"; topic: string; offset: number; event: LiveEvent }
  | { type: "eta"; topic: string; eta: Eta }
  | { type: "position"; topic: string; technician_id: string; fix: Fix }
  | { type: "accepted"; id: number; accepted: number; ignored: { seq: number; code: string }[] }
  | { type: "error"; topic: string | null; code: string; ja: string; en: string };
