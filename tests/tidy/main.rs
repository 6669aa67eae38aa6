//! The house rules that a compiler does not check: who may import whom, how large a file may grow, words that have no
//! place in the sources, and migrations that say the same to both databases.

mod files;
mod imports;
mod migrations;
mod words;
