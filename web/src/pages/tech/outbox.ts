import { newOperation } from "$lib/api/operation";
import { ProblemError } from "$lib/api/problem";
import type { MyVisit } from "$lib/api/types";
import { undoneByServer } from "./flow";
import type { Command, Refused, Store } from "./store";

export type Draft = Omit<Command, "n" | "operation" | "hold_until">;
export type Transmit = (command: Command) => Promise<MyVisit>;

export interface OutboxHooks {
  /** The waiting or the refused changed. */
  changed(waiting: Command[], refused: Refused[]): void;
  answered(command: Command, visit: MyVisit): void;
  now(): number;
  later(run: () => void, ms: number): unknown;
  /** Runs alone among all pages of this browser. */
  alone<T>(run: () => Promise<T>): Promise<T>;
}

/** How long a tap can be taken back. */
export const UNDO_MS = 10_000;
const PAUSE_FIRST_MS = 2_000;
const PAUSE_LONGEST_MS = 60_000;

/**
 * The technician's taps on their way to the server: one after the other, in the order of tapping, each under its own
 * operation id, until the server has answered. No answer means: the same again later. A refusal is put aside to be
 * read, and the next tap goes on.
 */
export class Outbox {
  #waiting: Command[] = [];
  #adding = new Set<string>();
  /** Sent at least once in this life of the page: may have arrived. */
  #tried = new Set<string>();
  #dropped = new Set<string>();
  #failures = 0;
  #running = false;
  #again = false;
  #timer = 0;

  constructor(
    private readonly store: Store,
    private readonly transmit: Transmit,
    private readonly hooks: OutboxHooks,
  ) {}

  /** Reads what an earlier life of the page left behind. */
  async start(): Promise<void> {
    await this.#tell();
    this.flush();
  }

  /**
   * Stores a tap and starts sending. Gives the stored command, or nothing when a tap on the same visit is just being
   * stored: a second tap of a double tap. Acts that the server cannot take back wait here as long as they may be undone.
   */
  async add(draft: Draft): Promise<Command | null> {
    if (this.#adding.has(draft.visit_id)) return null;
    this.#adding.add(draft.visit_id);
    const held = draft.act !== "undo" && !undoneByServer(draft.act);
    const command: Command = { ...draft, operation: newOperation(), hold_until: held ? this.hooks.now() + UNDO_MS : null };
    try {
      await this.store.addCommand(command);
      await this.#tell();
    } finally {
      this.#adding.delete(draft.visit_id);
    }
    this.flush();
    return command;
  }

  /** Takes a tap back before it left. Says false when it may have left already: then only the server can undo it. */
  async drop(operation: string): Promise<boolean> {
    const command = this.#waiting.find((waiting) => waiting.operation === operation);
    if (!command || this.#tried.has(operation)) return false;
    this.#dropped.add(operation);
    await this.store.removeCommand(command.n!);
    await this.#tell();
    return true;
  }

  /** Sends a refused tap once more, as a new one. */
  async resend(refused: Refused): Promise<void> {
    const { n: _, ...command } = refused.command;
    const body = "version" in command.body ? { ...command.body, version: null } : command.body;
    await this.store.addCommand({ ...command, body, operation: newOperation(), hold_until: null });
    await this.forget(refused);
    this.flush();
  }

  async forget(refused: Refused): Promise<void> {
    await this.store.removeRefused(refused.n!);
    await this.#tell();
  }

  /** Sends now; called when the network or the page came back. */
  wake(): void {
    this.#failures = 0;
    this.flush();
  }

  flush(): void {
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    void this.hooks
      .alone(() => this.#drain())
      .catch(() => undefined)
      .then(() => {
        this.#running = false;
        if (this.#again) this.flush();
      });
  }

  async #drain(): Promise<void> {
    for (;;) {
      this.#again = false;
      const waiting = await this.store.commands();
      const command = waiting.find((candidate) => !this.#dropped.has(candidate.operation));
      if (!command) return;
      // The next tap confirms the one before it.
      const pause = waiting.length > 1 ? 0 : (command.hold_until ?? 0) - this.hooks.now();
      if (pause > 0) return this.#after(pause);
      this.#tried.add(command.operation);
      try {
        const visit = await this.transmit(command);
        this.#failures = 0;
        await this.store.removeCommand(command.n!);
        this.hooks.answered(command, visit);
      } catch (error) {
        if (!(await this.#failed(command, error))) return;
      }
      await this.#tell();
    }
  }

  /** Says whether to go on with the next. */
  async #failed(command: Command, error: unknown): Promise<boolean> {
    if (error instanceof ProblemError && isFinal(error)) {
      await this.store.refuse(command, error.problem);
      return true;
    }
    // Without a session nothing helps but a log-in, after which the page starts anew.
    if (!(error instanceof ProblemError && error.status === 401)) {
      this.#failures += 1;
      this.#after(Math.min(PAUSE_LONGEST_MS, PAUSE_FIRST_MS * 2 ** (this.#failures - 1)));
    }
    return false;
  }

  #after(ms: number): void {
    const timer = (this.#timer += 1);
    this.hooks.later(() => timer === this.#timer && this.flush(), ms);
  }

  async #tell(): Promise<void> {
    const [waiting, refused] = await Promise.all([this.store.commands(), this.store.refused()]);
    this.#waiting = waiting.filter((command) => !this.#dropped.has(command.operation));
    this.hooks.changed(this.#waiting, refused);
  }
}

/** The server has judged and will judge the same again. Not so: no session, too many requests, trouble of its own. */
function isFinal(error: ProblemError): boolean {
  return error.status >= 400 && error.status < 500 && ![401, 408, 425, 429].includes(error.status) && error.code !== "busy";
}
