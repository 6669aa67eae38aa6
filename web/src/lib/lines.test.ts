import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { WebSocket, WebSocketServer, type WebSocket as Peer } from "ws";
import type { LiveEvent } from "./api/types";
import { EventLine, PollLine } from "./lines";
import { LiveClient, type LiveOptions, type SocketLike } from "./live";

/** A server on this machine that does to its clients what networks do. */
const topic = "visit:vis_1";
const event = (offset: number, text = "") => ({ type: "event", topic, offset, event: { id: `evt_${offset}`, data: { text } } });
const subscribed = (offset: number) => ({ type: "subscribed", topic, epoch: "a", offset, complete: true });
const json = (response: ServerResponse, body: object, status = 200) =>
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));

interface Said {
  type: string;
  topic?: string;
  after?: { epoch: string; offset: number; eta_seq: number };
}

const open: { server: Server; clients: LiveClient[] }[] = [];
afterEach(async () => {
  for (const { server, clients } of open.splice(0)) {
    clients.forEach((client) => client.close());
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const clients: LiveClient[] = [];
  open.push({ server, clients });
  const { port } = server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}`;
  const follow = (options: Partial<LiveOptions> & Pick<LiveOptions, "open">, offset = 0) => {
    const seen: number[] = [];
    const texts: string[] = [];
    const client = new LiveClient({ random: () => 0, ...options });
    clients.push(client);
    const take = (told: LiveEvent, at: number) => (seen.push(at), texts.push(String(told.data.text)));
    client.subscribe(topic, { epoch: "a", offset }, { event: take, snapshot: async () => null });
    return { client, seen, texts };
  };
  return { server, base, follow, socket: () => new WebSocket(`ws://127.0.0.1:${port}/live`) as unknown as SocketLike };
}

const body = async (request: IncomingMessage): Promise<Said[]> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString()) as Said[];
};
const soon = { timeout: 8_000, interval: 20 };

describe("a network that blocks websockets", { timeout: 20_000 }, () => {
  it("is crossed by the next way that works, and only when the server answers at all", async () => {
    const asked: string[] = [];
    let line = "";
    let told = false;
    const { server, base, follow, socket } = await serve(async (request, response) => {
      const path = new URL(request.url ?? "", "http://x").pathname;
      asked.push(path);
      if (path === "/live/events") return void response.writeHead(502).end();
      if (path === "/live/frames") {
        line = (await body(request))[0]?.topic ?? "";
        return json(response, {}, 202);
      }
      if (!request.url?.includes("line=")) return json(response, { batch: 1, frames: [{ type: "opened", line: "l1" }] });
      if (line === "" || told) return void setTimeout(() => json(response, { batch: told ? 3 : 1, frames: [] }), 30);
      told = true;
      return json(response, { batch: 2, frames: [subscribed(2), event(1), event(2)] });
    });
    server.on("upgrade", (_, raw) => raw.destroy());
    let up = false;
    const { seen } = follow({
      open: socket,
      fallbacks: [() => new EventLine({ base }), () => new PollLine({ base })],
      reachable: async () => up,
    });
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(asked).toEqual([]);
    up = true;
    await vi.waitFor(() => expect(seen).toEqual([1, 2]), soon);
    expect(asked.filter((path) => path === "/live/events").length).toBe(2);
    expect(line).toBe(topic);
  });
});

describe("long polling", { timeout: 20_000 }, () => {
  it("asks again for an answer that was lost and hands each event on once", async () => {
    const questions: string[] = [];
    let lost = false;
    const { base, follow } = await serve((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? "", "http://x");
      if (pathname === "/live/frames") return json(response, {}, 202);
      const seen = searchParams.get("seen") ?? "none";
      questions.push(seen);
      if (seen === "none") return json(response, { batch: 1, frames: [{ type: "opened", line: "l1" }] });
      if (seen === "1" && !lost) {
        lost = true;
        // The head and half of the body, and then the line is cut.
        response.writeHead(200, { "content-length": "500" });
        response.write('{"batch":2,"frames":[');
        return void setTimeout(() => response.destroy(), 20);
      }
      if (seen === "1") return json(response, { batch: 2, frames: [subscribed(3), event(1), event(2), event(3)] });
    });
    const { seen } = follow({ open: () => new PollLine({ base }) });
    await vi.waitFor(() => expect(seen).toEqual([1, 2, 3]), soon);
    expect(questions.slice(0, 3)).toEqual(["none", "1", "1"]);
  });

  it("stops when the server says that the log-in is over", async () => {
    const { base, follow } = await serve((_, response) => json(response, { code: "auth.required" }, 401));
    const { client } = follow({ open: () => new PollLine({ base }) });
    await vi.waitFor(() => expect(client.state).toEqual({ kind: "stopped", why: "session" }), soon);
  });
});

