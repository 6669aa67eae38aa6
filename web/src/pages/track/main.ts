import "./track.css";
import type { Cursor, Problem, TrackView } from "$lib/api/types";
import { ServerTime } from "$lib/clock";
import { liveHere } from "$lib/live";
import { Soon } from "$lib/soon";
import { slotsOf, stepsOf, type TrackWords } from "./slots";

/** The tracking page is read without this script; with it, it stays true by itself. */

const token = decodeURIComponent(location.pathname.split("/").pop() ?? "");
const words = readJson<TrackWords>("words")!;
let view = readJson<TrackView>("first");
/** Ages must not depend on a phone that is set wrong. */
const time = new ServerTime();
if (view) time.hear(view.clock);
/** When the server last said anything about this visit. */
let heardAt = Date.now();
let closed = false;
/** A blink of the connection is not worth a sentence. */
const OFFLINE_AFTER_MS = 6_000;
/** Where websockets are blocked, and until they work. */
const POLL_MS = 10_000;
const EVENT_PAUSE_MS = 200;
const { title } = document;

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

function mark(selector: string, attributes: Record<string, string>): void {
  const place = document.querySelector(selector);
  for (const [name, value] of Object.entries(attributes)) {
    if (place?.getAttribute(name) !== value) place?.setAttribute(name, value);
  }
}

function draw(): void {
  if (!view) return;
  const { state, visit, seq, rail, van_x, van_y, phone_digits, ...texts } = slotsOf(view, words, time.now());
  for (const [slot, text] of Object.entries(texts)) put(slot, text);
  mark(".answer", { "data-state": state, "data-eta-visit": visit, "data-eta-seq": seq });
  mark(".rail .van", { cx: rail });
  mark(".dial", { "data-ring": texts.ring });
  mark(".dial .van", { cx: van_x, cy: van_y });
  mark(".dial .way", { x2: van_x, y2: van_y });
  mark(".call", { href: `tel:${phone_digits}` });
  document.title = [texts.day, texts.window, title].filter(Boolean).join(" ");
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
  const response = await fetch(`/api/track/${encodeURIComponent(token)}`, { signal: AbortSignal.timeout(POLL_MS) });
  if (response.status === 404 || response.status === 410) {
    const problem = (await response.json().catch(() => null)) as Problem | null;
    over(problem?.code === "link.revoked" ? words.revoked! : words.gone!);
    return null;
  }
  if (!response.ok) throw new Error(`status ${response.status}`);
  const fresh = (await response.json()) as TrackView;
  time.hear(fresh.clock);
  // The stream may have told a forecast that this reading was too early for.
  if (view?.eta && view.stream.epoch === fresh.stream.epoch && view.eta.seq > (fresh.eta?.seq ?? -1)) fresh.eta = view.eta;
  view = fresh;
  heard();
  draw();
  drawSteps();
  return fresh.stream;
}

function heard(): void {
  heardAt = Date.now();
  if (!closed) put("notice", "");
}

/** The link is over: say why, and ask no more. What was last seen stays below. */
function over(why: string): void {
  closed = true;
  soon.stop();
  live.close();
  put("notice", why);
}

const soon = new Soon(() => refetch(), EVENT_PAUSE_MS);
const live = liveHere({
  track: token,
  onState: (state) => {
    if (state.kind === "live") heard();
    // The server ended it: the snapshot's answer tells why.
    else if (state.kind === "stopped" && state.why !== "closed") void refetch().catch(() => undefined);
  },
});

function follow(): void {
  if (!view || closed) return;
  const { topic, epoch, offset } = view.stream;
  live.subscribe(
    topic,
    { epoch, offset },
    {
      snapshot: refetch,
      event: () => soon.heard(),
      eta: (eta) => {
        if (view) view.eta = eta;
        draw();
      },
      position: (_, fix) => {
        if (view) view.position = fix;
        draw();
      },
      refused: () => void refetch().catch(() => undefined),
    },
    view.eta ? [view.eta] : [],
  );
}

/** Without a live connection the page asks; when that fails too, it says how old it is. */
function poll(): void {
  if (closed || document.visibilityState !== "visible" || live.state.kind === "live") return;
  refetch().catch(() => {
    if (Date.now() - heardAt > OFFLINE_AFTER_MS) put("notice", words.offline!);
  });
}

if (view) {
  draw();
  drawSteps();
  follow();
} else {
  refetch().then(follow, () => put("notice", words.offline!));
}
setInterval(() => document.visibilityState === "visible" && draw(), 1_000);
setInterval(poll, POLL_MS);
window.addEventListener("offline", () => setTimeout(poll, OFFLINE_AFTER_MS));
