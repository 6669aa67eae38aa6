//! Extracts as they come: whole, cut, broken, of something else.

use proptest::prelude::*;

use super::testing::{Extract, blob};
use super::*;
use crate::roads::protobuf::bytes;

fn read(file: &[u8]) -> Result<RawStreets, BadExtract> {
    super::read(file, &SpeedTable::VAN)
}

fn small() -> Extract {
    let mut extract = Extract::default();
    extract.node(11, 36.56, 136.65).node(12, 36.561, 136.651).node(15, -36.5, -136.6);
    extract.way(&[11, 12, 15], &[("highway", "residential"), ("name", "本町通り")]);
    extract.way(&[12, 99], &[("highway", "footway")]);
    extract
}

#[test]
fn ways_come_with_the_places_of_their_nodes() {
    let streets = read(&small().bytes()).unwrap();
    assert_eq!(streets.ways.len(), 1);
    assert_eq!(streets.ways[0].nodes, [0, 1, 2]);
    let at = |lat, lon| Some(Fixed { lat, lon });
    let nodes = [at(365_600_000, 1_366_500_000), at(365_610_000, 1_366_510_000), at(-365_000_000, -1_366_000_000)];
    assert_eq!(streets.nodes, nodes);
}

#[test]
fn nodes_that_the_extract_lacks_are_missing_and_bollards_are_known() {
    let mut extract = small();
    extract.nodes[1].3 = vec![("barrier", "bollard")];
    extract.way(&[15, 16], &[("highway", "service")]);
    let streets = read(&extract.bytes()).unwrap();
    assert_eq!((streets.nodes[3], streets.stops), (None, vec![1]));
}

#[test]
fn what_is_no_extract_is_named_as_such() {
    assert_eq!(read(b""), Err(BadExtract::NoExtract));
    assert_eq!(read(b"PK\x03\x04 a zip file"), Err(BadExtract::NoExtract));
    assert_eq!(read(b"<?xml version='1.0'?><osm/>"), Err(BadExtract::NoExtract));
    assert_eq!(read(&blob("OSMData", b"", false)), Err(BadExtract::NoExtract));
}

#[test]
fn an_extract_without_a_street_says_so() {
    let mut extract = Extract::default();
    extract.node(1, 36.5, 136.6).node(2, 36.6, 136.6).way(&[1, 2], &[("highway", "path")]);
    assert_eq!(read(&extract.bytes()), Err(BadExtract::NoRoads));
    assert_eq!(read(&Extract::default().bytes()), Err(BadExtract::NoRoads));
}

#[test]
fn a_file_that_demands_more_is_refused() {
    let mut header = Vec::new();
    bytes(&mut header, 4, b"Has_Wings");
    assert_eq!(read(&blob("OSMHeader", &header, false)), Err(BadExtract::Demands("Has_Wings".to_owned())));
    let mut packed = Vec::new();
    bytes(&mut packed, 7, b"zstd");
    let mut frame = blob("OSMHeader", b"", false);
    let at = frame.len();
    let mut head = Vec::new();
    bytes(&mut head, 1, b"OSMData");
    head.extend([3 << 3, packed.len() as u8]);
    frame.extend((head.len() as u32).to_be_bytes());
    frame.extend(head);
    frame.extend(packed);
    assert_eq!(read(&frame), Err(BadExtract::Packing { at }));
}

#[test]
fn wherever_a_file_is_cut_it_is_refused() {
    let whole = small().bytes();
    for end in 0..whole.len() {
        let cut = read(&whole[..end]);
        // Between two parts a cut cannot be seen; then streets or their nodes are missing.
        let quiet = cut.as_ref().is_ok_and(|streets| streets.nodes.contains(&None));
        assert!(cut.is_err() || quiet, "cut at {end}: {cut:?}");
    }
}

proptest! {
    #[test]
    fn broken_bytes_end_in_an_error_and_never_in_a_fall(
        at in 0_usize..400, value in any::<u8>(), tail in prop::collection::vec(any::<u8>(), 0..40)
    ) {
        let mut file = small().bytes();
        let index = at % file.len();
        file[index] = value;
        let _ = read(&file);
        file.truncate(index);
        file.extend(&tail);
        let _ = read(&file);
    }

    #[test]
    fn a_broken_block_ends_in_an_error_and_never_in_a_fall(data in prop::collection::vec(any::<u8>(), 0..200)) {
        let file = [blob("OSMHeader", b"", false), blob("OSMData", &data, false)].concat();
        let _ = read(&file);
    }
}