describe("server-sent events", { timeout: 20_000 }, () => {
  it("survive being cut anywhere, and the client goes on where it stood", async () => {
    const after: (number | undefined)[] = [];
    let stream: ServerResponse | undefined;
    let round = 0;
    const { base, follow } = await serve(async (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? "", "http://x");
      if (pathname === "/live/events") {
        round += 1;
        stream = response;
        response.writeHead(200, { "content-type": "text/event-stream" });
        return void response.write(`:\n\ndata: {"type":"opened","line":"l${round}"}\n\n`);
      }
      expect(searchParams.get("line")).toBe(`l${round}`);
      after.push((await body(request))[0]?.after?.offset);
      json(response, {}, 202);
      const told = [subscribed(round === 1 ? 0 : 1), event(round, "到着しました")];
      const bytes = Buffer.from(told.map((frame) => `data: ${JSON.stringify(frame)}\n\n`).join(""));
      // Byte by byte around a character of three bytes; the first stream ends in the middle of an event.
      const cut = bytes.lastIndexOf(Buffer.from("着")) + 1;
      stream?.write(bytes.subarray(0, cut));
      setTimeout(() => {
        stream?.write(bytes.subarray(cut));
        if (round === 1) stream?.end("data: {\"type\":\"event\",\"topic\":");
      }, 30);
    });
    const { seen, texts } = follow({ open: () => new EventLine({ base }) });
    await vi.waitFor(() => expect(seen).toEqual([1, 2]), soon);
    expect(texts).toEqual(["到着しました", "到着しました"]);
    expect(after).toEqual([0, 1]);
  });

  it("end with the server's word and its time to come back", async () => {
    let times = 0;
    const { base, follow } = await serve((request, response) => {
      if (request.url?.startsWith("/live/frames")) return json(response, {}, 202);
      times += 1;
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write('data: {"type":"opened","line":"l1"}\n\n');
      response.end('retry: 60000\ndata: {"type":"closed","code":1001,"reason":"retry_ms=60000"}\n\n');
    });
    const { client } = follow({ open: () => new EventLine({ base }) });
    await vi.waitFor(() => expect(client.state).toEqual({ kind: "waiting", retryInMs: 60_000 }), soon);
    expect(times).toBe(1);
  });
});

describe("a hostile websocket", { timeout: 20_000 }, () => {
  async function hostile(meet: (peer: Peer, round: number, said: Said) => void) {
    const place = await serve((_, response) => void response.writeHead(404).end());
    const peers = new WebSocketServer({ server: place.server, path: "/live" });
    let round = 0;
    peers.on("connection", (peer) => {
      const mine = (round += 1);
      peer.on("message", (text) => meet(peer, mine, JSON.parse(String(text)) as Said));
    });
    return place;
  }
  const tell = (peer: Peer, ...frames: (object | string)[]) =>
    frames.forEach((frame) => peer.send(typeof frame === "string" ? frame : JSON.stringify(frame)));

  it("that stutters, lies and hangs up costs no event and repeats none", async () => {
    const after: (number | undefined)[] = [];
    const { follow, socket } = await hostile((peer, round, said) => {
      after.push(said.after?.offset);
      if (round === 1) {
        tell(peer, "{", "null", '{"type":"colour"}', { type: "event", topic: "visit:other", offset: 9, event: {} });
        tell(peer, subscribed(0), event(2), event(1), event(1));
        if (after.length > 1) peer.terminate();
      } else tell(peer, subscribed(said.after?.offset ?? 0), ...[2, 3, 3, 1].map((offset) => event(offset)));
    });
    const { seen } = follow({ open: socket });
    await vi.waitFor(() => expect(seen).toEqual([1, 2, 3]), soon);
    expect(after[0]).toBe(0);
    expect(after.at(-1)).toBeGreaterThan(0);
  });

  it("tells who else is there when the page wants to know", async () => {
    const asked: unknown[] = [];
    const { base } = await hostile((peer, _, said) => {
      asked.push((said as Said & { presence?: boolean }).presence);
      tell(peer, subscribed(0), { type: "presence", topic, people: [{ user_id: "usr_1", name: "佐藤", role: "operator" }], customers: 2 });
    });
    const present: [string, number][] = [];
    const client = new LiveClient({ open: () => new WebSocket(`${base.replace("http", "ws")}/live`) as unknown as SocketLike });
    open.at(-1)?.clients.push(client);
    const presence = (people: { name: string }[], customers: number) => void present.push([people.map(({ name }) => name).join(), customers]);
    client.subscribe(topic, { epoch: "a", offset: 0 }, { presence, snapshot: async () => null });
    await vi.waitFor(() => expect(present).toEqual([["佐藤", 2]]), soon);
    expect(asked).toEqual([true]);
  });

  it("that goes away is met again at the time that it names", async () => {
    const came: number[] = [];
    const { follow, socket } = await hostile((peer, round) => {
      came.push(Date.now());
      if (round === 1) peer.close(1001, "retry_ms=1234");
      else tell(peer, subscribed(0), event(1));
    });
    const { client, seen } = follow({ open: socket });
    await vi.waitFor(() => expect(client.state).toEqual({ kind: "waiting", retryInMs: 1234 }), soon);
    await vi.waitFor(() => expect(seen).toEqual([1]), soon);
    expect(came.length).toBe(2);
  });

  it("whose log-in ends is told that it was renewed, on the same socket", async () => {
    const said: string[] = [];
    const { follow, socket } = await hostile((peer, round, frame) => {
      said.push(`${round} ${frame.type}`);
      if (frame.type === "subscribe") tell(peer, subscribed(0), { type: "expiring", expires_at: "2026-11-24T00:00:00.000Z" });
      else tell(peer, { type: "refreshed", expires_at: "2026-12-08T00:00:00.000Z" }, event(1));
    });
    const renew = vi.fn(async () => undefined);
    const { seen } = follow({ open: socket, renew });
    await vi.waitFor(() => expect(seen).toEqual([1]), soon);
    expect(said).toEqual(["1 subscribe", "1 refresh"]);
    expect(renew).toHaveBeenCalledOnce();
  });
});
