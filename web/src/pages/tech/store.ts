import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Catalog, MyDay, PositionReport, Problem, ProgressRequest, ReportRequest, VisitState } from "$lib/api/types";
import type { Act } from "./flow";

/** A tap that waits to be sent. It is stored before it is sent, and its body never changes: a retry must be the same. */
export interface Command {
  /** Given by the store: the order of the taps. */
  n?: number;
  operation: string;
  visit_id: string;
  /** Whose visit, for people. */
  customer: string;
  act: Act;
  at: string;
  path: "progress" | "report";
  body: ProgressRequest | ReportRequest;
  /** With `undo`: the state to go back to. */
  to: VisitState | null;
  revisit: boolean;
  /** Not sent before this instant (milliseconds), so that it can be taken back here. */
  hold_until: number | null;
}

/** A tap that the server did not take, kept until the technician has read it. */
export interface Refused {
  n?: number;
  command: Command;
  problem: Problem;
}

/** Half of a report, as it was left. */
export interface Draft {
  outcome: ReportRequest["outcome"];
  cause: string;
  remedies: string[];
  more: string;
  parts: Record<string, { quantity: number; serial_old: string; serial_new: string }>;
  minutes: number | null;
}

interface Kept {
  day: MyDay;
  catalog: Catalog;
  /** The last number that a position got. */
  seq: number;
  /** May positions be sent: asked once. */
  consent: boolean;
  /** How often each part was used, for the order of the list. */
  partUse: Record<string, number>;
}

interface Shape extends DBSchema {
  commands: { key: number; value: Command };
  refused: { key: number; value: Refused };
  positions: { key: number; value: PositionReport };
  drafts: { key: string; value: Draft };
  kept: { key: string; value: Kept[keyof Kept] };
}

/** What the phone remembers. Each technician has his own, so that nobody sends another's taps on a shared phone. */
export class Store {
  private constructor(private readonly db: IDBPDatabase<Shape>) {}

  static async open(technicianId: string): Promise<Store> {
    const db = await openDB<Shape>(`kaketsuke-${technicianId}`, 1, {
      upgrade(fresh) {
        fresh.createObjectStore("commands", { keyPath: "n", autoIncrement: true });
        fresh.createObjectStore("refused", { keyPath: "n", autoIncrement: true });
        fresh.createObjectStore("positions", { keyPath: "seq" });
        fresh.createObjectStore("drafts");
        fresh.createObjectStore("kept");
      },
    });
    return new Store(db);
  }

  close(): void {
    this.db.close();
  }

  commands(): Promise<Command[]> {
    return this.db.getAll("commands");
  }
  async addCommand(command: Command): Promise<void> {
    await this.db.add("commands", plain(command));
  }
  async removeCommand(n: number): Promise<void> {
    await this.db.delete("commands", n);
  }

  refused(): Promise<Refused[]> {
    return this.db.getAll("refused");
  }
  /** From the queue to the refused in one step, so that a killed page leaves it in one of them. */
  async refuse(command: Command, problem: Problem): Promise<void> {
    const change = this.db.transaction(["commands", "refused"], "readwrite");
    await Promise.all([
      change.objectStore("refused").add(plain({ command, problem })),
      change.objectStore("commands").delete(command.n!),
      change.done,
    ]);
  }
  async removeRefused(n: number): Promise<void> {
    await this.db.delete("refused", n);
  }

  async get<K extends keyof Kept>(key: K): Promise<Kept[K] | undefined> {
    return (await this.db.get("kept", key)) as Kept[K] | undefined;
  }
  async keep<K extends keyof Kept>(key: K, value: Kept[K]): Promise<void> {
    await this.db.put("kept", plain(value), key);
  }

  draft(visitId: string): Promise<Draft | undefined> {
    return this.db.get("drafts", visitId);
  }
  async keepDraft(visitId: string, draft: Draft | null): Promise<void> {
    if (draft) await this.db.put("drafts", plain(draft), visitId);
    else await this.db.delete("drafts", visitId);
  }

  /** Stores a position under the next number and drops the oldest beyond `limit`. */
  async addPosition(fix: Omit<PositionReport, "seq">, floor: number, limit: number): Promise<void> {
    const change = this.db.transaction(["kept", "positions"], "readwrite");
    const kept = change.objectStore("kept");
    const seq = Math.max(floor, (((await kept.get("seq")) as number | undefined) ?? 0) + 1);
    await kept.put(seq, "seq");
    const positions = change.objectStore("positions");
    await positions.put({ ...fix, seq });
    let excess = (await positions.count()) - limit;
    for (let cursor = excess > 0 ? await positions.openCursor() : null; cursor && excess > 0; excess -= 1) {
      await cursor.delete();
      cursor = await cursor.continue();
    }
    await change.done;
  }
  positions(count: number): Promise<PositionReport[]> {
    return this.db.getAll("positions", null, count);
  }
  countPositions(): Promise<number> {
    return this.db.count("positions");
  }
  async removePositions(upTo: number): Promise<void> {
    await this.db.delete("positions", IDBKeyRange.upperBound(upTo));
  }
}

/** The browser's store refuses the proxies of the screen's state. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
