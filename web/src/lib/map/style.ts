import type { ExpressionSpecification, LayerSpecification, SourceSpecification, StyleSpecification } from "maplibre-gl";
import type { MapInfo } from "$lib/api/types";
import type { Language } from "$lib/language.svelte";

/** Quiet colours: what moves on the map must stand out, not the town. */
interface Palette {
  ground: string;
  water: string;
  park: string;
  wood: string;
  built: string;
  minor: string;
  middle: string;
  major: string;
  fast: string;
  casing: string;
  rail: string;
  text: string;
  halo: string;
}

const light: Palette = {
  ground: "#f3f3f0",
  water: "#c9dde8",
  park: "#e0ead9",
  wood: "#d8e4d2",
  built: "#e9e8e4",
  minor: "#ffffff",
  middle: "#ffffff",
  major: "#fbf3dc",
  fast: "#f6e3bd",
  casing: "#cbc9c1",
  rail: "#b3b1ab",
  text: "#4c5560",
  halo: "#f8f8f6",
};

const dark: Palette = {
  ground: "#161c22",
  water: "#1d2f3c",
  park: "#1b2722",
  wood: "#19251f",
  built: "#1b2229",
  minor: "#2a333c",
  middle: "#323d47",
  major: "#414b52",
  fast: "#55573f",
  casing: "#11161b",
  rail: "#4d565e",
  text: "#a7b3be",
  halo: "#12181d",
};

/** Drawn by the browser from the fonts of the device: nothing is fetched. */
const FONT = ["sans-serif"];

/** Road classes of both schemas, from small to great, with their width at zoom 12 and 17. */
const ROADS: { classes: string[]; color: keyof Palette; at12: number; at17: number; from: number }[] = [
  { classes: ["residential", "living_street", "unclassified", "service", "minor", "track"], color: "minor", at12: 0.4, at17: 9, from: 12 },
  { classes: ["tertiary"], color: "middle", at12: 1.2, at17: 12, from: 10 },
  { classes: ["secondary"], color: "middle", at12: 1.8, at17: 14, from: 9 },
  { classes: ["primary"], color: "major", at12: 2.4, at17: 16, from: 7 },
  { classes: ["trunk"], color: "fast", at12: 3, at17: 18, from: 5 },
  { classes: ["motorway"], color: "fast", at12: 3.4, at17: 20, from: 5 },
];

type Filter = ExpressionSpecification;
const isOneOf = (classes: string[]): Filter => ["in", ["get", "class"], ["literal", classes]];
const isPolygon: Filter = ["==", ["geometry-type"], "Polygon"];

function roads(palette: Palette, source: { source: string; "source-layer"?: string }): LayerSpecification[] {
  const width = (road: (typeof ROADS)[number], extra: number): Extract<LayerSpecification, { type: "line" }>["paint"] => ({
    "line-width": ["interpolate", ["exponential", 1.5], ["zoom"], 8, road.at12 * 0.25 + extra / 2, 12, road.at12 + extra, 17, road.at17 + extra],
  });
  const layer = (road: (typeof ROADS)[number], casing: boolean): LayerSpecification => ({
    id: `road-${road.classes[0]}${casing ? "-casing" : ""}`,
    type: "line",
    ...source,
    minzoom: road.from,
    filter: isOneOf(road.classes),
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": casing ? palette.casing : palette[road.color], ...width(road, casing ? 1.4 : 0) },
  });
  return [...ROADS.map((road) => layer(road, true)), ...ROADS.map((road) => layer(road, false))];
}

function area(id: string, color: string, filter: Filter | null, source: { source: string; "source-layer"?: string }): LayerSpecification {
  return { id, type: "fill", ...source, ...(filter ? { filter } : {}), paint: { "fill-color": color } };
}

function label(
  palette: Palette,
  id: string,
  source: { source: string; "source-layer"?: string },
  filter: Filter,
  text: Extract<LayerSpecification, { type: "symbol" }>["layout"],
  minzoom: number,
): LayerSpecification {
  return {
    id,
    type: "symbol",
    ...source,
    filter,
    minzoom,
    layout: { "text-font": FONT, "text-size": 12, ...text },
    paint: { "text-color": palette.text, "text-halo-color": palette.halo, "text-halo-width": 1.2 },
  };
}

