//! Letters of a file: UTF-8 with or without a byte order mark, or the Shift_JIS of Japanese spreadsheets.

use std::io::{self, BufRead, BufReader, Read};

use encoding_rs::{Decoder, Encoding, SHIFT_JIS, UTF_8};

use crate::views::table::TextEncoding;

/// Bytes that are decoded at once.
const STEP: usize = 64 * 1024;
const MARK: &[u8] = "\u{feff}".as_bytes();

impl TextEncoding {
    const fn known(self) -> &'static Encoding {
        match self {
            Self::Utf8 => UTF_8,
            Self::ShiftJis => SHIFT_JIS,
        }
    }
}

/// Which encoding a file is in. With a mark, or where every letter is UTF-8, it is UTF-8; else Shift_JIS if every
/// letter is that. A file that is neither is read as UTF-8, and the cells that cannot be read are told.
pub fn encoding_of(mut input: impl Read) -> io::Result<TextEncoding> {
    let mut trials = [TextEncoding::Utf8, TextEncoding::ShiftJis].map(|encoding| (encoding, decoder(encoding), true));
    let (mut raw, mut text, mut first) = (vec![0; STEP], String::new(), true);
    loop {
        let read = fill(&mut input, &mut raw)?;
        if first && raw[..read].starts_with(MARK) {
            return Ok(TextEncoding::Utf8);
        }
        first = false;
        for (_, decoder, clean) in &mut trials {
            *clean &= !decode(decoder, &raw[..read], &mut text);
        }
        if read == 0 {
            break;
        }
    }
    let found = trials.into_iter().find(|(_, _, clean)| *clean);
    Ok(found.map_or(TextEncoding::Utf8, |(encoding, ..)| encoding))
}

fn decoder(encoding: TextEncoding) -> Decoder {
    encoding.known().new_decoder_with_bom_removal()
}

/// Says whether something could not be read; U+FFFD stands in its place.
fn decode(decoder: &mut Decoder, raw: &[u8], text: &mut String) -> bool {
    text.clear();
    text.reserve(decoder.max_utf8_buffer_length(raw.len()).unwrap_or(raw.len() * 3 + 16));
    let (_, _, replaced) = decoder.decode_to_string(raw, text, raw.is_empty());
    replaced
}

fn fill(input: &mut impl Read, raw: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(raw) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

/// A file as UTF-8, whatever it was.
pub struct Decoded<R> {
    input: R,
    decoder: Decoder,
    raw: Vec<u8>,
    text: String,
    given: usize,
    over: bool,
}

impl<R: Read> Decoded<R> {
    pub fn new(input: R, encoding: TextEncoding) -> Self {
        let (raw, text) = (vec![0; STEP], String::new());
        Self { input, decoder: decoder(encoding), raw, text, given: 0, over: false }
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() && !self.over {
            let read = fill(&mut self.input, &mut self.raw)?;
            decode(&mut self.decoder, &self.raw[..read], &mut self.text);
            (self.given, self.over) = (0, read == 0);
        }
        let rest = &self.text.as_bytes()[self.given..];
        let count = rest.len().min(out.len());
        out[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        Ok(count)
    }
}

/// A file whose lines end with a line feed alone, whatever ended them: its lines are numbered by those.
pub struct PlainLines<R>(BufReader<R>);

impl<R: Read> PlainLines<R> {
    pub fn new(input: R) -> Self {
        Self(BufReader::new(input))
    }
}

impl<R: Read> Read for PlainLines<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let ready = self.0.fill_buf()?;
            if ready.is_empty() || into.is_empty() {
                return Ok(0);
            }
            let plain = ready.iter().position(|byte| *byte == b'\r').unwrap_or(ready.len());
            if plain > 0 {
                let count = plain.min(into.len());
                into[..count].copy_from_slice(&ready[..count]);
                self.0.consume(count);
                return Ok(count);
            }
            self.0.consume(1);
            if self.0.fill_buf()?.first() != Some(&b'\n') {
                into[0] = b'\r';
                return Ok(1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Brings one byte at a time, as a slow line does.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
            (into[0], self.0) = (*first, rest);
            Ok(1)
        }
    }

    #[test]
    fn lines_end_alike_whatever_ended_them() {
        for (file, plain) in [("a\r\nb\r\n", "a\nb\n"), ("a\rb\r", "a\rb\r"), ("\r\r\n\n", "\r\n\n"), ("", "")] {
            assert_eq!(io::read_to_string(PlainLines::new(file.as_bytes())).expect("text"), plain);
            assert_eq!(io::read_to_string(PlainLines::new(Slow(file.as_bytes()))).expect("text"), plain);
        }
    }
}
