//! What the call desk and the customer's portal read.

mod card;
mod issue;
mod portal;
mod quoted;
mod reports;
mod search;
#[cfg(test)]
mod tests;
