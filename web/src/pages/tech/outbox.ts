import { newOperation } from "$lib/api/operation";
import { NoAnswerError, ProblemError } from "$lib/api/problem";
import type { MyVisit, PositionReport } from "$lib/api/types";
import type { Command, RefusedCommand, Store } from "./store";

export interface OutboxWays {
  send(command: Command): Promise<MyVisit>;
  sendPositions(positions: PositionReport[], operation: string): Promise<unknown>;
}

export interface OutboxListener {
  /** The queue or the list of refusals changed. */
  changed(commands: Command[], refused: RefusedCommand[]): void;
  /** The server answered a command with the visit as it now is. */
  answered(visit: MyVisit): void;
  /** The server refused a command: what this phone believed was wrong. */
  refused(): void;
}

/** The first pause after silence, doubled up to the longest. Coming back online does not wait for it. */
const PAUSE_FIRST_MS = 2_000;
const PAUSE_LONGEST_MS = 60_000;
/** The most positions that one request may carry. */
const BATCH = 100;

/** Sends what the technician tapped: stored first, one at a time, in order, under one operation id until answered. */
export class Outbox {
  #sending: number | null = null;
  #running = false;
  #again = false;
  #pause = PAUSE_FIRST_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly store: Store,
    private readonly ways: OutboxWays,
    private readonly listener: OutboxListener,
  ) {}

  async add(command: Command): Promise<void> {
    await this.store.addCommand(command);
    await this.tell();
    this.wake();
  }

  /** Takes back the visit's last tap if it has not left this phone; says whether that was possible. */
  async takeBack(visitId: string): Promise<boolean> {
    const own = (await this.store.commands()).filter((command) => command.visit_id === visitId);
    const last = own.at(-1);
    if (last?.key === undefined || last.key === this.#sending) return false;
    await this.store.removeCommand(last.key);
    await this.tell();
    return true;
  }

  async clearRefused(): Promise<void> {
    await this.store.clearRefused();
    await this.tell();
  }

  /** There is something to send, or a reason to believe that sending works again. */
  wake(): void {
    clearTimeout(this.#timer);
    this.#again = true;
    if (!this.#running) void this.#run();
  }

  async tell(): Promise<void> {
    this.listener.changed(await this.store.commands(), await this.store.refused());
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      while (this.#again) {
        this.#again = false;
        await this.#commands();
        await this.#positions();
      }
      this.#pause = PAUSE_FIRST_MS;
    } catch {
      // No answer, or the session ended: everything stays and is tried again under the same operation ids.
      this.#timer = setTimeout(() => this.wake(), this.#pause);
      this.#pause = Math.min(PAUSE_LONGEST_MS, this.#pause * 2);
    } finally {
      this.#running = false;
      this.#sending = null;
    }
  }

  async #commands(): Promise<void> {
    for (let [command] = await this.store.commands(); command; [command] = await this.store.commands()) {
      this.#sending = command.key!;
      try {
        const visit = await this.ways.send(command);
        await this.store.removeCommand(command.key!);
        this.listener.answered(visit);
      } catch (error) {
        if (!(error instanceof ProblemError) || isPassing(error)) throw error;
        await this.store.refuse(command, error.problem);
        this.listener.refused();
      } finally {
        this.#sending = null;
      }
      await this.tell();
    }
  }

  async #positions(): Promise<void> {
    for (;;) {
      const batch = (await this.store.kept("batch")) ?? (await this.#nextBatch());
      if (!batch) return;
      const positions = await this.store.positionsUpTo(batch.upTo);
      if (positions.length > 0) {
        try {
          await this.ways.sendPositions(positions, batch.operation);
        } catch (error) {
          // A batch that is refused as a whole would be refused again: positions are worth less than commands.
          if (error instanceof NoAnswerError || !(error instanceof ProblemError) || isPassing(error)) throw error;
        }
      }
      await this.store.removePositions(batch.upTo);
      await this.store.keep("batch", null);
    }
  }

  async #nextBatch(): Promise<{ operation: string; upTo: number } | null> {
    const positions = await this.store.positions(BATCH);
    const last = positions.at(-1);
    if (!last) return null;
    const batch = { operation: newOperation(), upTo: last.seq };
    await this.store.keep("batch", batch);
    return batch;
  }
}

/** Not an answer to the command itself: the server was busy, or wants a log-in first. */
function isPassing(error: ProblemError): boolean {
  return error.status === 401 || error.status === 429 || error.status >= 500;
}