/** The road network that the server plans with, drawn from its GeoJSON. */
function streets(palette: Palette, language: Language): LayerSpecification[] {
  const source = { source: "base" };
  const name: Extract<LayerSpecification, { type: "symbol" }>["layout"] = {
    "text-field": ["coalesce", ["get", `name_${language}`], ["get", "name_ja"]],
  };
  return [
    area("wood", palette.wood, ["all", isPolygon, isOneOf(["wood"])], source),
    area("park", palette.park, ["all", isPolygon, isOneOf(["park"])], source),
    area("water", palette.water, ["all", isPolygon, isOneOf(["water"])], source),
    { id: "stream", type: "line", ...source, filter: ["all", ["==", ["geometry-type"], "LineString"], isOneOf(["water", "river", "stream"])], paint: { "line-color": palette.water, "line-width": 2 } },
    ...roads(palette, source),
    { id: "rail", type: "line", ...source, filter: isOneOf(["railway"]), paint: { "line-color": palette.rail, "line-width": 1.6, "line-dasharray": [5, 3] } },
    label(palette, "street-name", source, isOneOf(["motorway", "trunk", "primary", "secondary"]), { ...name, "symbol-placement": "line", "text-size": 11 }, 13),
    label(palette, "district-name", source, ["all", ["==", ["geometry-type"], "Point"], isOneOf(["district"])], name, 11),
    label(palette, "station-name", source, ["all", ["==", ["geometry-type"], "Point"], isOneOf(["station"])], { ...name, "text-size": 13 }, 9),
  ];
}

/** Vector tiles of the OpenMapTiles schema. */
function tiles(palette: Palette, language: Language): LayerSpecification[] {
  const of = (layer: string): { source: string; "source-layer": string } => ({ source: "base", "source-layer": layer });
  const name: Extract<LayerSpecification, { type: "symbol" }>["layout"] = {
    "text-field":
      language === "ja"
        ? ["coalesce", ["get", "name:ja"], ["get", "name"]]
        : ["coalesce", ["get", "name:en"], ["get", "name_en"], ["get", "name:latin"], ["get", "name"]],
  };
  return [
    area("landuse", palette.built, isOneOf(["residential", "industrial", "commercial", "retail"]), of("landuse")),
    area("landcover", palette.wood, isOneOf(["wood", "grass", "forest"]), of("landcover")),
    area("park", palette.park, null, of("park")),
    area("water", palette.water, null, of("water")),
    { id: "waterway", type: "line", ...of("waterway"), paint: { "line-color": palette.water, "line-width": 1.5 } },
    { id: "building", type: "fill", ...of("building"), minzoom: 15, paint: { "fill-color": palette.built, "fill-outline-color": palette.casing } },
    ...roads(palette, of("transportation")),
    { id: "rail", type: "line", ...of("transportation"), filter: isOneOf(["rail", "transit"]), paint: { "line-color": palette.rail, "line-width": 1.4, "line-dasharray": [5, 3] } },
    label(palette, "street-name", of("transportation_name"), isOneOf(["motorway", "trunk", "primary", "secondary"]), { ...name, "symbol-placement": "line", "text-size": 11 }, 13),
    label(palette, "place-small", of("place"), isOneOf(["suburb", "quarter", "neighbourhood", "village", "hamlet"]), { ...name, "text-size": 11 }, 12),
    label(palette, "place", of("place"), isOneOf(["city", "town"]), { ...name, "text-size": 14 }, 6),
  ];
}

/** The base map's style: light or dark, with names in the page's language, without anything from elsewhere. */
export function baseStyle(
  info: MapInfo,
  scheme: "light" | "dark",
  language: Language,
  origin: string,
  maxzoom: number,
): StyleSpecification {
  const palette = scheme === "dark" ? dark : light;
  const url = info.url.startsWith("/") ? origin + info.url : info.url;
  const base: SourceSpecification =
    info.kind === "pmtiles"
      ? { type: "vector", tiles: [url], maxzoom, ...(info.bounds ? { bounds: info.bounds as [number, number, number, number] } : {}) }
      : { type: "geojson", data: url };
  return {
    version: 8,
    sources: { base },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": palette.ground } },
      ...(info.kind === "pmtiles" ? tiles(palette, language) : streets(palette, language)),
    ],
  };
}
