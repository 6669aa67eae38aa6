import { SvelteMap, SvelteSet } from "svelte/reactivity";
import { api } from "$lib/api/api";
import type { AbsenceView, Board, BoardTechnician, Fix, LiveEvent, QueueRow, VisitRow } from "$lib/api/types";
import { live } from "$lib/live.svelte";
import { serverNow } from "$lib/session.svelte";
import { atClock, isoDay, onDay } from "$lib/time";
import { axisOf, shortName, type Stretch } from "./geometry";
import { BoardRows, byDue, isLive, type Change } from "./rows";
import { boardWords } from "./words";

/** How long a changed bar stays marked. */
const FLASH_MS = 4_000;

/** What the right-hand panel is about. */
export type Chosen = { kind: "order"; id: string } | { kind: "visit"; id: string } | null;

/** Without a date the server means today, on its own clock. */
function read(territory: string, date: string): Promise<Board> {
  const today = date === isoDay(serverNow());
  return api.board({ territory_id: territory, ...(today ? {} : { date }) });
}

/** The board of one territory and day, kept up to date. Maps are watched entry by entry: one change, one bar redrawn. */
export class BoardStore {
  readonly visits = new SvelteMap<string, VisitRow>();
  readonly lanes = new SvelteMap<string, readonly VisitRow[]>();
  readonly queue = new SvelteMap<string, QueueRow>();
  readonly fixes = new SvelteMap<string, Fix>();
  readonly flashed = new SvelteSet<string>();
  readonly rows = new BoardRows({ visits: this.visits, lanes: this.lanes, queue: this.queue, fixes: this.fixes });

  technicians = $state.raw<readonly BoardTechnician[]>([]);
  territory = $state("");
  date = $state("");
  loading = $state(true);
  /** The rows shown are this territory's: without them nothing may be said to be empty. */
  loaded = $state(false);
  error = $state.raw<unknown>(null);
  chosen = $state.raw<Chosen>(null);
  /** The sentence for the live region. */
  said = $state("");
  /** Rises with each change that may move a candidate's place. */
  changes = $state(0);
  /** Rises when a proposal was made or decided. */
  proposals = $state(0);
  needle = $state("");
  /** The hours shown. It grows with the visits but never jumps back while the day is open. */
  axis = $state.raw<Stretch>({ start: 0, end: 36_000_000 });

  readonly waiting = $derived([...this.queue.values()].sort(byDue));
  readonly names = $derived(new Map(this.technicians.map(({ id, name }) => [id, name])));

  #leave: (() => void) | undefined;
  #run = 0;

  /** Shows a territory's day and follows it. */
  async open(territory: string, date: string): Promise<void> {
    this.#run += 1;
    const run = this.#run;
    this.#leave?.();
    this.territory = territory;
    this.date = date;
    this.loading = true;
    this.error = null;
    this.chosen = null;
    try {
      const board = await read(territory, date);
      if (run !== this.#run) return;
      this.#load(board, true);
      this.#follow(board);
    } catch (problem) {
      if (run !== this.#run) return;
      this.error = problem;
      this.#clear();
    } finally {
      if (run === this.#run) this.loading = false;
    }
  }

  close(): void {
    this.#run += 1;
    this.#leave?.();
  }

  visit(id: string): VisitRow | undefined {
    return this.visits.get(id);
  }

  order(id: string): QueueRow | undefined {
    return this.queue.get(id);
  }

  /** What the customer of a visit, or of a work order that waits, has left. */
  walletOf(visit: string | null, order: string): Pick<QueueRow, "balance" | "unit"> | undefined {
    return (visit && this.visit(visit)) || this.order(order);
  }

  /** Takes a row that came as an answer, before its event arrives. */
  put(visit: VisitRow): void {
    this.#tell(this.rows.put(visit));
  }

  /** Takes a newer state of a waiting work order. */
  renew(row: QueueRow): void {
    if (this.queue.has(row.work_order_id)) this.queue.set(row.work_order_id, row);
  }

  /** An absence as it is now entered, or withdrawn; those of other days are not of this board. */
  putAbsence(absence: AbsenceView, withdrawn: boolean): void {
    const here = !withdrawn && absence.from < atClock(onDay(this.date, 1), "00:00") && absence.until > atClock(this.date, "00:00");
    this.technicians = this.technicians.map((technician) => {
      if (technician.id !== absence.technician_id) return technician;
      const others = technician.absences.filter(({ id }) => id !== absence.id);
      return { ...technician, absences: here ? [...others, absence] : others };
    });
    this.changes += 1;
  }

  say(sentence: string): void {
    // The same sentence twice would not be read out again.
    this.said = this.said === sentence ? `${sentence}\u00a0` : sentence;
  }

  #load(board: Board, fresh: boolean): void {
    this.technicians = board.technicians;
    this.rows.load(board);
    this.loaded = true;
    const axis = axisOf(board.date, board.technicians, board.visits.filter((visit) => isLive(visit) || visit.timeline.finished_at));
    this.axis = fresh ? axis : this.#wider(axis);
    this.changes += 1;
  }

  /** Rows of another territory must not stand under this one's name. */
  #clear(): void {
    this.technicians = [];
    for (const table of [this.visits, this.lanes, this.queue, this.fixes]) table.clear();
    this.loaded = false;
  }

  #wider(axis: Stretch): Stretch {
    if (axis.start >= this.axis.start && axis.end <= this.axis.end) return this.axis;
    return { start: Math.min(axis.start, this.axis.start), end: Math.max(axis.end, this.axis.end) };
  }

  #follow(board: Board): void {
    const { territory, date } = this;
    const { epoch, offset } = board.stream;
    const etas = board.visits.flatMap(({ eta }) => (eta ? [eta] : []));
    const handlers = {
      event: (event: LiveEvent) => this.#hear(event),
      eta: (eta: Parameters<BoardRows["eta"]>[0]) => void this.rows.eta(eta),
      position: (technician: string, fix: Fix) => void this.rows.fix(technician, fix),
      snapshot: async () => {
        const again = await read(territory, date);
        if (territory !== this.territory || date !== this.date) return null;
        this.#load(again, false);
        this.say(boardWords().reset);
        return { epoch: again.stream.epoch, offset: again.stream.offset };
      },
      refused: (code: string, ja: string, en: string) => {
        this.error = new Error(document.documentElement.lang === "en" ? en : ja || code);
      },
    };
    this.#leave = live.client.subscribe(`territory:${territory}`, { epoch, offset }, handlers, etas);
  }

  #hear(event: LiveEvent): void {
    const { absence, withdrawn } = event.data as { absence?: AbsenceView; withdrawn?: boolean };
    if (absence) this.putAbsence(absence, withdrawn === true);
    if (event.kind.startsWith("proposal.")) this.proposals += 1;
    this.#tell(this.rows.apply(event), event.kind);
  }

  #tell(change: Change, kind?: string): void {
    if (!change.visits.length && !change.added.length && !change.removed.length) return;
    this.changes += 1;
    const t = boardWords();
    for (const visit of change.visits) {
      this.#flash(visit.id);
      const words = kind ? t.said[kind] : undefined;
      if (words) this.say(words(shortName(visit.customer_name), visit.technician_name ?? ""));
    }
    for (const row of change.added) {
      this.#flash(row.work_order_id);
      this.say(t.opened(row.priority, shortName(row.customer_name)));
    }
    if (change.visits.length) this.axis = this.#wider(axisOf(this.date, [], change.visits));
  }

  #flash(id: string): void {
    this.flashed.add(id);
    setTimeout(() => this.flashed.delete(id), FLASH_MS);
  }
}
