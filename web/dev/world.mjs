/** A small made-up company for developing the screens: one territory, twelve technicians, a day around the present. */

let counter = 0;
export const id = (prefix) => `${prefix}_${(++counter).toString(16).padStart(32, "0")}`;
const minute = 60_000;
/** The whole day is laid around the start of the mock, so that there is always something under way. */
export const start = Math.floor(Date.now() / minute) * minute;
export const iso = (ms) => new Date(ms).toISOString();
export const at = (minutes) => iso(start + minutes * minute);
export const today = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Tokyo" }).format(start);
// CENTER=37.18,137.62 moves the company, for base maps of other towns.
const [lat = 36.5613, lon = 136.6562] = process.env.CENTER?.split(",").map(Number) ?? [];
const center = { lat, lon };
const near = (i, spread = 0.05) => ({
  lat: center.lat + Math.sin(i * 2.4) * spread * (0.25 + (i % 5) / 6),
  lon: center.lon + Math.cos(i * 1.7) * spread * 1.2 * (0.25 + (i % 4) / 5),
});

const symptom = (code, name_ja, name_en, service_minutes, needs_visit) => ({ code, name_ja, name_en, service_minutes, needs_visit });
export const catalog = {
  products: [
    {
      id: id("prd"), code: "CHILLER-30", name_ja: "水冷チラー UC-30", name_en: "Water chiller UC-30", maker: "北陸冷機",
      symptoms: [
        symptom("no_cooling", "冷えない・停止", "Not cooling, stopped", 90, true),
        symptom("high_pressure", "高圧異常で停止", "High pressure trip", 75, true),
        symptom("noise", "異音・振動", "Noise, vibration", 60, true),
        symptom("timer", "タイマー設定", "Timer setting", 10, false),
      ],
    },
    {
      id: id("prd"), code: "MFP-C5", name_ja: "複合機 C5000", name_en: "Copier C5000", maker: "加賀事務機",
      symptoms: [
        symptom("jam", "紙づまり多発", "Frequent paper jams", 40, true),
        symptom("streak", "印刷のかすれ・すじ", "Streaks in print", 45, true),
        symptom("scan", "スキャン送信できない", "Cannot send scans", 20, false),
      ],
    },
    {
      id: id("prd"), code: "POS-7", name_ja: "POSレジ R7", name_en: "POS register R7", maker: "百万石システム",
      symptoms: [
        symptom("no_boot", "起動しない", "Does not start", 50, true),
        symptom("drawer", "ドロワーが開かない", "Drawer does not open", 30, true),
        symptom("receipt", "レシートが出ない", "No receipt", 25, false),
      ],
    },
  ],
  territories: [{ id: id("ter"), code: "KNZ", name_ja: "金沢", name_en: "Kanazawa", center }],
  causes: [
    { code: "wear", name_ja: "消耗・経年", name_en: "Wear and age", own_defect: false },
    { code: "dirt", name_ja: "汚れ・目詰まり", name_en: "Dirt, clogging", own_defect: false },
    { code: "setting", name_ja: "設定・操作", name_en: "Setting or handling", own_defect: false },
    { code: "power", name_ja: "電源・配線(お客様側)", name_en: "Power, wiring (customer)", own_defect: false },
    { code: "own_work", name_ja: "当社の施工・作業", name_en: "Our own earlier work", own_defect: true },
  ],
  qualifications: [{ code: "refrigerant", name_ja: "冷媒取扱", name_en: "Refrigerant" }],
  skills: [
    { code: "chiller", name_ja: "冷凍空調", name_en: "Chillers" },
    { code: "copier", name_ja: "複合機", name_en: "Copiers" },
    { code: "pos", name_ja: "POS", name_en: "POS" },
  ],
  parts: [
    { code: "FAN-30", name_ja: "凝縮器ファンモーター", name_en: "Condenser fan motor" },
    { code: "PSW-HP", name_ja: "高圧スイッチ", name_en: "High pressure switch" },
    { code: "ROLL-C5", name_ja: "給紙ローラー", name_en: "Feed roller" },
    { code: "PSU-R7", name_ja: "電源ユニット", name_en: "Power supply" },
  ],
};
export const territory = catalog.territories[0];

