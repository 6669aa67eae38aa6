//! The use cases: load, decide by the rules, write once, tell the journal.
