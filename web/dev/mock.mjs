/** A stand-in for the server while the screens are developed: `npm run mock`, then http://127.0.0.1:5180/login. */
import { createServer } from "node:http";
import { existsSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { attach, publish, stream, tell } from "./streams.mjs";
import { openTiles } from "./tiles.mjs";
import * as world from "./world.mjs";

const port = Number(process.env.PORT ?? 5180);
const dist = process.env.DIST ?? fileURLToPath(new URL("../dist", import.meta.url));
const { contracts, technicians, visits, queue, catalog, territory, iso } = world;
/** TILES names a PMTiles file to serve as the base map. */
const tiles = process.env.TILES ? openTiles(process.env.TILES) : null;
const sessions = new Map();
const operations = new Map();
const minute = 60_000;

const problem = (status, code, ja, en, detail = null, field = null) => ({ status, problem: { code, status, ja, en, detail, field } });
const notFound = () => problem(404, "not_found", "見つかりません。", "Not found.");
const public_ = ({ contract, issue, stops, ...rest }) => rest;
const left = (issue) => ({ balance: world.summary(issue.contract.wallet).available, unit: "ticket" });
const visitRow = (visit) => ({ ...public_(visit), ...left(visit.issue) });
const queueRow = (row) => ({ ...public_(row), ...left(row.issue), address: undefined });
const event = (kind, fields, data) => ({ id: world.id("evt"), kind, version: 1, at: iso(Date.now()), actor: { kind: "user", id: null, name: "手配 森", role: "dispatcher" }, contract_id: null, issue_id: null, work_order_id: null, visit_id: null, technician_id: null, ...fields, data });

function say(kind, visit) {
  visit.issue.visit_state = visit.state;
  visit.issue.eta = visit.eta;
  const topics = [`territory:${territory.id}`, `visit:${visit.id}`, `contract:${visit.issue.contract.id}`];
  if (visit.technician_id) topics.push(`technician:${visit.technician_id}`);
  publish(topics, event(kind, { visit_id: visit.id, issue_id: visit.issue_id, contract_id: visit.issue.contract.id, technician_id: visit.technician_id, work_order_id: visit.work_order_id }, { visit: visitRow(visit) }));
}

function sayEta(visit) {
  for (const topic of [`territory:${territory.id}`, `visit:${visit.id}`, `contract:${visit.issue.contract.id}`, `technician:${visit.technician_id}`]) tell(topic, { type: "eta", topic, eta: visit.eta });
}

// The world moves: who is under way sends positions, and forecasts narrow.
setInterval(() => {
  for (const visit of visits.filter((v) => v.state === "en_route")) {
    const technician = technicians.find((t) => t.id === visit.technician_id);
    const p = technician.position;
    technician.position = { lat: p.lat + (visit.position.lat - p.lat) * 0.04, lon: p.lon + (visit.position.lon - p.lon) * 0.04, accuracy_m: 12, at: iso(Date.now() - 2000), seq: p.seq + 1 };
    const mid = Date.parse(visit.eta?.likely ?? visit.planned_start);
    const half = Math.max(3 * minute, (Date.parse(visit.eta.latest) - Date.parse(visit.eta.earliest)) / 2 - 20_000);
    visit.eta = world.eta(visit, mid - half, mid + half, "gps", visit.eta.late_risk);
    visit.issue.eta = visit.eta;
    sayEta(visit);
    for (const topic of [`territory:${territory.id}`, `visit:${visit.id}`]) tell(topic, { type: "position", topic, technician_id: technician.id, fix: technician.position });
  }
}, 5000);

// STORM=20: so many visits change each second, for measuring the board.
let storm = 0;
if (process.env.STORM) {
  setInterval(() => {
    const open = visits.filter((v) => v.eta && v.state !== "en_route");
    for (let i = 0; i < Number(process.env.STORM) && open.length; i += 1) {
      const visit = open[storm++ % open.length];
      visit.version += 1;
      visit.planned_start = iso(Date.parse(visit.planned_start) + (storm % 2 ? 2 : -2) * minute);
      visit.planned_end = iso(Date.parse(visit.planned_start) + visit.service_minutes * minute);
      say("visit.rescheduled", visit);
    }
  }, 1000).unref();
}

const matrix = { stopped: { now: "P1", today: "P1", this_week: "P2", whenever: "P2" }, partial: { now: "P2", today: "P2", this_week: "P3", whenever: "P3" }, inconvenient: { now: "P3", today: "P3", this_week: "P3", whenever: "P4" }, none: { now: "P4", today: "P4", this_week: "P4", whenever: "P4" } };

function consumption(request) {
  const contract = contracts.find((c) => c.id === request.contract_id);
  const before = world.summary(contract.wallet).available;
  const lines = request.issues.map((issue, index) => {
    const asset = contract.assets.find((a) => a.id === issue.asset_id);
    const again = issue.kind === "fault" && asset?.last_repairs.find((r) => r.symptom === issue.symptom && Date.now() - Date.parse(r.at) < 30 * 86_400_000);
    const units = issue.kind === "inquiry" || again ? 0 : 1;
    const reason = again ? "recurrence" : issue.kind === "inquiry" ? "inquiry" : "standard";
    const ja = again ? `${index + 1}件目は12日前の修理(${again.issue_number})の再発のため 0枚` : units ? `${index + 1}件目は 1枚` : `${index + 1}件目は照会のため 0枚`;
    const en = again ? `Issue ${index + 1}: recurrence of ${again.issue_number} 12 days ago, 0 tickets` : units ? `Issue ${index + 1}: 1 ticket` : `Issue ${index + 1}: an inquiry, 0 tickets`;
    return { index, units, tickets: units ? [`TK-2026-004512-0${index + 1}-3`] : [], reason, recurrence_of: again ? again.issue_number : null, priority: matrix[issue.impact][issue.urgency], sentence_ja: ja, sentence_en: en };
  });
  const total = lines.reduce((sum, line) => sum + line.units, 0);
  const short = Math.max(0, total - before);
  if (short > 0 && !(request.overdraft && short <= contract.policy.overdraft_limit)) {
    return problem(409, "wallet.insufficient", `チケットが足りません(残 ${before}枚、必要 ${total}枚)。超過利用または購入をご案内ください。`, `Not enough tickets (${before} left, ${total} needed). Offer overdraft or a purchase.`, { available: before, needed: total, overdraft_left: contract.policy.overdraft_limit });
  }
  const after = Math.max(0, before - total);
  return { lines, total, available_before: before, available_after: after, expiring_used: total > short ? [{ on: contract.wallet.lots[0].expires_on, count: Math.min(total, 3) }] : [], overdraft_used: short, sentence_ja: `今回は ${lines.length} 要件で ${total}枚を使います(残 ${before}枚 → ${after}枚)。`, sentence_en: `${lines.length} issues use ${total} tickets (${before} → ${after} left).` };
}

function candidates(workOrderId) {
  const row = queue.find((r) => r.work_order_id === workOrderId);
  if (!row) {
    const taken = visits.find((v) => v.work_order_id === workOrderId);
    return problem(409, "work_order.taken", `すでに${taken?.technician_name}に手配済みです(9:06)。`, `It is already assigned to ${taken?.technician_name} (9:06).`, taken ? { visit: visitRow(taken) } : null);
  }
  const rule = (name, passed, ja, en) => ({ rule: name, passed, reason_code: `${name}.${passed ? "ok" : "no"}`, ja, en });
  const list = technicians.map((t, i) => {
    const level = t.skills[0].level;
    const rules = [
      rule("skill", level >= 3 || i < 3, level >= 3 || i < 3 ? `スキル ${level} ≥ 2` : `スキル ${level} < 3(この機種)`, level >= 3 || i < 3 ? `Skill level ${level} is enough` : `Skill level ${level} below 3 for this model`),
      rule("qualification", i % 5 !== 4, i % 5 !== 4 ? "冷媒取扱資格 有効" : "冷媒取扱資格 2026/10/31 で失効", i % 5 !== 4 ? "Refrigerant licence valid" : "Refrigerant licence expired 31 Oct 2026"),
      rule("shift", i !== 11, i !== 11 ? "勤務時間内" : "本日は非番", i !== 11 ? "Within the shift" : "Not on shift today"),
      rule("territory", true, "担当エリア内", "Own territory"),
    ];
    const fit = rules.every((r) => r.passed);
    const from = Date.now() + (18 + i * 7) * minute;
    const goal = (name, grade, weight, ja, en) => ({ goal: name, grade, weight, ja, en });
    return {
      technician_id: t.id, technician_name: t.name, fit, rank: null, total: fit ? Math.round((94 - i * 5.3) * 10) / 10 : null, rules,
      goals: fit ? [goal("arrival", 96 - i * 6, 40, `${18 + i * 7}分で到着`, `Arrives in ${18 + i * 7} min`), goal("detour", 88 - i * 4, 20, `回り道 ${3 + i}分`, `${3 + i} min detour`), goal("disturbance", i === 0 ? 70 : 100, 20, i === 0 ? "点検1件が50分後ろへ(約束内)" : "他の予定に影響なし", i === 0 ? "Moves one visit by 50 min, promise kept" : "Disturbs nothing"), goal("knows_asset", i === 1 ? 100 : 40, 10, i === 1 ? "前回この機器を担当" : "この機器は初めて", i === 1 ? "Repaired this asset last time" : "New to this asset"), goal("fairness", 60 + i * 3, 10, `本日 ${t.route.length}件`, `${t.route.length} visits today`)] : [],
      insertion: fit ? { position: 1, after_visit_id: t.route[0] ?? null, start: iso(from + 6 * minute), end: iso(from + (6 + row.service_minutes) * minute), arrive_earliest: iso(from), arrive_latest: iso(from + 13 * minute), detour_s: (3 + i) * 60 } : null,
      moves: i === 0 ? [{ visit_id: t.route[2] ?? t.route[0], customer_name: "株式会社加賀友禅会館", from_start: iso(from + 90 * minute), to_start: iso(from + 140 * minute), promise_kept: true }] : [],
      breaks: i === 2 && fit ? [{ visit_id: t.route[2] ?? t.route[0], customer_name: "株式会社兼六ホテル", promised: { from: iso(from + 60 * minute), to: iso(from + 120 * minute) }, would_start: iso(from + 134 * minute) }] : [],
    };
  });
  const fit = list.filter((c) => c.fit);
  fit.forEach((c, i) => (c.rank = i + 1));
  return { work_order_id: workOrderId, computed_at: iso(Date.now()), candidates: [...fit, ...list.filter((c) => !c.fit)] };
}

const actions = { dispatched: ["accept", "decline"], planned: ["accept", "decline"], accepted: ["set_out", "delay"], en_route: ["arrive", "delay", "undo"], arrived: ["start", "no_access", "undo"], working: ["pause", "report", "undo"], paused: ["resume"] };
const effects = { accept: ["accepted", "accepted_at"], set_out: ["en_route", "en_route_at"], arrive: ["arrived", "arrived_at"], start: ["working", "started_at"], pause: ["paused"], resume: ["working"], no_access: ["no_access"], decline: ["declined"] };
function myVisit(visit) {
  const contract = visit.issue.contract;
  const asset = contract.assets.find((a) => a.id === visit.issue.asset_id);
  return { ...visitRow(visit), caller_name: contract.contacts[0].name, caller_phone: contract.contacts[0].phone, access_notes: contract.sites[0].access_notes, serial: asset?.serial ?? null, last_repairs: asset?.last_repairs ?? [], parts_needed: [], actions: actions[visit.state] ?? [], report_required: ["cause", "remedy", "outcome"] };
}

function progress(visit, body) {
  if (body.action === "undo") {
    visit.state = visit.before ?? visit.state;
  } else if (body.action === "delay") {
    const shift = body.delay_minutes * minute;
    visit.eta = world.eta(visit, Date.parse(visit.eta.earliest) + shift, Date.parse(visit.eta.latest) + shift, "declared", 0.3);
  } else {
    if (!(actions[visit.state] ?? []).includes(body.action)) return problem(409, "visit.transition", "今の状態ではこの操作はできません。", "Not possible in this state.");
    const [state, stamp] = effects[body.action];
    visit.before = visit.state;
    visit.state = state;
    if (stamp) visit.timeline[stamp] = body.at;
    if (state === "en_route") visit.eta = world.eta(visit, Date.now() + 12 * minute, Date.now() + 25 * minute, "gps");
    if (state === "arrived") visit.eta = null;
  }
  visit.version += 1;
  say({ accept: "visit.accepted", decline: "visit.declined", set_out: "visit.set_out", arrive: "visit.arrived", start: "visit.started", pause: "visit.paused", resume: "visit.resumed", delay: "visit.delayed", no_access: "visit.no_access", undo: "visit.undone" }[body.action], visit);
  return myVisit(visit);
}

function issueSummary({ contract, site_id, version, tickets, ...issue }) {
  return issue;
}
function card(contract) {
  const { issues, history, ...rest } = contract;
  return { ...rest, wallet: world.summary(contract.wallet), open_issues: issues.filter((i) => !["closed", "cancelled"].includes(i.state)).map(issueSummary) };
}

export function trackView(visit) {
  const words = { planned: ["予定", "Planned"], dispatched: ["手配済", "Dispatched"], accepted: ["受諾", "Accepted"], en_route: ["移動中", "On the way"], arrived: ["到着", "Arrived"], working: ["作業中", "Working"], paused: ["中断", "Paused"], done: ["作業完了", "Done"], needs_revisit: ["要再訪", "Revisit needed"] }[visit.state] ?? [visit.state, visit.state];
  const steps = [["dispatched", iso(Date.parse(visit.planned_start) - 90 * minute)], ["accepted", visit.timeline.accepted_at], ["en_route", visit.timeline.en_route_at], ["arrived", visit.timeline.arrived_at], ["working", visit.timeline.started_at], ["done", visit.timeline.finished_at]];
  const technician = technicians.find((t) => t.id === visit.technician_id);
  return { visit_id: visit.id, state: visit.state, state_ja: words[0], state_en: words[1], vendor_name_ja: "かなざわ保守サービス", vendor_name_en: "Kanazawa Maintenance", vendor_phone: "076-555-0100", technician_name: visit.technician_name, promised: visit.promised, eta: visit.eta, position: visit.state === "en_route" ? { lat: Math.round(technician.position.lat * 1000) / 1000, lon: Math.round(technician.position.lon * 1000) / 1000 } : null, destination: visit.position, clock: { now: iso(Date.now()), speed: 1, zone: "Asia/Tokyo" }, stops_before: visit.eta?.stops_before ?? null, site_name: visit.site_name, product_name_ja: visit.product_name_ja, product_name_en: visit.product_name_en, timeline: steps.filter(([, at]) => at).map(([state, at]) => ({ state, at })), report: visit.state === "done" ? { cause_ja: "汚れ・目詰まり", cause_en: "Dirt, clogging", remedy: "凝縮器を洗浄し、試運転で圧力が正常なことを確認しました。", finished_at: visit.timeline.finished_at } : null, consumption_ja: visit.state === "done" ? "再発のため 0枚(残 8枚)" : null, consumption_en: visit.state === "done" ? "Recurrence: 0 tickets (8 left)" : null, stream: stream(`visit:${visit.id}`), expires_at: iso(Date.parse(visit.planned_end) + 86_400_000) };
}
/** Tracking tokens of the mock are states: /t/en_route shows some visit that is under way. */
const late = () => { const visit = visits.filter((v) => v.state === "en_route").at(-1); visit.eta = world.eta(visit, Date.parse(visit.promised.to) + 2 * minute, Date.parse(visit.promised.to) + 16 * minute, "declared", 0.9); return visit; };
const tracked = (token) => token === "late" ? late() : visits.find((v) => v.id === token) ?? visits.find((v) => v.state === token) ?? null;

const routes = [
  ["POST", "/api/session", ({ body }) => {
    const user = world.users[body.login];
    if (!user || body.password !== "demo") return problem(401, "auth.failed", "ログイン名またはパスワードが違います。", "Login name or password is wrong.");
    const token = world.id("ses");
    sessions.set(token, user);
    return { token, user: { ...user, clock: { now: iso(Date.now()), speed: 1, zone: "Asia/Tokyo" } }, cookie: token };
  }],
  ["GET", "/api/session", ({ user }) => ({ ...user, clock: { now: iso(Date.now()), speed: 1, zone: "Asia/Tokyo" } })],
  ["DELETE", "/api/session", () => ({})],
  ["GET", "/api/desk/search", ({ query }) => {
    const q = (query.get("q") ?? "").trim();
    const digits = q.replace(/\D/g, "");
    const hits = contracts.flatMap((c) => {
      const on = digits.length >= 3 && c.customer.phones[0].replaceAll("-", "").includes(digits) ? "phone" : c.customer.name.includes(q) ? "name" : c.customer.kana.includes(q) ? "kana" : c.number.includes(q.toUpperCase()) ? "contract" : c.assets.some((a) => a.serial.includes(q.toUpperCase())) ? "serial" : null;
      return on ? [{ customer_id: c.customer.id, customer_name: c.customer.name, customer_kana: c.customer.kana, contract_id: c.id, contract_number: c.number, site_name: c.sites[0].name, phone: c.customer.phones[0], matched_on: on, balance: world.summary(c.wallet).available, unit: "ticket" }] : [];
    });
    return { hits: hits.slice(0, 20) };
  }],
  ["GET", "/api/catalog", () => catalog],
  ["GET", "/api/contracts/:id", ({ p }) => { const c = contracts.find((c) => c.id === p[0]); return c ? card(c) : notFound(); }],
  ["GET", "/api/contracts/:id/history", ({ p, query }) => { const c = contracts.find((c) => c.id === p[0]); const from = Number(query.get("before") ?? 0); const size = Number(query.get("limit") ?? 50); return { entries: c.history.slice(from, from + size), earlier: [], next: from + size < c.history.length ? String(from + size) : null }; }],
  ["GET", "/api/contracts/:id/wallet", ({ p }) => { const c = contracts.find((c) => c.id === p[0]); const tickets = c.wallet.lots.flatMap((lot) => Array.from({ length: lot.count }, (_, i) => { const state = i < lot.consumed ? "consumed" : i < lot.consumed + lot.held ? "held" : "available"; const used = state !== "available" ? c.issues[i % Math.max(1, c.issues.length)] : null; return { number: `TK-${lot.number.slice(2)}-${String(i + 1).padStart(2, "0")}-${(i * 7) % 10}`, state, lot_id: lot.id, expires_on: lot.expires_on, issue_id: used?.id ?? null, issue_number: used?.number ?? null }; })); return { ...world.summary(c.wallet), tickets, chain_head: "9f2c".padEnd(64, "0") }; }],
  ["POST", "/api/interactions/preview", ({ body }) => consumption(body)],
  ["POST", "/api/interactions", ({ body, user }) => {
    const contract = contracts.find((c) => c.id === body.contract_id);
    if (body.contract_version !== contract.version) return problem(409, "record.stale", "契約の内容が変わりました。最新の内容を確かめてください。", "The contract has changed. Please check the current version.", { current: card(contract) });
    const used = consumption(body);
    if (used.problem) return used;
    const issues = body.issues.map((request, i) => {
      const issue = world.makeIssue(contract, request, used.lines[i].priority);
      let row = null;
      if (request.needs_visit) {
        row = world.makeQueueRow(issue, issue.priority === "P1" ? 120 : 240);
        publish([`territory:${territory.id}`, `contract:${contract.id}`], event("work_order.opened", { work_order_id: row.work_order_id, issue_id: issue.id, contract_id: contract.id }, { queue: queueRow(row) }));
      }
      let left = used.lines[i].units;
      for (const lot of contract.wallet.lots) { const take = Math.min(left, lot.available); lot.available -= take; lot.held += take; left -= take; }
      contract.history.unshift({ ...world.entry(contract, issue, "issue.received", 0, user.name, user.role, -used.lines[i].units || null, `要件 ${issue.number} を受け付けました`, `Issue ${issue.number} received`), at: iso(Date.now()) });
      return { id: issue.id, number: issue.number, priority: issue.priority, work_order_id: row?.work_order_id ?? null, tickets: used.lines[i].tickets, track: null };
    });
    contract.version += 1;
    publish([`contract:${contract.id}`], event("interaction.logged", { contract_id: contract.id }, {}));
    return { interaction_id: world.id("int"), interaction_number: `KNZ-2026-I-00${512 + contract.version}`, issues, consumption: used, created: true };
  }],
  ["GET", "/api/issues/:id", ({ p }) => { const issue = contracts.flatMap((c) => c.issues).find((i) => i.id === p[0]); if (!issue) return notFound(); const c = issue.contract; return { ...issueSummary(issue), interaction_id: "int_0", contract_id: c.id, contract_number: c.number, customer_name: c.customer.name, caller_name: c.contacts[0].name, caller_phone: c.contacts[0].phone, territory_id: territory.id, work_order_id: null, version: issue.version, tickets: ["TK-2026-004512-07-3"], hold_state: "live", visits: visits.filter((v) => v.issue_id === issue.id).map(visitRow), report: issue.state === "closed" ? { cause: "dirt", cause_ja: "汚れ・目詰まり", cause_en: "Dirt, clogging", cause_text: "", remedy: "凝縮器を洗浄し、試運転で圧力が正常に戻ったことを確認", parts: [{ code: "FAN-30", quantity: 1, serial_old: null, serial_new: null }], minutes: 52, outcome: "repaired", finished_at: iso(Date.now()) } : null, linked_issue_id: null }; }],
  ["POST", "/api/issues/:id/outcome", ({ p, body }) => { const issue = contracts.flatMap((c) => c.issues).find((i) => i.id === p[0]); issue.state = "closed"; issue.version += 1; publish([`contract:${issue.contract.id}`], event("issue.closed", { issue_id: issue.id, contract_id: issue.contract.id }, { outcome: body.outcome })); return { ...issueSummary(issue), version: issue.version, tickets: [], visits: [], hold_state: body.outcome === "answered" ? "captured" : "released" }; }],
  ["GET", "/api/visits/:id/track-links", () => ({ links: [] })],
  ["GET", "/api/technicians/:id/absences", () => ({ absences: [] })],
  ["GET", "/api/territory-loads", () => ({ territories: [{ territory_id: territory.id, waiting: queue.length, urgent: 1, stopped: 0 }] })],
  ["GET", "/api/board", () => ({ territory_id: territory.id, date: world.today, stream: stream(`territory:${territory.id}`), technicians, visits: visits.map(visitRow), queue: queue.map(queueRow) })],
  ["GET", "/api/work-orders/:id/candidates", ({ p }) => candidates(p[0])],
  ["POST", "/api/work-orders/:id/assign", ({ p, body }) => {
    const ranking = candidates(p[0]);
    if (ranking.problem) return ranking;
    const row = queue.find((r) => r.work_order_id === p[0]);
    if (row.version !== body.version) return problem(409, "record.stale", "作業指示が変わりました。", "The work order has changed.", { current: queueRow(row) });
    const candidate = ranking.candidates.find((c) => c.technician_id === body.technician_id);
    if (!candidate.fit) return problem(409, "technician.unfit", "この技術員は条件を満たしません。", "This technician does not fit.", { reasons: candidate.rules.filter((r) => !r.passed) });
    if (candidate.breaks.length && !body.accept_broken) return problem(409, "promise.would_break", "約束の時間を守れない訪問が出ます。", "A promise would be broken.", { broken: candidate.breaks });
    const visit = world.visitOf(row, technicians.find((t) => t.id === body.technician_id), Date.parse(candidate.insertion.start));
    say("visit.assigned", visit);
    return { visit: visitRow(visit), track_url: `/t/${visit.id}`, created: true };
  }],
  ["POST", "/api/visits/:id/unassign", ({ p }) => {
    const visit = visits.find((v) => v.id === p[0]);
    visits.splice(visits.indexOf(visit), 1);
    const technician = technicians.find((t) => t.id === visit.technician_id);
    technician.route = technician.route.filter((v) => v !== visit.id);
    const row = Object.assign(world.makeQueueRow(visit.issue, 120), { work_order_id: visit.work_order_id, version: 3 });
    visit.issue.visit_id = visit.issue.visit_state = visit.issue.eta = null;
    visit.issue.state = "awaiting_dispatch";
    publish([`territory:${territory.id}`], event("visit.unassigned", { visit_id: visit.id, work_order_id: row.work_order_id }, { visit: { ...visitRow(visit), state: "cancelled", version: visit.version + 1 } }));
    publish([`territory:${territory.id}`], event("work_order.reopened", { work_order_id: row.work_order_id }, { queue: queueRow(row) }));
    return { work_order_id: row.work_order_id };
  }],
  ["POST", "/api/visits/:id/cancel", ({ p }) => { const visit = visits.find((v) => v.id === p[0]); visit.state = "cancelled"; visit.version += 1; say("visit.cancelled", visit); return visitRow(visit); }],
  ["POST", "/api/visits/:id/track-links", ({ p }) => ({ id: world.id("lnk"), url: `/t/${p[0]}`, expires_at: iso(Date.now() + 86_400_000) })],
  ["GET", "/api/my/day", ({ user }) => ({ technician_id: user.technician_id, date: world.today, shift: technicians[0].shift, clock: { now: iso(Date.now()), speed: 1, zone: "Asia/Tokyo" }, visits: visits.filter((v) => v.technician_id === user.technician_id).map(myVisit), stream: stream(`technician:${user.technician_id}`) })],
  ["POST", "/api/visits/:id/progress", ({ p, body }) => { const visit = visits.find((v) => v.id === p[0]); return visit ? progress(visit, body) : notFound(); }],
  ["POST", "/api/visits/:id/report", ({ p, body }) => { const visit = visits.find((v) => v.id === p[0]); visit.state = body.outcome === "needs_revisit" ? "needs_revisit" : body.outcome === "no_access" ? "no_access" : "done"; visit.timeline.finished_at = body.at; visit.version += 1; say("visit.finished", visit); return myVisit(visit); }],
  ["POST", "/api/my/positions", ({ body }) => ({ accepted: body.positions.length, ignored: [] })],
  ["GET", "/api/track/:token", ({ p }) => { const visit = tracked(p[0]); return visit ? trackView(visit) : p[0] === "revoked" ? problem(410, "link.revoked", "この案内リンクは取り消されました。", "This link was withdrawn.") : problem(410, "link.expired", "このご案内の有効期限が過ぎました。", "This link has expired."); }],
  ["GET", "/api/portal", ({ user }) => { const own = contracts.filter((c) => c.customer.id === user.customer_id); return { customer: { id: own[0].customer.id, name: own[0].customer.name }, contracts: own.map((c) => { const { id, number, plan, billing, starts_on, ends_on, wallet, open_issues } = card(c); return { id, number, plan, billing, starts_on, ends_on, wallet, open_issues }; }) }; }],
  ["GET", "/api/map", () => tiles ? { kind: "pmtiles", attribution: "© OpenMapTiles © OpenStreetMap contributors", center: tiles.center, zoom: 12, bounds: tiles.bounds, url: "/tiles/{z}/{x}/{y}.pbf" } : ({ kind: "streets", attribution: "© OpenStreetMap contributors", center: territory.center, zoom: 12, bounds: [136.56, 36.5, 136.75, 36.62], url: "/api/map/streets" })],
  ["GET", "/api/map/streets", () => streets()],
];

/** A made-up town, a bent grid with a river; or the file that STREETS names. */
function streets() {
  if (process.env.STREETS) return JSON.parse(readFileSync(process.env.STREETS, "utf8"));
  const line = (klass, name_ja, points) => ({ type: "Feature", properties: { class: klass, name_ja, name_en: "" }, geometry: { type: "LineString", coordinates: points } });
  const features = [];
  for (let i = -12; i <= 12; i += 1) {
    const klass = i % 6 === 0 ? "primary" : i % 3 === 0 ? "secondary" : "residential";
    const points = (vertical) => Array.from({ length: 25 }, (_, k) => { const a = (k - 12) * 0.006; const b = i * 0.0055 + Math.sin(k / 4 + i) * 0.0012; return vertical ? [136.6562 + b, 36.5613 + a * 0.8] : [136.6562 + a * 1.1, 36.5613 + b * 0.8]; });
    features.push(line(klass, i === 0 ? "国道157号" : "", points(true)), line(klass, i === 0 ? "百万石通り" : "", points(false)));
  }
  const bank = Array.from({ length: 30 }, (_, k) => [136.57 + k * 0.006, 36.535 + Math.sin(k / 5) * 0.008]);
  features.push({ type: "Feature", properties: { class: "water", name_ja: "犀川", name_en: "Sai River" }, geometry: { type: "Polygon", coordinates: [[...bank, ...bank.map(([x, y]) => [x, y - 0.0018]).reverse(), bank[0]]] } });
  [["金沢駅", 136.648, 36.578], ["香林坊", 136.653, 36.561], ["寺町", 136.657, 36.549]].forEach(([name, lon, lat]) => features.push({ type: "Feature", properties: { class: "district", name_ja: name, name_en: name }, geometry: { type: "Point", coordinates: [lon, lat] } }));
  return { type: "FeatureCollection", features };
}

const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".webmanifest": "application/manifest+json" };
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

