//! A block of nodes and ways, after unpacking.

use super::wire::{Broken, Field, Message, numbers, sums};
use super::{Fixed, NANO_PER_FIXED};

/// A block with its strings.
pub struct Block<'a> {
    strings: Vec<&'a [u8]>,
    groups: Vec<&'a [u8]>,
    granularity: i64,
    lat_offset: i64,
    lon_offset: i64,
}

/// A node as it stands in a block.
pub struct Node<'b> {
    pub id: i64,
    pub at: Fixed,
    /// The value of its tag `barrier`, which may stop a van.
    pub barrier: Option<&'b str>,
    /// The value of its tag `access`, or a nearer one for motor vehicles.
    pub access: Option<&'b str>,
}

/// A way as it stands in a block.
pub struct Way<'b> {
    keys: &'b [u8],
    values: &'b [u8],
    refs: &'b [u8],
}

impl<'a> Block<'a> {
    pub fn read(bytes: &'a [u8]) -> Result<Self, Broken> {
        let mut block =
            Self { strings: Vec::new(), groups: Vec::new(), granularity: 100, lat_offset: 0, lon_offset: 0 };
        let mut message = Message(bytes);
        while let Some(field) = message.next()? {
            match field {
                Field::Bytes(1, table) => block.strings = strings(table)?,
                Field::Bytes(2, group) => block.groups.push(group),
                Field::Number(17, nano) => block.granularity = nano as i64,
                Field::Number(19, nano) => block.lat_offset = nano as i64,
                Field::Number(20, nano) => block.lon_offset = nano as i64,
                _ => {}
            }
        }
        Ok(block)
    }

    /// Text that is no UTF-8 counts as empty: no tag that matters here has such a value.
    fn string(&self, index: u64) -> Result<&'a str, Broken> {
        let bytes = self.strings.get(usize::try_from(index).map_err(|_| Broken)?).ok_or(Broken)?;
        Ok(std::str::from_utf8(bytes).unwrap_or_default())
    }

    fn fixed(&self, lat: i64, lon: i64) -> Fixed {
        let degrees = |offset: i64, value: i64| {
            let nano = self.granularity.wrapping_mul(value).wrapping_add(offset);
            i32::try_from(nano / NANO_PER_FIXED).unwrap_or(i32::MAX)
        };
        Fixed { lat: degrees(self.lat_offset, lat), lon: degrees(self.lon_offset, lon) }
    }

    /// Every way with its tags.
    pub fn ways(&self, mut each: impl FnMut(&Way<'a>) -> Result<(), Broken>) -> Result<(), Broken> {
        for group in &self.groups {
            let mut message = Message(group);
            while let Some(field) = message.next()? {
                if let Field::Bytes(3, way) = field {
                    each(&way_of(way)?)?;
                }
            }
        }
        Ok(())
    }

    pub fn tags(&self, way: &Way<'a>, mut each: impl FnMut(&'a str, &'a str)) -> Result<(), Broken> {
        let mut values = numbers(way.values);
        for key in numbers(way.keys) {
            let value = values.next().ok_or(Broken)??;
            each(self.string(key?)?, self.string(value)?);
        }
        Ok(())
    }

    /// Every node, whichever way it is stored.
    pub fn nodes(&self, mut each: impl FnMut(Node<'a>)) -> Result<(), Broken> {
        for group in &self.groups {
            let mut message = Message(group);
            while let Some(field) = message.next()? {
                match field {
                    Field::Bytes(1, node) => each(self.single(node)?),
                    Field::Bytes(2, dense) => self.dense(dense, &mut each)?,
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn single(&self, bytes: &'a [u8]) -> Result<Node<'a>, Broken> {
        let (mut id, mut lat, mut lon, mut keys, mut values) = (0, 0, 0, &[][..], &[][..]);
        let mut message = Message(bytes);
        while let Some(field) = message.next()? {
            match field {
                Field::Number(1, folded) => id = super::wire::signed(folded),
                Field::Bytes(2, packed) => keys = packed,
                Field::Bytes(3, packed) => values = packed,
                Field::Number(8, folded) => lat = super::wire::signed(folded),
                Field::Number(9, folded) => lon = super::wire::signed(folded),
                _ => {}
            }
        }
        let mut node = Node { id, at: self.fixed(lat, lon), barrier: None, access: None };
        let mut values = numbers(values);
        for key in numbers(keys) {
            let value = values.next().ok_or(Broken)??;
            node.tag(self.string(key?)?, self.string(value)?);
        }
        Ok(node)
    }

    /// Dense nodes are columns; the tags of all of them are one list in which 0 ends a node.
    fn dense(&self, bytes: &'a [u8], each: &mut impl FnMut(Node<'a>)) -> Result<(), Broken> {
        let (mut ids, mut lats, mut lons, mut tags) = (&[][..], &[][..], &[][..], &[][..]);
        let mut message = Message(bytes);
        while let Some(field) = message.next()? {
            match field {
                Field::Bytes(1, packed) => ids = packed,
                Field::Bytes(8, packed) => lats = packed,
                Field::Bytes(9, packed) => lons = packed,
                Field::Bytes(10, packed) => tags = packed,
                _ => {}
            }
        }
        let (mut lats, mut lons, mut tags) = (sums(lats), sums(lons), numbers(tags));
        for id in sums(ids) {
            let (lat, lon) = (lats.next().ok_or(Broken)??, lons.next().ok_or(Broken)??);
            let mut node = Node { id: id?, at: self.fixed(lat, lon), barrier: None, access: None };
            while let Some(key) = tags.next().transpose()?.filter(|&key| key != 0) {
                let value = tags.next().ok_or(Broken)??;
                node.tag(self.string(key)?, self.string(value)?);
            }
            each(node);
        }
        Ok(())
    }
}

impl<'b> Node<'b> {
    fn tag(&mut self, key: &'b str, value: &'b str) {
        match key {
            "barrier" => self.barrier = Some(value),
            "motor_vehicle" | "motorcar" => self.access = Some(value),
            "access" => self.access = self.access.or(Some(value)),
            _ => {}
        }
    }
}

impl Way<'_> {
    /// Ids of its nodes in order.
    pub fn nodes(&self) -> impl Iterator<Item = Result<i64, Broken>> {
        sums(self.refs)
    }
}

fn strings(table: &[u8]) -> Result<Vec<&[u8]>, Broken> {
    let (mut message, mut strings) = (Message(table), Vec::new());
    while let Some(field) = message.next()? {
        if let Field::Bytes(1, text) = field {
            strings.push(text);
        }
    }
    Ok(strings)
}

fn way_of(bytes: &[u8]) -> Result<Way<'_>, Broken> {
    let (mut message, mut way) = (Message(bytes), Way { keys: &[], values: &[], refs: &[] });
    while let Some(field) = message.next()? {
        match field {
            Field::Bytes(2, packed) => way.keys = packed,
            Field::Bytes(3, packed) => way.values = packed,
            Field::Bytes(8, packed) => way.refs = packed,
            _ => {}
        }
    }
    Ok(way)
}
