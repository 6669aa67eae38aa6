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

/** A base map that follows the device's light or dark scheme, with its attribution always in sight. */
export function showMap({ container, info, language, onStyle }: MapOptions): OurMap {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let now = language;
  const style = () => baseStyle(info, dark.matches ? "dark" : "light", now, location.origin);
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
