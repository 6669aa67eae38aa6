import "maplibre-gl/dist/maplibre-gl.css";
import "./map.css";
import * as maplibregl from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import type { MapInfo } from "$lib/api/types";
import type { Language } from "$lib/language.svelte";
import { baseStyle } from "./style";

// Import this file lazily, where a map is shown: the library is larger than the rest of a page.
maplibregl.setWorkerUrl(workerUrl);

export { maplibregl };

export interface MapOptions {
  container: HTMLElement;
  info: MapInfo;
  language: Language;
  /** Called when the style is ready, and again after each change of colours or language: add your layers here. */
  onStyle: (map: maplibregl.Map) => void;
}

export interface OurMap {
  map: maplibregl.Map;
  setLanguage: (language: Language) => void;
  remove: () => void;
}

const LOCAL_FONTS = '"Hiragino Sans", "Noto Sans CJK JP", "Noto Sans JP", "Yu Gothic UI", Meiryo, sans-serif';

/** Greatest zoom of the usual files; deeper views stretch those tiles. */
const DEEPEST = 14;
const SHALLOWEST = 10;

/** Down to which zoom the file has tiles, asked at its middle: a source that promises more would show nothing there. */
export async function deepestZoom(info: MapInfo, has = hasTile): Promise<number> {
  if (info.kind !== "pmtiles") return DEEPEST;
  for (let zoom = DEEPEST; zoom > SHALLOWEST; zoom -= 1) {
    const [x, y] = tileAt(info.center.lon, info.center.lat, zoom);
    const url = info.url.replace("{z}", String(zoom)).replace("{x}", String(x)).replace("{y}", String(y));
    if (await has(url)) return zoom;
  }
  return SHALLOWEST;
}

async function hasTile(url: string): Promise<boolean> {
  const answer = await fetch(url, { credentials: "same-origin" });
  return answer.status === 200;
}

/** The web Mercator tile over a place. */
function tileAt(lon: number, lat: number, zoom: number): [number, number] {
  const across = 2 ** zoom;
  const angle = (lat * Math.PI) / 180;
  const y = (1 - Math.asinh(Math.tan(angle)) / Math.PI) / 2;
  return [Math.floor(((lon + 180) / 360) * across), Math.floor(y * across)];
}

/** A base map that follows the device's light or dark scheme, with its attribution always in sight. */
export async function showMap({ container, info, language, onStyle }: MapOptions): Promise<OurMap> {
  const deepest = await deepestZoom(info);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let now = language;
  const style = () => baseStyle(info, dark.matches ? "dark" : "light", now, location.origin, deepest);
  const map = new maplibregl.Map({
    container,
    style: style(),
    center: [info.center.lon, info.center.lat],
    zoom: info.zoom,
    attributionControl: false,
    fadeDuration: 0,
    localIdeographFontFamily: LOCAL_FONTS,
    dragRotate: false,
    pitchWithRotate: false,
    maxPitch: 0,
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  container.append(attribution(info.attribution));
  const redraw = (): void => void map.setStyle(style(), { diff: false });
  map.on("style.load", () => onStyle(map));
  dark.addEventListener("change", redraw);
  return {
    map,
    setLanguage(wanted) {
      if (wanted === now) return;
      now = wanted;
      redraw();
    },
    remove() {
      dark.removeEventListener("change", redraw);
      map.remove();
    },
  };
}

function attribution(text: string): HTMLElement {
  const line = document.createElement("p");
  line.className = "map-attribution";
  line.textContent = text;
  return line;
}
