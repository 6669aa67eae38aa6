//! A body that is too large for memory, kept in a file while it is worked on.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::{NamedTempFile, TempPath};

/// Bytes that are read at once.
const STEP: usize = 64 * 1024;

/// A file that can be read again and again. One that was spooled goes when the last handle does.
#[derive(Debug)]
pub struct Spool {
    path: PathBuf,
    bytes: u64,
    sha256: [u8; 32],
    _kept: Option<TempPath>,
}

/// A file that is being filled.
#[derive(Debug)]
pub struct Filling {
    file: NamedTempFile,
    bytes: u64,
    hash: Sha256,
}

impl Spool {
    /// An empty file in a folder.
    pub fn begin(folder: &Path) -> io::Result<Filling> {
        Ok(Filling { file: NamedTempFile::new_in(folder)?, bytes: 0, hash: Sha256::new() })
    }

    /// A file that is there already and stays there.
    pub fn of(path: &Path) -> io::Result<Self> {
        let (mut file, mut hash, mut bytes) = (File::open(path)?, Sha256::new(), 0);
        let mut part = vec![0; STEP];
        loop {
            match file.read(&mut part)? {
                0 => break,
                count => {
                    hash.update(&part[..count]);
                    bytes += count as u64;
                }
            }
        }
        Ok(Self { path: path.to_owned(), bytes, sha256: hash.finalize().into(), _kept: None })
    }

    /// Reads from the beginning.
    pub fn read(&self) -> io::Result<File> {
        File::open(&self.path)
    }

    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    pub fn sha256(&self) -> [u8; 32] {
        self.sha256
    }
}

impl Filling {
    pub fn push(&mut self, part: &[u8]) -> io::Result<()> {
        self.hash.update(part);
        self.bytes += part.len() as u64;
        self.file.write_all(part)
    }

    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    pub fn finish(self) -> Spool {
        let path = self.file.into_temp_path();
        Spool { path: path.to_path_buf(), bytes: self.bytes, sha256: self.hash.finalize().into(), _kept: Some(path) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_spooled_is_read_twice_and_then_gone() {
        let folder = tempfile::tempdir().unwrap();
        let mut filling = Spool::begin(folder.path()).unwrap();
        filling.push("設置".as_bytes()).unwrap();
        filling.push("先".as_bytes()).unwrap();
        let spool = filling.finish();
        for _ in 0..2 {
            assert_eq!(io::read_to_string(spool.read().unwrap()).unwrap(), "設置先");
        }
        assert_eq!(Spool::of(&spool.path).unwrap().sha256(), spool.sha256());
        let path = spool.path.clone();
        drop(spool);
        assert!(!path.exists());
    }
}
