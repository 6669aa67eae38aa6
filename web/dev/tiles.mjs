/** Reads tiles out of a PMTiles file (version 3, https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md). */
import { closeSync, openSync, readSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const GZIP = 2;

export function openTiles(path) {
  const file = openSync(path, "r");
  const read = (offset, length) => {
    const bytes = Buffer.alloc(length);
    readSync(file, bytes, 0, length, offset);
    return bytes;
  };
  const head = read(0, 127);
  if (head.toString("latin1", 0, 7) !== "PMTiles" || head[7] !== 3) {
    closeSync(file);
    throw new Error(`${path} is not a PMTiles file of version 3`);
  }
  const number = (at) => Number(head.readBigUInt64LE(at));
  const [root, rootLength, leaves, data] = [number(8), number(16), number(40), number(56)];
  const unpack = (bytes, how) => (how === GZIP ? gunzipSync(bytes) : bytes);
  const directory = (offset, length) => entries(unpack(read(offset, length), head[97]));
  const first = directory(root, rootLength);
  const degrees = (at) => head.readInt32LE(at) / 1e7;

  return {
    bounds: [degrees(102), degrees(106), degrees(110), degrees(114)],
    center: { lon: degrees(119), lat: degrees(123) },
    /** The tile's bytes, unpacked; null where the file has none. */
    tile(z, x, y) {
      const id = tileId(z, x, y);
      let list = first;
      for (let depth = 0; depth < 4; depth += 1) {
        const found = list.findLast((entry) => entry.id <= id);
        if (!found) return null;
        if (found.run > 0) return id < found.id + found.run ? unpack(read(data + found.offset, found.length), head[98]) : null;
        list = directory(leaves + found.offset, found.length);
      }
      return null;
    },
  };
}

function entries(bytes) {
  let at = 0;
  const varint = () => {
    let [value, shift] = [0, 1];
    for (;;) {
      const byte = bytes[at++];
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
      shift *= 128;
    }
  };
  const list = Array.from({ length: varint() }, () => ({ id: 0, run: 0, length: 0, offset: 0 }));
  let id = 0;
  for (const entry of list) entry.id = id += varint();
  for (const entry of list) entry.run = varint();
  for (const entry of list) entry.length = varint();
  list.forEach((entry, i) => {
    const value = varint();
    entry.offset = value === 0 && i > 0 ? list[i - 1].offset + list[i - 1].length : value - 1;
  });
  return list;
}

/** The place on the Hilbert curve, behind all tiles of lower zooms. */
function tileId(z, x, y) {
  let id = (4 ** z - 1) / 3;
  for (let s = 2 ** (z - 1); s >= 1; s /= 2) {
    const rx = (x & s) > 0 ? 1 : 0;
    const ry = (y & s) > 0 ? 1 : 0;
    id += s * s * ((3 * rx) ^ ry);
    if (ry === 0) {
      if (rx === 1) [x, y] = [s - 1 - (x & (s - 1)), s - 1 - (y & (s - 1))];
      [x, y] = [y, x];
    }
  }
  return id;
}
