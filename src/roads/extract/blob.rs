//! The frames of a `.osm.pbf` file: headers, and blobs that are packed or plain.
//! Source: <https://wiki.openstreetmap.org/wiki/PBF_Format>.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::ZlibDecoder;

use super::BadExtract;
use super::wire::{Field, Message};

/// The format's own bounds: what is larger is no such file.
const HEADER_BYTES_MAX: usize = 64 * 1024;
const BLOB_BYTES_MAX: usize = 32 * 1024 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What the file demands of its reader.
    Header,
    /// Nodes, ways, relations.
    Data,
}

/// A part of the file, still packed.
#[derive(Debug, Clone, Copy)]
pub struct Blob<'a> {
    pub kind: Kind,
    /// Where it begins in the file, for messages.
    pub at: usize,
    body: &'a [u8],
}

/// All blobs of a file in order. Kinds that the format may get one day are left out, as it demands.
pub fn blobs(file: &[u8]) -> Result<Vec<Blob<'_>>, BadExtract> {
    let (mut rest, mut found) = (file, Vec::new());
    while !rest.is_empty() {
        let at = file.len() - rest.len();
        let cut = if found.is_empty() { BadExtract::NoExtract } else { BadExtract::Truncated { at } };
        let (length, after) = rest.split_first_chunk::<4>().ok_or(cut.clone())?;
        let length = u32::from_be_bytes(*length) as usize;
        if length > HEADER_BYTES_MAX {
            return Err(if found.is_empty() { BadExtract::NoExtract } else { BadExtract::Broken { at } });
        }
        let (header, after) = after.split_at_checked(length).ok_or(cut)?;
        let (kind, size) = frame(header).ok_or(BadExtract::Broken { at })?;
        if size > BLOB_BYTES_MAX {
            return Err(BadExtract::Broken { at });
        }
        let (body, after) = after.split_at_checked(size).ok_or(BadExtract::Truncated { at })?;
        if let Some(kind) = kind {
            found.push(Blob { kind, at, body });
        }
        rest = after;
    }
    match found.first() {
        Some(Blob { kind: Kind::Header, .. }) => Ok(found),
        _ => Err(BadExtract::NoExtract),
    }
}

/// What a frame's header announces: the kind, if it is known, and the bytes that follow.
fn frame(header: &[u8]) -> Option<(Option<Kind>, usize)> {
    let (mut message, mut kind, mut size) = (Message(header), None, None);
    while let Some(field) = message.next().ok()? {
        match field {
            Field::Bytes(1, b"OSMHeader") => kind = Some(Kind::Header),
            Field::Bytes(1, b"OSMData") => kind = Some(Kind::Data),
            Field::Number(3, bytes) => size = usize::try_from(bytes).ok(),
            _ => {}
        }
    }
    Some((kind, size?))
}

impl<'a> Blob<'a> {
    pub fn broken(&self) -> BadExtract {
        BadExtract::Broken { at: self.at }
    }

    /// What is in it. Never more than the format allows, whatever the file claims.
    pub fn open(&self) -> Result<Cow<'a, [u8]>, BadExtract> {
        let (mut message, mut plain, mut packed, mut size) = (Message(self.body), None, None, 0);
        while let Some(field) = message.next().map_err(|_| self.broken())? {
            match field {
                Field::Bytes(1, bytes) => plain = Some(bytes),
                Field::Number(2, bytes) => size = bytes.min(BLOB_BYTES_MAX as u64) as usize,
                Field::Bytes(3, bytes) => packed = Some(bytes),
                Field::Bytes(4..=7, _) => return Err(BadExtract::Packing { at: self.at }),
                _ => {}
            }
        }
        match (plain, packed) {
            (Some(plain), _) => Ok(Cow::Borrowed(plain)),
            (None, Some(packed)) => self.inflate(packed, size).map(Cow::Owned),
            (None, None) => Err(self.broken()),
        }
    }

    fn inflate(&self, packed: &[u8], size: usize) -> Result<Vec<u8>, BadExtract> {
        let mut bytes = Vec::with_capacity(size);
        let mut reader = ZlibDecoder::new(packed).take(BLOB_BYTES_MAX as u64 + 1);
        reader.read_to_end(&mut bytes).map_err(|_| self.broken())?;
        if bytes.len() != size { Err(self.broken()) } else { Ok(bytes) }
    }
}