const names = [
  ["北陸精密工業", "ほくりくせいみつこうぎょう", "076-555-0101"], ["犀川食品", "さいがわしょくひん", "076-555-0112"],
  ["加賀友禅会館", "かがゆうぜんかいかん", "076-555-0123"], ["兼六ホテル", "けんろくほてる", "076-555-0134"],
  ["浅野川病院", "あさのがわびょういん", "076-555-0145"], ["白山印刷", "はくさんいんさつ", "076-555-0156"],
  ["金石水産", "かないわすいさん", "076-555-0167"], ["香林坊書店", "こうりんぼうしょてん", "076-555-0178"],
  ["尾山ビル管理", "おやまびるかんり", "076-555-0101"], ["内灘スーパー", "うちなだすーぱー", "076-555-0199"],
];

function wallet(i) {
  const lots = [
    { id: id("lot"), number: `L-2025-${String(100 + i).padStart(4, "0")}`, origin: "paid", count: 10, available: i === 9 ? 0 : 3, held: 1, consumed: i === 9 ? 9 : 6, expired: 0, issued_on: "2025-12-01", expires_on: "2026-12-31" },
    { id: id("lot"), number: `L-2026-${String(4500 + i).padStart(6, "0")}`, origin: "promotional", count: 2, available: i === 9 ? 0 : 1, held: 0, consumed: i === 9 ? 2 : 1, expired: 0, issued_on: "2026-04-01", expires_on: "2027-03-31" },
    { id: id("lot"), number: `L-2026-${String(4600 + i).padStart(6, "0")}`, origin: "paid", count: 5, available: i === 9 ? 0 : 4, held: 0, consumed: i === 9 ? 5 : 1, expired: 0, issued_on: "2026-06-01", expires_on: "2027-06-30" },
  ];
  return { id: id("wal"), unit: "ticket", overdraft: 0, version: 4, lots };
}

export function summary(w) {
  const sum = (key) => w.lots.reduce((total, lot) => total + lot[key], 0);
  const next = w.lots.filter((lot) => lot.available > 0).sort((a, b) => a.expires_on.localeCompare(b.expires_on))[0];
  return {
    ...w, available: sum("available"), held: sum("held"), consumed: sum("consumed"), expired: sum("expired"),
    next_expiry: next ? { on: next.expires_on, count: next.available } : null,
  };
}

export const contracts = names.map(([name, kana, phone], i) => {
  const customer = { id: id("cus"), name: `株式会社${name}`, kana, phones: [phone] };
  const site = (suffix, k) => ({
    id: id("sit"), name: `${name} ${suffix}`, postcode: `920-09${10 + i + k}`, address: `石川県金沢市${["広岡", "駅西本町", "本町", "尾山町"][(i + k) % 4]}${i + 1}-${k + 2}`,
    position: near(i * 3 + k), access_notes: k === 0 ? "通用口の守衛室で受付。地下1階の機械室は鍵を借りる。" : "", territory_id: territory.id,
  });
  const sites = [site("本社", 0), site("第二工場", 1)];
  const assets = catalog.products.slice(0, 2 + (i % 2)).map((product, k) => ({
    id: id("ast"), site_id: sites[k % 2].id, product_id: product.id, product_name_ja: product.name_ja, product_name_en: product.name_en,
    serial: `${product.code.slice(0, 3)}-${2019 + k}-${String(1040 + i * 7 + k)}`, installed_on: `20${19 + k}-04-01`,
    last_repairs: k === 0 ? [
      { issue_id: id("iss"), issue_number: `KNZ-2026-00${310 + i}`, at: iso(start - 12 * 86_400_000), symptom: "high_pressure", description: "高圧異常で停止。", cause: "汚れ・目詰まり", remedy: "凝縮器を洗浄、試運転で圧力正常", outcome: "repaired" },
      { issue_id: id("iss"), issue_number: `KNZ-2026-00${120 + i}`, at: iso(start - 190 * 86_400_000), symptom: "noise", description: "ファンから異音。", cause: "消耗・経年", remedy: "ファンモーター交換", outcome: "repaired" },
    ] : [],
  }));
  return {
    id: id("con"), number: `KNZ-C-${String(1001 + i)}`, plan: i % 3 === 0 ? "フルサポート" : "スタンダード", starts_on: "2026-04-01", ends_on: "2027-03-31", billing: "ticket", version: 3,
    customer,
    contacts: [
      { id: id("ctt"), name: "総務課 中村", kana: "なかむら", phone, email: `soumu@customer${i}.example`, channel: "mail", literacy: "comfortable" },
      { id: id("ctt"), name: "設備課 林", kana: "はやし", phone: phone.replace(/.$/, "9"), email: `setsubi@customer${i}.example`, channel: "phone", literacy: "needs_help" },
    ],
    sites, assets, wallet: wallet(i), other_contracts: [], issues: [], history: [],
    policy: { overdraft_limit: 1, recurrence_days: 30, capture_point: "work_started", question_cost: 1, fault_cost: 1, inquiry_cost: 0 },
  };
});

