import "./track.css";
import type { Cursor, TrackView } from "$lib/api/types";
import { liveHere } from "$lib/live";
import { slotsOf, stepsOf, type TrackWords } from "./slots";

/** The tracking page is read without this script; with it, it stays true by itself. */

const token = decodeURIComponent(location.pathname.split("/").pop() ?? "");
const words = readJson<TrackWords>("words")!;
let view = readJson<TrackView>("first");
/** The server's clock against this device's: ages must not depend on a phone that is set wrong. */
let skewMs = 0;
let offlineTimer: ReturnType<typeof setTimeout> | undefined;
/** A blink of the connection is not worth a sentence. */
const OFFLINE_AFTER_MS = 6000;
const EVENT_PAUSE_MS = 200;

function readJson<T>(id: string): T | null {
  try {
    return JSON.parse(document.getElementById(id)?.textContent ?? "null") as T;
  } catch {
    return null;
  }
}

function put(slot: string, text: string): void {
  const place = document.querySelector(`[data-slot="${slot}"]`);
  // Writing the same text again would make screen readers say it again.
  if (place && place.textContent !== text) place.textContent = text;
}

function draw(): void {
  if (!view) return;
  const { state, rail, ...texts } = slotsOf(view, words, Date.now() + skewMs);
  for (const [slot, text] of Object.entries(texts)) put(slot, text);
  document.querySelector(".answer")?.setAttribute("data-state", state);
  document.querySelector(".van")?.setAttribute("cx", rail);
}

function drawSteps(): void {
  if (!view) return;
  const list = document.querySelector('[data-slot="steps"]');
  const items = stepsOf(view, words).map(({ word, time, stage }) => {
    const item = document.createElement("li");
    item.className = stage;
    if (stage === "now") item.setAttribute("aria-current", "step");
    const name = document.createElement("span");
    name.textContent = word;
    const when = document.createElement("time");
    when.textContent = time;
    item.append(name, when);
    return item;
  });
  list?.replaceChildren(...items);
}

async function refetch(): Promise<Cursor | null> {
  const response = await fetch(`/api/track/${encodeURIComponent(token)}`);
  if (response.status === 404 || response.status === 410) {
    over();
    return null;
  }
  if (!response.ok) throw new Error(`status ${response.status}`);
  const sent = response.headers.get("date");
  if (sent) skewMs = new Date(sent).getTime() - Date.now();
  const fresh = (await response.json()) as TrackView;
  if (view?.eta && fresh.eta && view.eta.seq > fresh.eta.seq) fresh.eta = view.eta;
  view = fresh;
  draw();
  drawSteps();
  return fresh.stream;
}

function over(): void {
  live.close();
  put("notice", words.gone!);
}

let eventTimer: ReturnType<typeof setTimeout> | undefined;
const live = liveHere({
  track: token,
  onState: (state) => {
    clearTimeout(offlineTimer);
    if (state.kind === "live") put("notice", "");
    else if (state.kind === "stopped") put("notice", words.gone!);
    else offlineTimer = setTimeout(() => put("notice", words.offline!), OFFLINE_AFTER_MS);
  },
});

function follow(): void {
  if (!view) return;
  live.subscribe(
    view.stream.topic,
    { epoch: view.stream.epoch, offset: view.stream.offset },
    {
      snapshot: refetch,
      event: () => {
        clearTimeout(eventTimer);
        eventTimer = setTimeout(() => void refetch().catch(() => undefined), EVENT_PAUSE_MS);
      },
      eta: (eta) => {
        if (view) view.eta = eta;
        draw();
      },
      position: (_, fix) => {
        if (view) view.position = fix;
      },
    },
    view.eta ? [view.eta] : [],
  );
}

if (view) {
  draw();
  drawSteps();
  follow();
} else {
  refetch().then(follow, () => put("notice", words.offline!));
}
setInterval(() => document.visibilityState === "visible" && draw(), 1000);
