/** A telephone system that signs what it tells, as the Standard Webhooks specification has it. */
import { createHmac, randomUUID } from "node:crypto";

/** With which the journeys' server knows it. */
export const CALL_SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd";

export class Telephone {
  constructor(base) {
    this.base = base;
  }

  async tell(event, call, more = {}) {
    const body = JSON.stringify({ event, call, ...more });
    const id = `msg_${randomUUID()}`;
    const second = String(Math.floor((await this.#now()) / 1000));
    const key = Buffer.from(CALL_SECRET.slice("whsec_".length), "base64");
    const code = createHmac("sha256", key).update(`${id}.${second}.${body}`).digest("base64");
    const headers = { "webhook-id": id, "webhook-timestamp": second, "webhook-signature": `v1,${code}` };
    const answer = await fetch(`${this.base}/api/calls/events`, { method: "POST", headers, body });
    const told = await answer.json();
    if (!answer.ok) throw new Error(`${event} ${call}: ${JSON.stringify(told)}`);
    return told;
  }

  /** The demo's day is not today. */
  async #now() {
    const { server_time } = await (await fetch(`${this.base}/api/health`)).json();
    return Date.parse(server_time);
  }
}