const people = [
  ["中田 健", "なかた けん"], ["西村 誠", "にしむら まこと"], ["東 大輔", "ひがし だいすけ"], ["南 由紀", "みなみ ゆき"], ["北川 翔", "きたがわ しょう"], ["松本 亮", "まつもと りょう"],
  ["竹内 進", "たけうち すすむ"], ["梅田 剛", "うめだ つよし"], ["桜井 涼", "さくらい りょう"], ["藤井 学", "ふじい まなぶ"], ["橘 真理", "たちばな まり"], ["桐山 徹", "きりやま とおる"],
];
// CROWD=100 makes a company of so many, eight visits each, for measuring the board.
const crowd = Number(process.env.CROWD ?? 0);
for (let i = people.length; i < crowd; i += 1) people.push([`${people[i % 12][0].split(" ")[0]} ${"一二三四五六七八九十"[i % 10]}郎`, people[i % 12][1]]);
export const technicians = people.map(([name, kana], i) => ({
  id: id("tec"), name, kana, phone: `090-5555-01${String(10 + i)}`, color_index: i, home: near(i + 40, 0.04),
  skills: [{ code: ["chiller", "copier", "pos"][i % 3], level: 2 + (i % 3) }, { code: ["copier", "pos", "chiller"][i % 3], level: 1 + (i % 2) }],
  shift: i === 11 ? null : { from: at(-180), to: at(300 + (i % 3) * 30) }, break: i === 11 ? null : { from: at(90), to: at(210) }, break_minutes: i === 11 ? null : 60, absences: [],
  position: null, route: [],
}));

let issueNumber = 420;
let workNumber = 0;
export const visits = [];
export const queue = [];
export const etaSeqs = new Map();

export function eta(visit, from, to, source = "planned", risk = 0.05) {
  const seq = (etaSeqs.get(visit.id) ?? 0) + 1;
  etaSeqs.set(visit.id, seq);
  const now = Date.now();
  const [down, up] = [Math.floor, Math.ceil].map((round) => (at) => round(at / 300_000) * 300_000);
  return { visit_id: visit.id, seq, earliest: iso(from), likely: iso((from + to) / 2), latest: iso(to), window: { from: iso(down(from)), to: iso(Math.max(down(from) + 600_000, up(to))) }, source, basis_at: iso(now - (source === "gps" ? 12_000 : 240_000)), computed_at: iso(now), stops_before: visit.stops ?? 0, late_risk: risk, correlation_id: null };
}

export function makeIssue(contract, request, priority) {
  const issue = {
    id: id("iss"), number: `KNZ-2026-00${++issueNumber}`, kind: request.kind, state: request.needs_visit ? "awaiting_dispatch" : "remote", priority,
    symptom: request.symptom, description: request.description, site_name: contract.sites.find((s) => s.id === request.site_id)?.name ?? "", asset_id: request.asset_id,
    created_at: iso(Date.now()), visit_id: null, visit_state: null, eta: null, contract, site_id: request.site_id, version: 1, tickets: [],
  };
  contract.issues.push(issue);
  return issue;
}

