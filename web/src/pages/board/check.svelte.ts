import { newOperation } from "$lib/api/operation";
import { NoAnswerError, ProblemError } from "$lib/api/problem";
import { api } from "$lib/api/api";
import type { Candidate, QueueRow, Ranking, VisitRow } from "$lib/api/types";
import type { BoardStore } from "./board.svelte";
import { shortName } from "./geometry";
import { boardWords } from "./words";

export type Break = Candidate["breaks"][number];

/** A customer's link as far as this page knows it: its secret is shown once, to whoever made it. */
export interface KnownLink {
  id: string;
  url: string;
  expires_at: string;
}

/** A promise that an assignment would break, asked about. */
export interface Question {
  order: QueueRow;
  technicianId: string;
  technicianName: string;
  broken: Break[];
}

/** The last change by this page, and how to take it back. */
export interface Undo {
  sentence: string;
  run: (() => Promise<void>) | null;
}

const UNDO_MS = 12_000;

/** What the dispatcher does: asks for candidates, assigns, takes away, takes back. Refusals end here in words. */
export class Check {
  ranking = $state.raw<Ranking | null>(null);
  loading = $state(false);
  /** The technician whose assignment is on its way to the server. */
  busy = $state<string | null>(null);
  error = $state.raw<unknown>(null);
  /** Said beside the candidates: why they were computed again, or that the order is gone. */
  note = $state("");
  /** Sends the command again that got no answer; the same operation id makes it safe. */
  again = $state.raw<(() => Promise<void>) | null>(null);
  question = $state.raw<Question | null>(null);
  removing = $state.raw<{ visit: VisitRow; how: "unassign" | "cancel" } | null>(null);
  undo = $state.raw<Undo | null>(null);
  /** Candidate under the pointer or focus: its place is drawn as a ghost. */
  shown = $state<string | null>(null);
  /** `changes` of the board when the candidates were computed. */
  computedAt = $state(0);
  readonly links = $state<Record<string, KnownLink>>({});

  readonly byTechnician = $derived(new Map(this.ranking?.candidates.map((one) => [one.technician_id, one]) ?? []));
  readonly best = $derived(this.ranking?.candidates.find((one) => one.fit) ?? null);
  readonly ghost = $derived(this.shown ? (this.byTechnician.get(this.shown) ?? null) : null);

  #abort: AbortController | undefined;
  #action: { key: string; operation: string } | undefined;
  #undoTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly board: BoardStore) {}

  /** The plan has changed since the candidates were computed. */
  get outdated(): boolean {
    return this.ranking !== null && this.computedAt !== this.board.changes;
  }

  /** Computes the candidates of a work order and shows them; with a technician, his answer first. */
  async open(orderId: string, technicianId: string | null = null): Promise<void> {
    this.board.chosen = { kind: "order", id: orderId };
    this.note = "";
    this.error = null;
    this.again = null;
    await this.compute(orderId);
    this.shown = technicianId ?? this.best?.technician_id ?? null;
  }

