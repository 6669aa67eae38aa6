import { deleteDB, openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Catalog, Me, MyDay, PositionReport, Problem, ProgressRequest, ReportRequest } from "$lib/api/types";

/** One tap that must reach the server: once, in order, whatever happens to the page. */
export type Command = { key?: number; operation: string; visit_id: string } & (
  | { kind: "progress"; body: ProgressRequest }
  | { kind: "report"; body: ReportRequest }
);

/** A command that the server refused, with its reason, until the technician has seen it. */
export interface RefusedCommand { key?: number; command: Command; problem: Problem }

/** Positions on their way: the same batch goes under the same operation until it is answered. */
export interface Batch { operation: string; upTo: number }

interface Kept {
  me: Me;
  day: MyDay;
  catalog: Catalog;
  batch: Batch | null;
  lastSeq: number;
}

interface Schema extends DBSchema {
  commands: { key: number; value: Command };
  refused: { key: number; value: RefusedCommand };
  positions: { key: number; value: PositionReport };
  kept: { key: string; value: unknown };
}

/** Positions beyond this are older than anything that an arrival hangs on. */
const POSITIONS_MAX = 2000;

/** What the phone keeps for one technician. Survives a closed tab and an empty battery. */
export class Store {
  private constructor(private readonly db: IDBPDatabase<Schema>) {}

  static async open(technicianId: string): Promise<Store> {
    const db = await openDB<Schema>(name(technicianId), 1, {
      upgrade(db) {
        db.createObjectStore("commands", { keyPath: "key", autoIncrement: true });
        db.createObjectStore("refused", { keyPath: "key", autoIncrement: true });
        db.createObjectStore("positions", { keyPath: "seq" });
        db.createObjectStore("kept");
      },
    });
    return new Store(db);
  }

  /** Forgets everything of a technician, as after log-out on a shared phone. */
  async destroy(technicianId: string): Promise<void> {
    this.db.close();
    await deleteDB(name(technicianId));
  }

  async keep<K extends keyof Kept>(key: K, value: Kept[K]): Promise<void> {
    await this.db.put("kept", structuredClone(value), key);
  }

  async kept<K extends keyof Kept>(key: K): Promise<Kept[K] | undefined> {
    return (await this.db.get("kept", key)) as Kept[K] | undefined;
  }

  async addCommand(command: Command): Promise<number> {
    return this.db.add("commands", command);
  }

  commands(): Promise<Command[]> {
    return this.db.getAll("commands");
  }

  async removeCommand(key: number): Promise<void> {
    await this.db.delete("commands", key);
  }

  /** Moves a refused command out of the queue in one step. */
  async refuse(command: Command, problem: Problem): Promise<void> {
    const change = this.db.transaction(["commands", "refused"], "readwrite");
    await change.objectStore("commands").delete(command.key!);
    await change.objectStore("refused").add({ command, problem });
    await change.done;
  }

  refused(): Promise<RefusedCommand[]> {
    return this.db.getAll("refused");
  }

  async clearRefused(): Promise<void> {
    await this.db.clear("refused");
  }

  /** Numbers and stores a position. Numbers rise even after the phone's storage was emptied: they follow the clock. */
  async addPosition(position: Omit<PositionReport, "seq">): Promise<void> {
    const change = this.db.transaction(["positions", "kept"], "readwrite");
    const last = ((await change.objectStore("kept").get("lastSeq")) as number | undefined) ?? 0;
    const seq = Math.max(last + 1, Math.floor((Date.parse(position.at) - Date.UTC(2020, 0)) / 1000));
    await change.objectStore("positions").put({ ...position, seq });
    await change.objectStore("kept").put(seq, "lastSeq");
    const count = await change.objectStore("positions").count();
    if (count > POSITIONS_MAX) {
      const oldest = await change.objectStore("positions").openCursor();
      await oldest?.delete();
    }
    await change.done;
  }

  positions(limit: number): Promise<PositionReport[]> {
    return this.db.getAll("positions", undefined, limit);
  }

  async positionsUpTo(seq: number): Promise<PositionReport[]> {
    return this.db.getAll("positions", IDBKeyRange.upperBound(seq));
  }

  async removePositions(upTo: number): Promise<void> {
    await this.db.delete("positions", IDBKeyRange.upperBound(upTo));
  }
}

function name(technicianId: string): string {
  return `kaketsuke-${technicianId}`;
}