export function makeQueueRow(issue, dueMinutes) {
  const contract = issue.contract;
  const asset = contract.assets.find((a) => a.id === issue.asset_id) ?? contract.assets[0];
  const product = catalog.products.find((p) => p.id === asset.product_id);
  const found = product.symptoms.find((s) => s.code === issue.symptom) ?? product.symptoms[0];
  const site = contract.sites.find((s) => s.id === issue.site_id) ?? contract.sites[0];
  const row = {
    work_order_id: id("wor"), version: 1, territory_id: territory.id, issue_id: issue.id, issue_number: issue.number, priority: issue.priority, created_at: issue.created_at,
    arrive_by: dueMinutes === null ? null : at(dueMinutes), customer_name: contract.customer.name, site_name: site.name, position: site.position,
    product_name_ja: product.name_ja, product_name_en: product.name_en, symptom_ja: found.name_ja, symptom_en: found.name_en,
    description: issue.description, service_minutes: found.service_minutes, wish: null, recurrence: workNumber++ % 4 === 1, approval: workNumber % 5 === 2 ? "pending" : null, issue, address: site.address,
  };
  queue.push(row);
  return row;
}

export function visitOf(row, technician, startMs) {
  const { issue, wish, recurrence, approval, arrive_by, ...rest } = row;
  const visit = {
    id: id("vis"), work_order_id: row.work_order_id, issue_id: row.issue_id, issue_number: row.issue_number, territory_id: territory.id, technician_id: technician.id, technician_name: technician.name,
    state: "dispatched", priority: row.priority, customer_name: row.customer_name, site_name: row.site_name, address: row.address, position: row.position, product_name_ja: rest.product_name_ja,
    product_name_en: rest.product_name_en, symptom_ja: rest.symptom_ja, symptom_en: rest.symptom_en, description: rest.description, planned_start: iso(startMs), planned_end: iso(startMs + row.service_minutes * minute),
    travel_s: 600 + (row.service_minutes % 7) * 120, service_minutes: row.service_minutes, promised: { from: iso(startMs - 15 * minute), to: iso(startMs + 45 * minute) }, version: 1, eta: null,
    timeline: { accepted_at: null, en_route_at: null, arrived_at: null, started_at: null, finished_at: null }, issue,
  };
  visit.eta = eta(visit, startMs - 6 * minute, startMs + 9 * minute);
  issue.visit_id = visit.id;
  issue.visit_state = visit.state;
  issue.state = "in_field";
  issue.eta = visit.eta;
  visits.push(visit);
  technician.route.push(visit.id);
  const index = queue.indexOf(row);
  if (index >= 0) queue.splice(index, 1);
  return visit;
}

