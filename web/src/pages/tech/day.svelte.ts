import { api, send } from "$lib/api/api";
import { isProblem } from "$lib/api/problem";
import type { Catalog, Cursor, Eta, LiveEvent, Me, MyDay, MyVisit, ProgressRequest, ReportRequest, VisitRow, VisitState } from "$lib/api/types";
import { Forecasts } from "$lib/forecasts";
import { live } from "$lib/live.svelte";
import { hearClock, serverNow, whoAmI } from "$lib/session.svelte";
import { Soon } from "$lib/soon";
import { setZone } from "$lib/time";
import { after, inOrder, isLive, isStarted, nextVisit, undoneByServer, type Act } from "./flow";
import { Outbox, UNDO_MS } from "./outbox";
import { Store, type Command, type Refused } from "./store";
import { techWords } from "./words";

/** Whose phone this is, so that the day can be shown before, or without, an answer. */
const OWNER = "kaketsuke.technician";
const REFETCH_PAUSE_MS = 300;
const TAP_TIMEOUT_MS = 15_000;

export interface News { kind: "arrived" | "changed" | "withdrawn"; visit: VisitRow }
export interface Undoable { operation: string; act: Act; visit_id: string; from: VisitState; until: number }

/** The technician's day on this phone: what the server last said, with the taps on top that it has not answered yet. */
class Day {
  me = $state<Me | null>(null);
  snapshot = $state.raw<MyDay | null>(null);
  catalog = $state.raw<Catalog | null>(null);
  waiting = $state.raw<Command[]>([]);
  refused = $state.raw<Refused[]>([]);
  /** When the server was last heard; null in a life of the page that has not reached it yet. */
  syncedAt = $state<number | null>(null);
  reachable = $state(true);
  starting = $state(true);
  error = $state<unknown>(null);
  chosen = $state<string | null>(null);
  undoable = $state.raw<Undoable | null>(null);
  news = $state.raw<News | null>(null);
  store = $state.raw<Store | null>(null);
  #outbox: Outbox | null = null;
  readonly #soon = new Soon(() => this.refresh(), REFETCH_PAUSE_MS);
  #leave: (() => void) | null = null;

  visits = $derived(inOrder((this.snapshot?.visits ?? []).map((visit) => after(visit, this.waiting.filter((command) => command.visit_id === visit.id)))));
  open = $derived(this.visits.find((visit) => visit.id === this.chosen) ?? nextVisit(this.visits));
  underWay = $derived(this.visits.find((visit) => visit.state === "en_route") ?? null);
  started = $derived(this.visits.find((visit) => isStarted(visit.state)) ?? null);