function sendFile(request, response, url) {
  const language = url.searchParams.get("lang") ?? /kaketsuke_lang=(ja|en)/.exec(request.headers.cookie ?? "")?.[1] ?? "ja";
  const name = url.pathname === "/" ? "home" : url.pathname.startsWith("/t/") ? "track" : url.pathname.slice(1);
  const file = [join(dist, url.pathname), join(dist, `${name}.${language}.html`)].find((path) => extname(path) && existsSync(path));
  if (!file) return response.writeHead(404).end("not found");
  response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream", "content-security-policy": csp, "cache-control": "no-cache" });
  const bytes = readFileSync(file);
  response.end(name === "track" ? String(bytes).replace(/<!--(rail|van_.)-->/g, "4").replace(/<!--\w+-->/g, "") : bytes);
}

function sendJson(response, result) {
  const { problem, cookie, created, ...body } = result;
  if (cookie) response.setHeader("set-cookie", `kaketsuke_session=${cookie}; Path=/; HttpOnly; SameSite=Lax`);
  if (problem) response.writeHead(problem.status, { "content-type": "application/problem+json" }).end(JSON.stringify(problem));
  else response.writeHead(created ? 201 : 200, { "content-type": "application/json" }).end(JSON.stringify(Array.isArray(result) ? result : body));
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, "http://mock");
  const tile = /^\/tiles\/(\d+)\/(\d+)\/(\d+)\.pbf$/.exec(url.pathname);
  if (tile && tiles) {
    const bytes = tiles.tile(Number(tile[1]), Number(tile[2]), Number(tile[3]));
    return bytes ? response.writeHead(200, { "content-type": "application/x-protobuf" }).end(bytes) : response.writeHead(204).end();
  }
  if (!url.pathname.startsWith("/api/")) return sendFile(request, response, url);
  let text = "";
  for await (const chunk of request) text += chunk;
  const operation = request.headers["idempotency-key"];
  if (operation && operations.has(operation)) return sendJson(response, operations.get(operation));
  const user = sessions.get(/kaketsuke_session=(\w+)/.exec(request.headers.cookie ?? "")?.[1]);
  for (const [method, pattern, handle] of routes) {
    const match = new RegExp(`^${pattern.replace(/:\w+/g, "([^/]+)")}$`).exec(url.pathname);
    if (method !== request.method || !match) continue;
    const open = url.pathname.startsWith("/api/track/") || (method === "POST" && pattern === "/api/session");
    if (!open && !user) return sendJson(response, problem(401, "auth.required", "ログインしてください。", "Please log in."));
    const result = handle({ p: match.slice(1), query: url.searchParams, body: text ? JSON.parse(text) : null, user });
    if (operation && !result.problem) operations.set(operation, result);
    return setTimeout(() => sendJson(response, result), Number(process.env.DELAY ?? 20));
  }
  sendJson(response, notFound());
});
attach(server, (positions) => ({ accepted: positions.length, ignored: [] }));
server.listen(port, "127.0.0.1", () => console.log(`mock on http://127.0.0.1:${port} (users yoshida, mori, nakata, nakamura; password demo)`));
