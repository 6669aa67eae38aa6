//! Protocol Buffers on the wire: fields, variable-length numbers, packed lists. Only what `.osm.pbf` uses, read in place
//! and with every length checked, so that a broken file ends in an error and never in a wrong index.
//! Source: <https://protobuf.dev/programming-guides/encoding/>.

/// The bytes are no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken;

/// A value with its field's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field<'a> {
    Number(u32, u64),
    Bytes(u32, &'a [u8]),
    /// A fixed 32 or 64 bit value: `.osm.pbf` has none that matters here.
    Other,
}

/// A message that is still to be read.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a>(pub &'a [u8]);

impl<'a> Message<'a> {
    /// The next field; none at the end.
    pub fn next(&mut self) -> Result<Option<Field<'a>>, Broken> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let key = number(&mut self.0)?;
        let field = u32::try_from(key >> 3).map_err(|_| Broken)?;
        Ok(Some(match key & 7 {
            0 => Field::Number(field, number(&mut self.0)?),
            1 => self.skip(8)?,
            2 => {
                let length = usize::try_from(number(&mut self.0)?).map_err(|_| Broken)?;
                Field::Bytes(field, take(&mut self.0, length)?)
            }
            5 => self.skip(4)?,
            _ => return Err(Broken),
        }))
    }

    fn skip(&mut self, length: usize) -> Result<Field<'a>, Broken> {
        take(&mut self.0, length).map(|_| Field::Other)
    }
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Result<&'a [u8], Broken> {
    let (head, tail) = bytes.split_at_checked(length).ok_or(Broken)?;
    *bytes = tail;
    Ok(head)
}

/// Reads one number of at most ten bytes, seven bits each, lowest first.
pub fn number(bytes: &mut &[u8]) -> Result<u64, Broken> {
    let mut value = 0;
    for (index, &byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte < 0x80 {
            *bytes = &bytes[index + 1..];
            return Ok(value);
        }
    }
    Err(Broken)
}

/// A number that was folded so that small negative ones stay short.
pub fn signed(folded: u64) -> i64 {
    (folded >> 1) as i64 ^ -((folded & 1) as i64)
}

/// A packed list of numbers.
pub fn numbers(mut bytes: &[u8]) -> impl Iterator<Item = Result<u64, Broken>> {
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        let read = number(&mut bytes);
        if read.is_err() {
            bytes = &[];
        }
        Some(read)
    })
}

/// A packed list of differences, summed up.
pub fn sums(bytes: &[u8]) -> impl Iterator<Item = Result<i64, Broken>> {
    numbers(bytes).scan(0_i64, |sum, read| {
        Some(read.map(|folded| {
            *sum = sum.wrapping_add(signed(folded));
            *sum
        }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_seven_bits_at_a_time() {
        let check = |bytes: &[u8], expected| assert_eq!(number(&mut &*bytes), expected, "{bytes:?}");
        check(&[0x05], Ok(5));
        check(&[0xac, 0x02], Ok(300));
        check(&[0xff; 10], Err(Broken));
        check(&[0x80], Err(Broken));
        check(&[], Err(Broken));
        assert_eq!([0, 1, 2, 3].map(signed), [0, -1, 1, -2]);
    }

    #[test]
    fn a_length_beyond_the_end_is_an_error() {
        assert_eq!(Message(&[0x0a, 0x02, 1, 2]).next(), Ok(Some(Field::Bytes(1, &[1, 2]))));
        assert_eq!(Message(&[0x0a, 0x03, 1, 2]).next(), Err(Broken));
        assert_eq!(Message(&[0x0d, 1, 2]).next(), Err(Broken));
        assert_eq!(Message(&[0x0b]).next(), Err(Broken));
        assert_eq!(Message(&[]).next(), Ok(None));
    }
}
