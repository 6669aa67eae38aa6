import type { Cursor, Eta, Fix, LiveEvent, Present, ServerFrame } from "./api/types";
import { EventLine, PollLine } from "./lines";

/** What a subscriber wants to hear. Events of one topic come once each and in order; eta and positions: latest wins. */
export interface TopicHandlers {
  event?(event: LiveEvent, offset: number): void;
  eta?(eta: Eta): void;
  position?(technicianId: string, fix: Fix): void;
  /** Who of the company has the topic open, oneself included, and how many customers; for the staff only. */
  presence?(people: Present[], customers: number): void;
  /**
   * The cursor was too old: fetch the snapshot again and show it. The cursor that came with the snapshot, if it has
   * one, tells which events are already in it. Events that arrive meanwhile are held back until this settles.
   */
  snapshot(): Promise<Cursor | null>;
  /** The server refuses this topic. */
  refused?(code: string, ja: string, en: string): void;
}

export type LiveState =
  | { kind: "connecting" }
  | { kind: "live" }
  | { kind: "waiting"; retryInMs: number }
  | { kind: "stopped"; why: "closed" | "session" | "forbidden" };

/** The part of a WebSocket that is used; tests give a fake one. */
export interface SocketLike {
  readonly readyState: number;
  onopen: ((event: unknown) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason?: string }) => void) | null;
  onerror: ((event: unknown) => void) | null;
  send(data: string): void;
  close(code?: number): void;
}

export interface LiveOptions {
  open: () => SocketLike;
  /** Other ways to the server, the best first, for networks that block the one before. */
  fallbacks?: (() => SocketLike)[];
  /** Whether the server answers at all: a server that is down is no reason for a worse way. */
  reachable?: () => Promise<boolean>;
  /** Renews the log-in; the socket goes on with it. */
  renew?: () => Promise<unknown>;
  random?: () => number;
  onState?: (state: LiveState) => void;
  /** Answers to positions sent over the socket. */
  onAccepted?: (frame: Extract<ServerFrame, { type: "accepted" }>) => void;
}

/** First pause after a lost connection, doubled each time up to the longest, and spread over its whole width. */
const PAUSE_FIRST_MS = 500;
const PAUSE_LONGEST_MS = 15_000;
/** "Too many connections" and "too much said" are not cured by insisting. */
const PAUSE_CROWDED_MS = 30_000;
const CROWDED: ReadonlySet<number> = new Set([4008, 4010]);
/** A server that stops says in its last word when to come back; a longer time than this is a misunderstanding. */
const RETRY = /^retry_ms=(\d{1,5})$/;
/** Openings without a word from the server after which the next way is tried, and how long a worse way is kept. */
const MISSES = 2;
const WORSE_WAY_MS = 600_000;
/** An opening that takes longer than this is given up: on mobile networks it would hang for minutes. */
const OPENING_MS = 10_000;
/** A page that comes back to the front asks on the old connection and waits this long before it makes a new one. */
const PROBE_MS = 4_000;
const SNAPSHOT_PAUSE_MS = 2_000;
/** How often the server is asked to repeat from the same place before the snapshot is fetched instead. */
const REPEATS = 2;
const OPEN = 1;

interface Topic {
  readonly name: string;
  readonly handlers: TopicHandlers;
  cursor: Cursor | null;
  /** Per visit, the highest forecast number that was handed on. */
  etaSeqs: Map<string, number>;
  /** Sent a subscribe and not yet answered. */
  asking: boolean;
  /** Events held back while the snapshot is fetched. */
  held: { offset: number; event: LiveEvent }[] | null;
  /** Repeats asked for since the cursor last moved. */
  repeats: number;
  live: boolean;
}

/**
 * The live client: one socket, many topics. It survives lost connections, sleeping phones, repeated, missing and
 * disordered frames: a handler sees each event exactly once and in order, or is asked for the snapshot.
 */
export class LiveClient {
  #topics = new Map<string, Topic>();
  #socket: SocketLike | null = null;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #probe: ReturnType<typeof setTimeout> | undefined;
  #state: LiveState = { kind: "connecting" };
  #random: () => number;
  /** 0 is the websocket, then the fallbacks in order. */
  #way = 0;
  #waySince = 0;
  #misses = 0;
  /** The server has said something on this socket. */
  #spoken = false;

  constructor(private readonly options: LiveOptions) {
    this.#random = options.random ?? Math.random;
  }

  get state(): LiveState {
    return this.#state;
  }