  async compute(orderId: string): Promise<void> {
    this.#abort?.abort();
    const abort = (this.#abort = new AbortController());
    if (this.ranking?.work_order_id !== orderId) this.ranking = null;
    this.loading = true;
    const changes = this.board.changes;
    try {
      const ranking = await api.candidates(orderId, { signal: abort.signal });
      this.ranking = ranking;
      this.computedAt = changes;
    } catch (problem) {
      if (abort.signal.aborted) return;
      this.error = problem;
    } finally {
      if (this.#abort === abort) this.loading = false;
    }
  }

  close(): void {
    this.#abort?.abort();
    this.ranking = null;
    this.shown = null;
    this.note = "";
    this.error = null;
    this.again = null;
    this.board.chosen = null;
  }

  showVisit(id: string): void {
    this.close();
    this.board.chosen = { kind: "visit", id };
  }

  /** Gives the chosen work order to a candidate; asks first when promises would break. */
  async assign(candidate: Candidate): Promise<void> {
    const order = this.board.chosen?.kind === "order" ? this.board.order(this.board.chosen.id) : undefined;
    if (!order || this.busy || !candidate.fit) return;
    const { technician_id: technicianId, technician_name: technicianName, breaks } = candidate;
    if (breaks.length) this.question = { order, technicianId, technicianName, broken: breaks };
    else await this.#send(order, technicianId, technicianName, null);
  }

  /** The dispatcher takes the broken promises on himself. */
  async accept(reason: string): Promise<void> {
    const asked = this.question;
    if (!asked) return;
    await this.#send(asked.order, asked.technicianId, asked.technicianName, reason);
  }

  async #send(order: QueueRow, technicianId: string, technicianName: string, reason: string | null): Promise<void> {
    this.busy = technicianId;
    this.note = "";
    this.error = null;
    this.again = null;
    const body = { technician_id: technicianId, version: order.version, accept_broken: reason !== null, reason };
    try {
      const { visit, track_url, track_link_id, track_expires_at } = await api.assign(order.work_order_id, body, this.#operation(order.work_order_id, body));
      this.question = null;
      this.links[visit.id] = { id: track_link_id, url: track_url, expires_at: track_expires_at };
      this.board.put(visit);
      const sentence = boardWords().undo.assigned(shortName(visit.customer_name), technicianName);
      this.board.say(sentence);
      this.#offer(sentence, () => this.#takeBack(visit.id));
      this.close();
    } catch (problem) {
      await this.#refused(problem, order, technicianId, technicianName, reason);
    } finally {
      this.busy = null;
    }
  }

  async #refused(
    problem: unknown,
    order: QueueRow,
    technicianId: string,
    technicianName: string,
    reason: string | null,
  ): Promise<void> {
    const t = boardWords();
    if (problem instanceof NoAnswerError) this.again = () => this.#send(order, technicianId, technicianName, reason);
    else this.#action = undefined;
    if (!(problem instanceof ProblemError)) {
      this.error = problem;
      return;
    }
    const detail = problem.problem.detail ?? {};
    if (problem.code === "promise.would_break") {
      this.question = { order, technicianId, technicianName, broken: (detail.broken as Break[] | undefined) ?? [] };
      return;
    }
    this.question = null;
    this.error = problem;
    if (problem.code === "work_order.taken") {
      if (detail.visit) this.board.put(detail.visit as VisitRow);
      this.ranking = null;
      this.note = t.check.taken;
    } else if (problem.code === "record.stale") {
      const current = detail.current as Partial<QueueRow> | undefined;
      if (current?.version) this.board.renew({ ...order, ...current });
      this.note = t.check.stale;
      await this.compute(order.work_order_id);
    } else if (problem.code === "technician.unfit") await this.compute(order.work_order_id);
  }

  /** Takes a visit off its route: back to the queue, or for good. Throws the refusal for the dialog to show. */
  async remove(reason: string): Promise<void> {
    const asked = this.removing;
    if (!asked) return;
    const { visit, how } = asked;
    const body = { version: visit.version, reason };
    const operation = this.#operation(`${how}:${visit.id}`, body);
    try {
      if (how === "unassign") await api.unassign(visit.id, body, operation);
      else this.board.put(await api.cancel(visit.id, body, operation));
    } catch (problem) {
      if (!(problem instanceof NoAnswerError)) this.#action = undefined;
      const current = problem instanceof ProblemError ? problem.problem.detail?.current : undefined;
      if (current) {
        this.board.put(current as VisitRow);
        this.removing = { visit: current as VisitRow, how };
      }
      throw problem;
    }
    this.removing = null;
    const t = boardWords();
    const customer = shortName(visit.customer_name);
    if (how === "cancel") this.#offer(t.undo.cancelled(customer), null);
    else this.#offer(t.undo.unassigned(customer), () => this.#giveBack(visit));
    this.close();
  }

  async takeBack(): Promise<void> {
    const undo = this.undo;
    if (!undo?.run) return;
    this.undo = null;
    try {
      await undo.run();
    } catch (problem) {
      this.error = problem;
    }
  }

  /** Undoes an assignment. */
  async #takeBack(visitId: string): Promise<void> {
    const visit = this.board.visit(visitId);
    if (!visit) return;
    await api.unassign(visitId, { version: visit.version, reason: boardWords().undo.reason }, newOperation());
    this.#offer(boardWords().undo.done, null);
  }

  /** Undoes an unassignment: the same technician again, with the usual questions. */
  async #giveBack(visit: VisitRow): Promise<void> {
    const order = this.board.order(visit.work_order_id);
    if (!order || !visit.technician_id) return;
    this.board.chosen = { kind: "order", id: order.work_order_id };
    await this.#send(order, visit.technician_id, visit.technician_name ?? "", null);
  }

  /** The operation id of an action: kept while nobody knows whether it arrived, new for anything else. */
  #operation(key: string, body: object): string {
    const whole = `${key} ${JSON.stringify(body)}`;
    if (this.#action?.key !== whole) this.#action = { key: whole, operation: newOperation() };
    return this.#action.operation;
  }

  #offer(sentence: string, run: (() => Promise<void>) | null): void {
    this.#action = undefined;
    clearTimeout(this.#undoTimer);
    this.undo = { sentence, run };
    this.#undoTimer = setTimeout(() => (this.undo = null), UNDO_MS);
  }
}
