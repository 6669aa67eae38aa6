/** Sets a scene over the API, where a story begins in the middle of a day. */
import { randomUUID } from "node:crypto";
import { loginOf, PASSWORD } from "./steps.mjs";

const operation = () => `op_${randomUUID().replaceAll("-", "")}`;

export class Scene {
  #tokens = new Map();

  constructor(base) {
    this.base = base;
  }

  async call(login, method, path, body) {
    const headers = { "Content-Type": "application/json", Authorization: `Bearer ${await this.#token(login)}`, "Idempotency-Key": operation() };
    const answer = await fetch(this.base + path, { method, headers, body: body && JSON.stringify(body) });
    const told = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${told.code} ${told.en}`);
    return told;
  }

  /** A table as it is exported, split into cells as they are written. */
  async table(kind) {
    const answer = await fetch(`${this.base}/api/export/${kind}.csv`, { headers: { Authorization: `Bearer ${await this.#token("admin")}` } });
    const lines = (await answer.text()).replace("\u{feff}", "").trim().split("\r\n");
    const [head, ...rows] = lines.map((line) => line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/));
    return { head, rows };
  }

  /** Brings rows of a table in. */
  async bring(kind, head, rows) {
    const headers = { "Content-Type": "text/csv", Authorization: `Bearer ${await this.#token("admin")}`, "Idempotency-Key": operation() };
    const body = [head, ...rows].map((cells) => cells.join(",")).join("\r\n");
    const answer = await fetch(`${this.base}/api/import/${kind}`, { method: "POST", headers, body });
    if (!answer.ok) throw new Error(`import of ${kind}: ${answer.status} ${await answer.text()}`);
  }

  async #token(login) {
    if (!this.#tokens.has(login)) {
      const answer = await fetch(`${this.base}/api/session`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ login, password: PASSWORD }),
      });
      this.#tokens.set(login, (await answer.json()).token);
    }
    return this.#tokens.get(login);
  }

  /** The card of the first customer that a search finds and that can be served. */
  async card(search) {
    for await (const card of this.cards(search)) return card;
    throw new Error(`nobody to serve is found by ${search}`);
  }

  /** The cards of all of them. */
  async *cards(search) {
    const { hits } = await this.call("operator", "GET", `/api/desk/search?q=${encodeURIComponent(search)}`);
    for (const hit of hits) {
      const card = await this.call("operator", "GET", `/api/contracts/${hit.contract_id}`);
      if (card.assets.length && card.wallet.available > 0) yield card;
    }
  }

  /** A fault that needs a visit; gives the work order's id. `more` is what differs: impact, urgency, wish. */
  async fault(card, assetIndex = 0, description = "動かない", more = {}) {
    const catalog = await this.call("operator", "GET", "/api/catalog");
    const asset = card.assets[assetIndex % card.assets.length];
    const product = catalog.products.find(({ id }) => id === asset.product_id);
    const fresh = await this.call("operator", "GET", `/api/contracts/${card.id}`);
    const receipt = await this.call("operator", "POST", "/api/interactions", {
      channel: "call", contract_id: card.id, contract_version: fresh.version, contact_id: null, caller_name: "受付 太郎",
      caller_phone: "021-000-0000", note: "", overdraft: false, started_at: null,
      issues: [{
        kind: "fault", site_id: asset.site_id, asset_id: asset.id, product_id: product.id,
        symptom: product.symptoms.find((symptom) => symptom.needs_visit).code, description,
        impact: "partial", urgency: "today", needs_visit: true, wish: null, ...more,
      }],
    });
    return receipt.issues[0].work_order_id;
  }

  /** The territory on whose board a work order waits. */
  async territoryOf(order) {
    return (await this.#waiting(order)).territory_id;
  }

  async #waiting(order) {
    const { territories } = await this.call("dispatcher", "GET", "/api/catalog");
    for (const { id } of territories) {
      const { queue } = await this.call("dispatcher", "GET", `/api/board?territory_id=${id}`);
      const row = queue.find(({ work_order_id }) => work_order_id === order);
      if (row) return row;
    }
    throw new Error("the work order waits on no board");
  }

  /** Gives a work order to the best candidate who is not one of `not`. */
  async assign(order, not = []) {
    const { candidates } = await this.call("dispatcher", "GET", `/api/work-orders/${order}/candidates`);
    const best = candidates.find((one) => one.fit && !one.breaks.length && !not.includes(one.technician_name));
    if (!best) throw new Error("nobody can take the work order");
    const { territory_id: territory, version } = await this.#waiting(order);
    const body = { technician_id: best.technician_id, version, accept_broken: false, reason: null };
    const { visit, track_url } = await this.call("dispatcher", "POST", `/api/work-orders/${order}/assign`, body);
    return { visit, track: track_url, technician: best.technician_name, login: loginOf(best.technician_name), territory };
  }

  async visitOf(assigned) {
    const { visits } = await this.call(assigned.login, "GET", "/api/my/day");
    return visits.find(({ id }) => id === assigned.visit.id);
  }
}