  /**
   * Joins a topic behind `cursor` (where the page's snapshot stands) and gives back the way to leave it. Without a
   * cursor the snapshot is fetched once the topic is joined, so that nothing falls between the two.
   */
  subscribe(name: string, cursor: Cursor | null, handlers: TopicHandlers, etas: Iterable<Eta> = []): () => void {
    const topic: Topic = {
      name,
      handlers,
      cursor,
      etaSeqs: new Map([...etas].map((eta) => [eta.visit_id, eta.seq])),
      asking: false,
      held: null,
      repeats: 0,
      live: false,
    };
    this.#topics.set(name, topic);
    if (this.#socket?.readyState === OPEN) this.#ask(topic);
    else if (!this.#socket && this.#timer === undefined) this.#connect();
    return () => {
      if (this.#topics.get(name) !== topic) return;
      this.#topics.delete(name);
      this.#write({ type: "unsubscribe", topic: name });
    };
  }

  /** Sends a frame if the socket is open; says whether it was sent. */
  send(frame: object): boolean {
    return this.#write(frame);
  }

  /** The page became visible or the network came back: do not wait out the pause, and do not trust a silent socket. */
  wake(): void {
    if (this.#state.kind === "stopped") return;
    if (!this.#socket) {
      this.#failures = 0;
      this.#connect();
    } else if (this.#socket.readyState === OPEN) {
      clearTimeout(this.#probe);
      this.#probe = setTimeout(() => this.#lost(1006), PROBE_MS);
      for (const topic of this.#topics.values()) this.#ask(topic);
    }
  }

  /** The device says that it has no network: the socket is dead, and nobody should be told otherwise until it notices. */
  offline(): void {
    if (this.#state.kind !== "stopped") this.#lost(1006);
  }

  /** After a stop: the person has logged in again, perhaps in another tab. */
  revive(): void {
    if (this.#state.kind !== "stopped") return;
    this.#failures = 0;
    this.#connect();
  }

  close(): void {
    this.#stop("closed");
  }

  #connect(): void {
    clearTimeout(this.#timer);
    this.#setState({ kind: "connecting" });
    let socket: SocketLike;
    if (this.#way > 0 && Date.now() - this.#waySince > WORSE_WAY_MS) this.#way = 0;
    this.#spoken = false;
    try {
      socket = (this.options.fallbacks?.[this.#way - 1] ?? this.options.open)();
    } catch {
      this.#pause(1006);
      return;
    }
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#lost(1006), OPENING_MS);
    socket.onopen = () => {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#setState({ kind: "live" });
      for (const topic of this.#topics.values()) this.#ask(topic);
    };
    socket.onmessage = (message) => this.#receive(message.data);
    socket.onclose = (event) => this.#lost(event.code, event.reason);
    socket.onerror = () => undefined;
  }

  #ask(topic: Topic): void {
    topic.asking = true;
    const etaSeq = Math.max(0, ...topic.etaSeqs.values());
    // Just these fields: the server refuses what it does not know, and a snapshot's cursor carries its topic too.
    const after = topic.cursor && { epoch: topic.cursor.epoch, offset: topic.cursor.offset, eta_seq: etaSeq };
    const presence = topic.handlers.presence ? { presence: true } : {};
    this.#write({ type: "subscribe", topic: topic.name, after, ...presence });
  }

  #write(frame: object): boolean {
    if (this.#socket?.readyState !== OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #receive(data: unknown): void {
    clearTimeout(this.#probe);
    this.#spoken = true;
    this.#misses = 0;
    let frame: ServerFrame;
    try {
      frame = JSON.parse(String(data)) as ServerFrame;
    } catch {
      return;
    }
    // Whatever else is JSON is no frame.
    if (typeof frame !== "object" || frame === null) return;
    if (frame.type === "accepted") return this.options.onAccepted?.(frame);
    if (frame.type === "expiring") return void this.#renew();
    const topic = "topic" in frame && frame.topic !== null ? this.#topics.get(frame.topic) : undefined;
    if (!topic) return;
    switch (frame.type) {
      case "subscribed":
        return this.#subscribed(topic, frame);
      case "reset":
        return this.#reset(topic, frame);
      case "event":
        return this.#event(topic, frame.offset, frame.event);
      case "eta":
        return this.#eta(topic, frame.eta);
      case "position":
        return topic.handlers.position?.(frame.technician_id, frame.fix);
      case "presence":
        return topic.handlers.presence?.(frame.people, frame.customers);
      case "error":
        topic.asking = false;
        return topic.handlers.refused?.(frame.code, frame.ja, frame.en);
    }
  }

  #subscribed(topic: Topic, frame: { epoch: string; offset: number }): void {
    this.#failures = 0;
    topic.asking = false;
    topic.live = true;
    if (!topic.cursor) {
      topic.cursor = { epoch: frame.epoch, offset: frame.offset };
      if (topic.held) return;
      topic.held = [];
      void this.#refetch(topic);
    } else if (topic.cursor.epoch !== frame.epoch) this.#reset(topic, frame);
  }

  #reset(topic: Topic, frame: { epoch: string; offset: number }): void {
    this.#failures = 0;
    topic.asking = false;
    topic.live = true;
    topic.repeats = 0;
    topic.cursor = { epoch: frame.epoch, offset: frame.offset };
    // A new epoch may number its forecasts anew.
    topic.etaSeqs.clear();
    const fetching = topic.held !== null;
    topic.held = [];
    if (!fetching) void this.#refetch(topic);
  }

  async #refetch(topic: Topic): Promise<void> {
    while (this.#topics.get(topic.name) === topic && this.#state.kind !== "stopped") {
      const epoch = topic.cursor?.epoch;
      try {
        const cursor = await topic.handlers.snapshot();
        if (topic.cursor?.epoch !== epoch) continue; // Another reset came meanwhile: that snapshot may be older.
        const held = topic.held ?? [];
        topic.held = null;
        if (cursor && topic.cursor?.epoch === cursor.epoch && cursor.offset > topic.cursor.offset) topic.cursor = cursor;
        for (const { offset, event } of held) this.#event(topic, offset, event);
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, SNAPSHOT_PAUSE_MS * (0.5 + this.#random())));
      }
    }
  }

  #event(topic: Topic, offset: number, event: LiveEvent): void {
    if (topic.held) {
      topic.held.push({ offset, event });
      return;
    }
    const cursor = topic.cursor;
    if (!cursor || offset <= cursor.offset) return;
    if (offset > cursor.offset + 1) return this.#gap(topic);
    cursor.offset = offset;
    topic.repeats = 0;
    topic.handlers.event?.(event, offset);
  }

  /** Something is missing before this event: ask from the last good place, and if that does not help start afresh. */
  #gap(topic: Topic): void {
    if (topic.asking) return;
    topic.repeats += 1;
    if (topic.repeats <= REPEATS) return this.#ask(topic);
    topic.repeats = 0;
    topic.cursor = null;
    topic.held = [];
    this.#ask(topic);
    void this.#refetch(topic);
  }

  #eta(topic: Topic, eta: Eta): void {
    if (eta.seq <= (topic.etaSeqs.get(eta.visit_id) ?? -1)) return;
    topic.etaSeqs.set(eta.visit_id, eta.seq);
    topic.handlers.eta?.(eta);
  }

  /** The log-in ends soon. When it cannot be renewed the server ends the socket, and the person logs in again. */
  async #renew(): Promise<void> {
    const socket = this.#socket;
    try {
      await this.options.renew?.();
    } catch {
      return;
    }
    if (this.options.renew && this.#socket === socket) this.#write({ type: "refresh" });
  }

  /** The socket is of no more use, whether or not it has noticed: a slow close must not hold up the next opening. */
  #lost(code: number, reason = ""): void {
    const socket = this.#socket;
    if (!socket) return;
    this.#drop(socket);
    if (code === 4001) return this.#stop("session");
    if (code === 4003) return this.#stop("forbidden");
    if (!this.#spoken) void this.#missed();
    this.#pause(code, reason);
  }

  /** An opening that came to nothing: when that goes on while the server answers, the network blocks this way. */
  async #missed(): Promise<void> {
    this.#misses += 1;
    const ways = 1 + (this.options.fallbacks?.length ?? 0);
    if (this.#misses < MISSES || ways === 1) return;
    this.#misses = 0;
    const reachable = await (this.options.reachable?.() ?? Promise.resolve(true)).catch(() => false);
    if (!reachable) return;
    this.#way = (this.#way + 1) % ways;
    this.#waySince = Date.now();
  }

  #drop(socket: SocketLike): void {
    clearTimeout(this.#probe);
    clearTimeout(this.#timer);
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
    this.#socket = null;
    for (const topic of this.#topics.values()) topic.asking = topic.live = false;
    try {
      socket.close();
    } catch {
      // Closing a socket that never opened may throw; it is gone either way.
    }
  }

  #pause(code: number, reason = ""): void {
    const longest = Math.min(PAUSE_LONGEST_MS, PAUSE_FIRST_MS * 2 ** this.#failures);
    const told = code === 1001 ? RETRY.exec(reason)?.[1] : undefined;
    // The server has spread those who come back already.
    const pause =
      told !== undefined
        ? Number(told)
        : CROWDED.has(code)
          ? PAUSE_CROWDED_MS * (0.5 + this.#random())
          : longest * (0.2 + 0.8 * this.#random());
    this.#failures += 1;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#connect();
    }, pause);
    this.#setState({ kind: "waiting", retryInMs: Math.round(pause) });
  }

  #stop(why: "closed" | "session" | "forbidden"): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#socket) this.#drop(this.#socket);
    this.#setState({ kind: "stopped", why });
  }

  #setState(state: LiveState): void {
    this.#state = state;
    this.options.onState?.(state);
  }
}

/** A live client on this page's server, woken when the page is shown again or the network returns. */
export function liveHere(options: Omit<LiveOptions, "open"> & { track?: string } = {}): LiveClient {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const query = options.track ? `?track=${encodeURIComponent(options.track)}` : "";
  const client = new LiveClient({
    ...options,
    open: () => new WebSocket(`${scheme}://${location.host}/live${query}`, "kaketsuke.1") as SocketLike,
    fallbacks: [() => new EventLine(options), () => new PollLine(options)],
    reachable: () => fetch("/api/health", { cache: "no-store" }).then((answer) => answer.ok),
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") client.wake();
  });
  window.addEventListener("online", () => client.wake());
  window.addEventListener("offline", () => client.offline());
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) client.wake();
  });
  return client;
}
