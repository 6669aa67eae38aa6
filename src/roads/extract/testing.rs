//! Small extracts for tests and benchmarks, in the bytes that a map service would send.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::roads::protobuf::{bytes, number, varint};

/// Elements in a block, as the usual tools make them.
const BLOCK: usize = 8_000;
const NANO_PER_UNIT: f64 = 100.0;

type Text = &'static str;
type TagList = Vec<(Text, Text)>;

/// Nodes and ways, to be written.
#[derive(Default)]
pub struct Extract {
    /// Id, latitude, longitude in degrees, tags.
    pub nodes: Vec<(i64, f64, f64, TagList)>,
    /// Nodes and tags.
    pub ways: Vec<(Vec<i64>, TagList)>,
}

impl Extract {
    pub fn node(&mut self, id: i64, lat: f64, lon: f64) -> &mut Self {
        self.nodes.push((id, lat, lon, Vec::new()));
        self
    }

    pub fn way(&mut self, nodes: &[i64], tags: &[(Text, Text)]) -> &mut Self {
        self.ways.push((nodes.to_vec(), tags.to_vec()));
        self
    }

    /// A town of `side` x `side` junctions some hundred metres apart: every fifth street is a main road, every seventh
    /// one-way. Node `row * side + column + 1` is a junction.
    pub fn town(side: i64, lat: f64, lon: f64) -> Self {
        let mut town = Self::default();
        for row in 0..side {
            for column in 0..side {
                // A little crooked, so that no two ways are equally long.
                let shift = ((row * 31 + column * 17) % 13) as f64 * 1e-5;
                town.node(
                    row * side + column + 1,
                    lat + row as f64 * 1e-3 + shift,
                    lon + column as f64 * 1.2e-3 - shift,
                );
            }
        }
        for line in 0..side {
            let tags: &[(Text, Text)] = match line {
                line if line % 5 == 0 => &[("highway", "primary")],
                line if line % 7 == 0 => &[("highway", "residential"), ("oneway", "yes")],
                _ => &[("highway", "residential")],
            };
            let along: Vec<i64> = (0..side).map(|column| line * side + column + 1).collect();
            let across: Vec<i64> = (0..side).map(|row| row * side + line + 1).collect();
            town.way(&along, tags).way(&across, tags);
        }
        town
    }

    /// The whole file.
    pub fn bytes(&self) -> Vec<u8> {
        let mut header = Vec::new();
        bytes(&mut header, 4, b"OsmSchema-V0.6");
        bytes(&mut header, 4, b"DenseNodes");
        let mut file = blob("OSMHeader", &header, false);
        for nodes in self.nodes.chunks(BLOCK) {
            file.extend(blob("OSMData", &dense(nodes), true));
        }
        for ways in self.ways.chunks(BLOCK) {
            file.extend(blob("OSMData", &way_block(ways), true));
        }
        file
    }
}

/// A blob in its frame.
pub fn blob(kind: &str, data: &[u8], packed: bool) -> Vec<u8> {
    let mut body = Vec::new();
    if packed {
        number(&mut body, 2, data.len() as u64);
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(data).expect("memory takes everything");
        bytes(&mut body, 3, &encoder.finish().expect("memory takes everything"));
    } else {
        bytes(&mut body, 1, data);
    }
    let mut header = Vec::new();
    bytes(&mut header, 1, kind.as_bytes());
    number(&mut header, 3, body.len() as u64);
    [(header.len() as u32).to_be_bytes().as_slice(), &header, &body].concat()
}

/// Strings of a block; the first is empty, because 0 ends the tags of a dense node.
#[derive(Default)]
struct Strings(Vec<Text>);

impl Strings {
    fn index(&mut self, text: Text) -> u64 {
        let known = self.0.iter().position(|known| *known == text);
        known.unwrap_or_else(|| {
            self.0.push(text);
            self.0.len() - 1
        }) as u64
            + 1
    }

    fn table(&self) -> Vec<u8> {
        let mut table = Vec::new();
        bytes(&mut table, 1, b"");
        self.0.iter().for_each(|text| bytes(&mut table, 1, text.as_bytes()));
        table
    }
}

fn block(strings: &Strings, group: &[u8]) -> Vec<u8> {
    let mut block = Vec::new();
    bytes(&mut block, 1, &strings.table());
    bytes(&mut block, 2, group);
    block
}

fn dense(nodes: &[(i64, f64, f64, TagList)]) -> Vec<u8> {
    let (mut strings, mut tags) = (Strings::default(), Vec::new());
    for (_, _, _, list) in nodes {
        for (key, value) in list {
            varint(&mut tags, strings.index(key));
            varint(&mut tags, strings.index(value));
        }
        varint(&mut tags, 0);
    }
    let unit = |degrees: f64| (degrees * 1e9 / NANO_PER_UNIT).round() as i64;
    let mut dense = Vec::new();
    bytes(&mut dense, 1, &differences(nodes.iter().map(|node| node.0)));
    bytes(&mut dense, 8, &differences(nodes.iter().map(|node| unit(node.1))));
    bytes(&mut dense, 9, &differences(nodes.iter().map(|node| unit(node.2))));
    bytes(&mut dense, 10, &tags);
    let mut group = Vec::new();
    bytes(&mut group, 2, &dense);
    block(&strings, &group)
}

fn way_block(ways: &[(Vec<i64>, TagList)]) -> Vec<u8> {
    let (mut strings, mut group) = (Strings::default(), Vec::new());
    for (id, (nodes, tags)) in ways.iter().enumerate() {
        let (mut keys, mut values, mut way) = (Vec::new(), Vec::new(), Vec::new());
        for (key, value) in tags {
            varint(&mut keys, strings.index(key));
            varint(&mut values, strings.index(value));
        }
        number(&mut way, 1, id as u64 + 1);
        bytes(&mut way, 2, &keys);
        bytes(&mut way, 3, &values);
        bytes(&mut way, 8, &differences(nodes.iter().copied()));
        bytes(&mut group, 3, &way);
    }
    block(&strings, &group)
}

fn differences(values: impl Iterator<Item = i64>) -> Vec<u8> {
    let (mut last, mut packed) = (0, Vec::new());
    for value in values {
        let difference = value - last;
        varint(&mut packed, ((difference << 1) ^ (difference >> 63)) as u64);
        last = value;
    }
    packed
}
