//! How telephone systems speak to us: the signature of their messages, and what an Asterisk tells over its event socket.

pub mod ari;
pub mod signature;