  /** Shows what is kept, then asks who is here and what the server says. */
  async start(): Promise<void> {
    const owner = localStorage.getItem(OWNER);
    try {
      if (owner) await this.#use(owner);
      await this.#greet();
    } catch (error) {
      this.error = error;
    }
    this.starting = false;
    window.addEventListener("online", () => this.wake());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.wake());
  }

  async #greet(): Promise<void> {
    try {
      this.me = await whoAmI();
    } catch (error) {
      this.reachable = false;
      if (!this.snapshot) this.error = error;
      return;
    }
    if (!this.me.technician_id) {
      this.error = new Error(techWords().notTechnician);
      return;
    }
    localStorage.setItem(OWNER, this.me.technician_id);
    await this.#use(this.me.technician_id);
    await this.refresh().catch(() => undefined);
    this.#follow();
    await this.#readCatalog();
  }

  async #use(technicianId: string): Promise<void> {
    if (this.#outbox && this.#technician === technicianId) return;
    this.#technician = technicianId;
    const store = await Store.open(technicianId);
    this.store = store;
    this.snapshot = (await store.get("day")) ?? null;
    if (this.snapshot) setZone(this.snapshot.clock.zone);
    this.catalog = (await store.get("catalog")) ?? null;
    this.#outbox = new Outbox(store, transmit, {
      changed: (waiting, refused) => {
        this.waiting = waiting;
        this.refused = refused;
        if (refused.some(({ command }) => command.operation === this.undoable?.operation)) this.undoable = null;
      },
      answered: (_, visit) => {
        this.reachable = true;
        this.#merge(visit);
      },
      now: () => Date.now(),
      later: (run, ms) => setTimeout(run, ms),
      alone: async (run) => (navigator.locks ? await navigator.locks.request(`${OWNER}.outbox`, run) : run()),
    });
    await this.#outbox.start();
  }
  #technician: string | null = null;

  async #readCatalog(): Promise<void> {
    try {
      this.catalog = await api.catalog();
      await this.store?.keep("catalog", this.catalog);
    } catch {
      // The kept one does.
    }
  }

  /** The day as the server has it now. */
  async refresh(): Promise<Cursor | null> {
    try {
      const day = await api.myDay();
      hearClock(day.clock);
      this.reachable = true;
      this.error = null;
      this.syncedAt = serverNow();
      if (day.stream.epoch !== this.snapshot?.stream.epoch) forecasts.clear();
      // An answer to a tap may have been faster than this reading.
      const known = new Map(this.snapshot?.visits.map((visit) => [visit.id, visit]));
      const visits = day.visits.map((visit) => newer(known.get(visit.id), visit));
      this.#set({ ...day, visits });
      return day.stream;
    } catch (error) {
      this.reachable = false;
      if (!this.snapshot) this.error = error;
      throw error;
    }
  }

  #set(day: MyDay): void {
    this.snapshot = day;
    void this.store?.keep("day", day);
  }

  #merge(visit: MyVisit): void {
    const day = this.snapshot;
    if (!day) return;
    const visits = day.visits.map((known) => (known.id === visit.id ? newer(known, visit) : known));
    // A visit that ends while it is open makes room for the next; one that was opened to look back stays.
    const was = day.visits.find((known) => known.id === visit.id);
    if (this.chosen === visit.id && was && isLive(was.state) && !isLive(visit.state)) this.chosen = null;
    this.#set({ ...day, visits });
  }

  #follow(): void {
    if (this.#leave || !this.snapshot) return;
    const { topic, epoch, offset } = this.snapshot.stream;
    const etas = this.snapshot.visits.flatMap((visit) => (visit.eta ? [visit.eta] : []));
    this.#leave = live.client.subscribe(topic, { epoch, offset }, { snapshot: () => this.refresh(), event: (event) => this.#heard(event), eta: (eta) => this.#eta(eta) }, etas);
  }

  /** Somebody moved something: what is told at once is the row, the rest (contact, access) comes with the next reading. */
  #heard(event: LiveEvent): void {
    const row = event.data.visit as VisitRow | undefined;
    if (!row) return;
    const known = this.snapshot?.visits.find((visit) => visit.id === row.id);
    const own = event.actor.kind === "user" && event.actor.id === this.me?.id;
    if (!own) this.#announce(event.kind, row, known);
    if (known) this.#merge({ ...known, ...row });
    if (!known || !own) this.#soon.heard();
  }

  #announce(kind: string, visit: VisitRow, known: MyVisit | undefined): void {
    if (kind === "visit.assigned" && !known) this.news = { kind: "arrived", visit };
    else if (kind === "visit.unassigned" || kind === "visit.cancelled") this.news = { kind: "withdrawn", visit };
    else if (kind === "visit.rescheduled" && known && known.planned_start !== visit.planned_start) this.news = { kind: "changed", visit };
    else return;
    navigator.vibrate?.([80, 60, 80]);
  }

  #eta(eta: Eta): void {
    const day = this.snapshot;
    if (!forecasts.hear(eta) || !day) return;
    this.snapshot = { ...day, visits: day.visits.map((visit) => (visit.id === eta.visit_id ? { ...visit, eta } : visit)) };
  }

  /** The page or the network came back. */
  wake(): void {
    this.#outbox?.wake();
    if (!this.me) void this.#greet();
    else void this.refresh().catch(() => undefined);
  }

  /** A tap: shown at once, stored, sent when it can be. */
  async tap(visit: MyVisit, act: Exclude<Act, "undo" | "report">, extra: { delay_minutes?: number; reason?: string } = {}): Promise<void> {
    const at = new Date(serverNow()).toISOString();
    // What he accepts or declines must be what he saw; what happened in the world holds whatever the plan says.
    const seen = (act === "accept" || act === "decline") && !this.waiting.length ? visit.version : null;
    const body: ProgressRequest = { action: act, at, version: seen, delay_minutes: extra.delay_minutes ?? null, reason: extra.reason ?? null };
    await this.#add(visit, act, at, "progress", body, null);
  }

  async file(visit: MyVisit, report: ReportRequest): Promise<void> {
    await this.#add(visit, "report", report.at, "report", report, null, report.outcome === "needs_revisit");
    await this.store?.keepDraft(visit.id, null);
  }

  async #add(visit: MyVisit, act: Act, at: string, path: Command["path"], body: Command["body"], to: VisitState | null, revisit = false): Promise<void> {
    const command = await this.#outbox?.add({ visit_id: visit.id, customer: visit.customer_name, act, at, path, body, to, revisit });
    if (!command) return;
    navigator.vibrate?.(30);
    this.chosen = isLive(after(visit, [command]).state) ? visit.id : null;
    this.undoable = act === "undo" ? null : { operation: command.operation, act, visit_id: visit.id, from: visit.state, until: Date.now() + UNDO_MS };
  }

  /** Takes the last tap back: here if it has not left, else by a tap of its own. */
  async undo(): Promise<void> {
    const last = this.undoable;
    this.undoable = null;
    if (!last || (await this.#outbox?.drop(last.operation))) {
      if (last) this.chosen = last.visit_id;
      return;
    }
    const visit = this.visits.find((candidate) => candidate.id === last.visit_id);
    if (!visit || !undoneByServer(last.act)) return;
    const at = new Date(serverNow()).toISOString();
    const body: ProgressRequest = { action: "undo", at, version: null, delay_minutes: null, reason: null };
    await this.#add(visit, "undo", at, "progress", body, last.from);
    this.chosen = last.visit_id;
  }

  sendNow(): void {
    this.#outbox?.wake();
  }
  async resend(refused: Refused): Promise<void> {
    await this.#outbox?.resend(refused);
  }
  async forget(refused: Refused): Promise<void> {
    await this.#outbox?.forget(refused);
    void this.refresh().catch(() => undefined);
  }
}

const forecasts = new Forecasts();
export const day = new Day();

function transmit(command: Command): Promise<MyVisit> {
  return send<MyVisit>("POST", `/api/visits/${encodeURIComponent(command.visit_id)}/${command.path}`, {
    body: command.body,
    operation: command.operation,
    attempts: 1,
    timeoutMs: TAP_TIMEOUT_MS,
  }).catch((error: unknown) => {
    if (!isProblem(error)) day.reachable = false;
    throw error;
  });
}

/** Of two readings of a visit the later one; of two forecasts the one with the higher number. */
function newer(known: MyVisit | undefined, read: MyVisit): MyVisit {
  const later = !known || read.version >= known.version ? read : known;
  return { ...later, eta: forecasts.of(later.id, later.eta) };
}