const cases = [["no_cooling", "圧縮機が動かず冷水が出ない。E7 表示。"], ["jam", "給紙2段目で紙づまりが続く。"], ["no_boot", "電源を入れても画面が出ない。"], ["high_pressure", "午前から2回停止した。"], ["streak", "縦すじが出る。"], ["drawer", "釣銭を出せない。"]];
const priorities = ["P2", "P3", "P3", "P1", "P3", "P4"];
function seedRow(i, due) {
  const contract = contracts[i % contracts.length];
  const [code, text] = cases[i % cases.length];
  const product = catalog.products.find((p) => p.symptoms.some((s) => s.code === code));
  const asset = contract.assets.find((a) => a.product_id === product.id) ?? contract.assets[0];
  const issue = makeIssue(contract, { kind: "fault", site_id: asset.site_id, asset_id: asset.id, symptom: code, description: text, needs_visit: true }, priorities[i % 6]);
  return makeQueueRow(issue, due);
}
const phases = [["done", -150], ["working", -35], ["dispatched", 80], ["planned", 190]];
if (crowd) phases.push(["done", -240], ["done", -200], ["planned", 240], ["planned", 280]);
technicians.filter((_, i) => i !== 11).forEach((technician, i) => {
  phases.forEach(([state, offset], k) => {
    if ((i + k) % 5 === 4) return;
    const visit = visitOf(seedRow(i * 4 + k, offset + 30), technician, start + (offset + (i % 4) * 9) * minute);
    visit.state = state === "working" && i % 3 === 0 ? "en_route" : state === "working" && i % 3 === 1 ? "arrived" : state;
    if (state === "dispatched" && i % 2) visit.state = "accepted";
    visit.issue.visit_state = visit.state;
    visit.version = 2;
    const t0 = Date.parse(visit.planned_start);
    if (["done", "working", "arrived", "en_route"].includes(visit.state)) visit.timeline = { accepted_at: iso(t0 - 60 * minute), en_route_at: iso(t0 - 20 * minute), arrived_at: visit.state === "en_route" ? null : iso(t0), started_at: ["done", "working"].includes(visit.state) ? iso(t0 + 3 * minute) : null, finished_at: visit.state === "done" ? iso(t0 + 55 * minute) : null };
    if (visit.state === "en_route") {
      visit.planned_start = iso(start + 14 * minute);
      visit.planned_end = iso(start + (14 + visit.service_minutes) * minute);
      visit.promised = { from: iso(start), to: iso(start + 30 * minute) };
      visit.eta = eta(visit, start + 9 * minute, start + 22 * minute, "gps", i === 3 ? 0.42 : 0.06);
    } else if (visit.state === "done" || visit.state === "working" || visit.state === "arrived") visit.eta = null;
    else if (i === 4) visit.eta = { ...visit.eta, late_risk: 0.36, source: "declared" };
    visit.issue.eta = visit.eta;
    if (visit.state === "done") visit.issue.state = "closed";
  });
  technician.position = { ...near(i + 20, 0.045), accuracy_m: 18, at: iso(Date.now() - i * 4000), seq: 10 };
});
[25, 95, 60, 200, null, 150].forEach((due, i) => seedRow(i + 3, due));

contracts.forEach((contract) => {
  contract.history = contract.issues.flatMap((issue, k) => [
    entry(contract, issue, "interaction.logged", -200 - k, "受付 吉田", "operator", null, `入電を記録しました(${issue.number})`, `Call recorded (${issue.number})`),
    entry(contract, issue, "wallet.held", -199 - k, "受付 吉田", "operator", -1, `チケット1枚を仮押さえしました`, `One ticket put on hold`),
    ...(issue.visit_id ? [entry(contract, issue, "visit.assigned", -190 - k, "手配 森", "dispatcher", null, "技術員を手配しました", "A technician was assigned")] : []),
    ...(issue.state === "closed" ? [entry(contract, issue, "report.filed", -90 - k, "中田 健", "technician", null, "作業報告: 汚れ・目詰まり / 凝縮器を洗浄し、圧力が正常に戻ったことを確認", "Report: clogging / condenser cleaned, pressure back to normal")] : []),
  ]).sort((a, b) => b.at.localeCompare(a.at));
});

export function entry(contract, issue, kind, minutes, actor_name, actor_role, units, ja, en) {
  return { id: id("evt"), at: at(minutes), kind, actor_name, actor_role, issue_id: issue?.id ?? null, issue_number: issue?.number ?? null, visit_id: issue?.visit_id ?? null, asset_id: issue?.asset_id ?? null, site_id: issue?.site_id ?? null, units, tickets: units ? ["TK-2026-004512-07-3"] : [], ja, en, data: {} };
}

export const users = {
  yoshida: { id: id("usr"), login: "yoshida", name: "受付 吉田", role: "operator", language: "ja", territory_id: null, technician_id: null, customer_id: null },
  mori: { id: id("usr"), login: "mori", name: "手配 森", role: "dispatcher", language: "ja", territory_id: territory.id, technician_id: null, customer_id: null },
  nakata: { id: id("usr"), login: "nakata", name: "中田 健", role: "technician", language: "ja", territory_id: territory.id, technician_id: technicians[0].id, customer_id: null },
  nakamura: { id: id("usr"), login: "nakamura", name: "総務課 中村", role: "customer", language: "ja", territory_id: null, technician_id: null, customer_id: contracts[0].customer.id },
};
