import { expect, test } from "vitest";
import type { MapInfo } from "$lib/api/types";
import { baseStyle } from "./style";

const info = (kind: MapInfo["kind"], url: string): MapInfo => ({ kind, attribution: "", center: { lat: 36.5, lon: 136.6 }, zoom: 12, bounds: [136, 36, 137, 37], url });

test.each([
  ["streets", "/api/map/streets"],
  ["pmtiles", "/tiles/{z}/{x}/{y}.pbf"],
] as const)("a %s map asks nobody but this server", (kind, url) => {
  for (const scheme of ["light", "dark"] as const) {
    const style = baseStyle(info(kind, url), scheme, "ja", "https://dispatch.example", 14);
    const addresses = JSON.stringify(style).match(/https?:[^"]+/g) ?? [];
    expect(addresses).toEqual([`https://dispatch.example${url}`]);
    expect([style.glyphs, style.sprite]).toEqual([undefined, undefined]);
    const ids = style.layers.map((layer) => layer.id);
    expect(new Set(ids).size).toBe(ids.length);
  }
});
