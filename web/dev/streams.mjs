/** Live topics of the mock: an event list each, so that a client can resume; forecasts and positions are not kept. */
import { WebSocketServer } from "ws";

const epoch = `e${Date.now().toString(36)}`;
const topics = new Map();
const watchers = new Map();

export function stream(topic) {
  return { topic, epoch, offset: topics.get(topic)?.length ?? 0 };
}

export function publish(names, event) {
  for (const topic of names) {
    const events = topics.get(topic) ?? [];
    topics.set(topic, events);
    events.push(event);
    tell(topic, { type: "event", topic, offset: events.length, event });
  }
}

export function tell(topic, frame) {
  for (const socket of watchers.get(topic) ?? []) socket.send(JSON.stringify(frame));
}

export function attach(server, onPositions) {
  const sockets = new WebSocketServer({ server, path: "/live", handleProtocols: () => "kaketsuke.1" });
  sockets.on("connection", (socket) => {
    socket.on("message", (data) => {
      const frame = JSON.parse(String(data));
      if (frame.type === "subscribe") subscribe(socket, frame);
      else if (frame.type === "unsubscribe") watchers.get(frame.topic)?.delete(socket);
      else if (frame.type === "positions") socket.send(JSON.stringify({ type: "accepted", id: frame.id, ...onPositions(frame.positions) }));
    });
    socket.on("close", () => watchers.forEach((set) => set.delete(socket)));
  });
}

function subscribe(socket, { topic, after }) {
  const events = topics.get(topic) ?? [];
  const set = watchers.get(topic) ?? new Set();
  watchers.set(topic, set.add(socket));
  const known = after && after.epoch === epoch && after.offset <= events.length;
  if (after && !known) return socket.send(JSON.stringify({ type: "reset", topic, epoch, offset: events.length }));
  const from = known ? after.offset : events.length;
  socket.send(JSON.stringify({ type: "subscribed", topic, epoch, offset: from, complete: true }));
  events.slice(from).forEach((event, i) => socket.send(JSON.stringify({ type: "event", topic, offset: from + i + 1, event })));
}
