import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Cursor, Eta, LiveEvent } from "./api/types";
import { LiveClient, type LiveState, type SocketLike } from "./live";

/** One end of a fake connection: what the client sent, and hands to do anything to it. */
class FakeSocket implements SocketLike {
  readyState = 0;
  sent: { type: string; topic: string; after: (Cursor & { eta_seq: number }) | null }[] = [];
  onopen: ((event: unknown) => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;

  send(data: string): void {
    this.sent.push(JSON.parse(data));
  }
  /** A slow peer: the close is asked for and its end never comes. */
  close(): void {
    this.readyState = 2;
  }
  open(): void {
    this.readyState = 1;
    this.onopen?.({});
  }
  say(frame: object | string): void {
    this.onmessage?.({ data: typeof frame === "string" ? frame : JSON.stringify(frame) });
  }
  drop(code = 1006): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

const topic = "visit:vis_1";
const event = (n: number): LiveEvent => ({ id: `evt_${n}` }) as LiveEvent;
const eventFrame = (offset: number) => ({ type: "event", topic, offset, event: event(offset) });
const etaFrame = (seq: number) => ({ type: "eta", topic, eta: { visit_id: "vis_1", seq } as Eta });

function world(cursor: Cursor | null = { epoch: "a", offset: 0 }, random = () => 0.5) {
  const sockets: FakeSocket[] = [];
  const states: LiveState[] = [];
  const seen: number[] = [];
  const etas: number[] = [];
  const snapshot = vi.fn<() => Promise<Cursor | null>>(async () => null);
  const client = new LiveClient({
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    random,
    onState: (state) => states.push(state),
  });
  const leave = client.subscribe(topic, cursor, {
    event: (_, offset) => seen.push(offset),
    eta: (eta) => etas.push(eta.seq),
    snapshot,
  });
  const last = (): FakeSocket => sockets.at(-1)!;
  return { client, sockets, states, seen, etas, snapshot, leave, last };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("the live client", () => {
  it("subscribes behind the snapshot and hands on each event once", () => {
    const { last, seen } = world({ epoch: "a", offset: 4 });
    last().open();
    expect(last().sent).toEqual([{ type: "subscribe", topic, after: { epoch: "a", offset: 4, eta_seq: 0 } }]);
    last().say({ type: "subscribed", topic, epoch: "a", offset: 6, complete: true });
    [5, 6, 6, 5, 7].forEach((offset) => last().say(eventFrame(offset)));
    expect(seen).toEqual([5, 6, 7]);
  });

  it("resumes where it stood after the connection was lost", async () => {
    const { last, seen, sockets, snapshot } = world();
    last().open();
    last().say({ type: "subscribed", topic, epoch: "a", offset: 0, complete: true });
    last().say(eventFrame(1));
    last().say(etaFrame(9));
    last().drop();
    await vi.advanceTimersByTimeAsync(1000);
    expect(sockets.length).toBe(2);
    last().open();
    expect(last().sent[0]?.after).toEqual({ epoch: "a", offset: 1, eta_seq: 9 });
    last().say({ type: "subscribed", topic, epoch: "a", offset: 3, complete: true });
    [2, 3].forEach((offset) => last().say(eventFrame(offset)));
    expect(seen).toEqual([1, 2, 3]);
    expect(snapshot).not.toHaveBeenCalled();
  });

  it("asks again from the last good place when something is missing", () => {
    const { last, seen } = world();
    last().open();
    last().say({ type: "subscribed", topic, epoch: "a", offset: 0, complete: true });
    [1, 3, 4].forEach((offset) => last().say(eventFrame(offset)));
    expect(last().sent.length).toBe(2);
    expect(last().sent[1]?.after?.offset).toBe(1);
    last().say({ type: "subscribed", topic, epoch: "a", offset: 4, complete: true });
    [2, 3, 4].forEach((offset) => last().say(eventFrame(offset)));
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  it("fetches the snapshot when repeating does not help", async () => {
    const { last, seen, snapshot } = world();
    snapshot.mockResolvedValue({ epoch: "a", offset: 5 });
    last().open();
    for (let round = 0; round < 3; round += 1) {
      last().say({ type: "subscribed", topic, epoch: "a", offset: 5, complete: true });
      last().say(eventFrame(5));
    }
    last().say({ type: "subscribed", topic, epoch: "a", offset: 5, complete: true });
    await vi.advanceTimersByTimeAsync(0);
    expect(snapshot).toHaveBeenCalled();
    last().say(eventFrame(6));
    expect(seen).toEqual([6]);
  });

  it("holds events back while the snapshot is fetched and skips those that are in it", async () => {
    const { last, seen, snapshot } = world({ epoch: "old", offset: 99 });
    let answer: (cursor: Cursor) => void = () => undefined;
    snapshot.mockImplementation(() => new Promise((resolve) => (answer = resolve)));
    last().open();
    last().say({ type: "reset", topic, epoch: "new", offset: 10 });
    [11, 12, 13].forEach((offset) => last().say(eventFrame(offset)));
    expect(seen).toEqual([]);
    answer({ epoch: "new", offset: 12 });
    await vi.advanceTimersByTimeAsync(0);
    expect(seen).toEqual([13]);
  });

  it("tries the snapshot again until it comes, through a second reset and a lost connection", async () => {
    const { last, seen, snapshot } = world();
    snapshot.mockRejectedValueOnce(new Error("busy")).mockResolvedValue(null);
    last().open();
    last().say({ type: "reset", topic, epoch: "b", offset: 7 });
    await vi.advanceTimersByTimeAsync(100);
    last().drop(4000);
    await vi.advanceTimersByTimeAsync(500);
    last().open();
    last().say({ type: "reset", topic, epoch: "c", offset: 2 });
    await vi.advanceTimersByTimeAsync(5000);
    last().say(eventFrame(3));
    expect(seen).toEqual([3]);
    expect(snapshot.mock.calls.length).toBeGreaterThanOrEqual(2);
  });

  it("joins first and then fetches the snapshot when the page has no cursor", async () => {
    const { last, seen, snapshot } = world(null);
    last().open();
    expect(last().sent[0]?.after).toBeNull();
    expect(snapshot).not.toHaveBeenCalled();
    last().say({ type: "subscribed", topic, epoch: "a", offset: 40, complete: true });
    last().say(eventFrame(41));
    await vi.advanceTimersByTimeAsync(0);
    expect(snapshot).toHaveBeenCalledOnce();
    expect(seen).toEqual([41]);
  });

  it("shows only newer forecasts, whatever their order", () => {
    const { last, etas } = world();
    last().open();
    [3, 2, 3, 5, 4].forEach((seq) => last().say(etaFrame(seq)));
    expect(etas).toEqual([3, 5]);
  });

  it("does not trust a socket that says nothing after the phone slept", async () => {
    const { client, last, sockets } = world();
    last().open();
    last().say({ type: "subscribed", topic, epoch: "a", offset: 0, complete: true });
    client.wake();
    await vi.advanceTimersByTimeAsync(4000);
    expect(sockets[0]?.readyState).toBe(2);
    await vi.advanceTimersByTimeAsync(1000);
    expect(sockets.length).toBe(2);
    // The old socket's late words count for nothing.
    sockets[0]?.say(eventFrame(1));
    sockets[0]?.drop(4001);
    expect(client.state.kind).not.toBe("stopped");
  });

  it("says at once that the device has no network, and comes back with it", async () => {
    const { client, last, sockets } = world();
    last().open();
    client.offline();
    expect(client.state.kind).toBe("waiting");
    client.wake();
    expect(sockets.length).toBe(2);
    last().open();
    expect(client.state.kind).toBe("live");
  });

  it("gives up an opening that hangs, and a wake does not wait for the pause", async () => {
    const { client, sockets } = world();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(client.state.kind).toBe("waiting");
    client.wake();
    expect(sockets.length).toBe(2);
  });

  it("waits longer each time, but never longer than fifteen seconds", async () => {
    const { last, states } = world(undefined, () => 1);
    const pauses: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      last().drop();
      const state = states.at(-1);
      pauses.push(state?.kind === "waiting" ? state.retryInMs : -1);
      await vi.advanceTimersByTimeAsync(pauses.at(-1)!);
    }
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
  });

  it.each([
    [4001, "session"],
    [4003, "forbidden"],
  ])("stops for good when the server says %i", async (code, why) => {
    const { client, sockets, last } = world();
    last().open();
    last().drop(code);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(client.state).toEqual({ kind: "stopped", why });
    client.wake();
    expect(sockets.length).toBe(1);
    client.revive();
    last().open();
    expect(last().sent[0]?.topic).toBe(topic);
  });

  it("leaves the server in peace when it has too many connections", async () => {
    const { last, sockets } = world();
    last().open();
    last().drop(4008);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(sockets.length).toBe(1);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(sockets.length).toBe(2);
  });

  it("survives nonsense and topics it never asked for", () => {
    const { last, seen } = world();
    last().open();
    last().say("{not json");
    last().say({ type: "event", topic: "visit:other", offset: 1, event: event(1) });
    last().say({ type: "what", topic });
    last().say(eventFrame(1));
    expect(seen).toEqual([1]);
  });

  it("hears nothing after leaving", () => {
    const { last, seen, leave } = world();
    last().open();
    leave();
    expect(last().sent.at(-1)).toEqual({ type: "unsubscribe", topic });
    last().say(eventFrame(1));
    expect(seen).toEqual([]);
  });

  it("sees every event once and in order under a server that drops, repeats, shuffles and cuts", async () => {
    let seed = 20261123;
    const random = (): number => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return seed / 2 ** 32;
    };
    for (let run = 0; run < 40; run += 1) {
      const { last, seen, snapshot, sockets } = world({ epoch: "a", offset: 0 }, random);
      // What a page has after a snapshot: everything up to its cursor.
      let written = 0;
      snapshot.mockImplementation(async () => {
        for (let offset = (seen.at(-1) ?? 0) + 1; offset <= written; offset += 1) seen.push(offset);
        return { epoch: "a", offset: written };
      });
      let answered = 0;
      const serve = (): void => {
        const socket = last();
        if (socket.readyState === 0) socket.open();
        if (socket.readyState !== 1) return;
        for (const ask of socket.sent.splice(0)) {
          if (ask.type !== "subscribe") continue;
          answered += 1;
          if (answered % 7 === 0 || !ask.after) {
            socket.say({ type: "reset", topic, epoch: "a", offset: written });
          } else {
            socket.say({ type: "subscribed", topic, epoch: "a", offset: written, complete: true });
            for (let offset = ask.after.offset + 1; offset <= written; offset += 1) socket.say(eventFrame(offset));
          }
        }
      };
      for (let step = 0; step < 60; step += 1) {
        serve();
        written += 1;
        const luck = random();
        const socket = last();
        if (socket.readyState === 1) {
          if (luck < 0.5) socket.say(eventFrame(written));
          else if (luck < 0.6) [written, written - 1, written].forEach((offset) => socket.say(eventFrame(Math.max(1, offset))));
          else if (luck < 0.7) socket.drop([1001, 1006, 4000, 4009][step % 4]);
        }
        await vi.advanceTimersByTimeAsync(luck * 900);
      }
      // At last the line is good: one more event must bring everything.
      await vi.advanceTimersByTimeAsync(20_000);
      serve();
      written += 1;
      last().say(eventFrame(written));
      serve();
      await vi.advanceTimersByTimeAsync(5000);
      serve();
      await vi.advanceTimersByTimeAsync(5000);
      expect(seen, `run ${run}, ${sockets.length} sockets`).toEqual(Array.from({ length: written }, (_, i) => i + 1));
    }
  });
});
