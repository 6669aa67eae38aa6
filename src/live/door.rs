//! How many come in at once, and from where. When a server comes back all its watchers do too: whoever cannot be let in
//! now is told so at the handshake, before anything is read for him, and comes back by his own back-off.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::domain::refusal::{Code, Refusal};
use crate::limits;
use crate::store::StoreError;

type Seats = Mutex<BTreeMap<IpAddr, usize>>;

pub struct Door {
    handshakes: Semaphore,
    seats: Arc<Seats>,
    shut: AtomicBool,
}

impl Default for Door {
    fn default() -> Self {
        let handshakes = Semaphore::new(limits::HANDSHAKES);
        Self { handshakes, seats: Arc::default(), shut: AtomicBool::new(false) }
    }
}

/// A place for one socket, free again when it is dropped.
#[derive(Debug, Default)]
pub struct Seat(Option<(IpAddr, Arc<Seats>)>);

impl Drop for Seat {
    fn drop(&mut self) {
        let Some((address, seats)) = &self.0 else { return };
        let mut seats = taken(seats);
        match seats.get_mut(address) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(seats.remove(address)),
        }
    }
}

fn taken(seats: &Seats) -> MutexGuard<'_, BTreeMap<IpAddr, usize>> {
    seats.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Door {
    /// A turn to have one's rights looked up, or "come back later".
    pub fn handshake(&self) -> Result<SemaphorePermit<'_>, StoreError> {
        if self.shut.load(Ordering::Relaxed) {
            return Err(StoreError::Busy);
        }
        self.handshakes.try_acquire().map_err(|_| StoreError::Busy)
    }

    /// Lets nobody in any more: the server goes away.
    pub fn shut(&self) {
        self.shut.store(true, Ordering::Relaxed);
    }

    /// A seat for one from this address; none knows it where a test or a pipe has no address.
    pub fn seat(&self, address: Option<IpAddr>) -> Result<Seat, Refusal> {
        // A proxy on this machine that is not declared would make all the world one address.
        let Some(address) = address.map(network).filter(|address| !address.is_loopback()) else {
            return Ok(Seat::default());
        };
        let mut seats = taken(&self.seats);
        let count = seats.entry(address).or_insert(0);
        if *count >= limits::SOCKETS_PER_ADDRESS {
            return Err(Refusal::new(Code::LiveCrowded).with("limit", limits::SOCKETS_PER_ADDRESS));
        }
        *count += 1;
        Ok(Seat(Some((address, Arc::clone(&self.seats)))))
    }
}

/// One household has a whole /64 of IPv6 addresses.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(door: &Door, from: &str) -> Vec<Seat> {
        let address = from.parse().ok();
        std::iter::from_fn(|| door.seat(address).ok()).take(limits::SOCKETS_PER_ADDRESS + 1).collect()
    }

    #[test]
    fn one_address_takes_no_more_than_its_seats_and_gives_them_back() {
        let door = Door::default();
        let seats = fill(&door, "203.0.113.7");
        assert_eq!(seats.len(), limits::SOCKETS_PER_ADDRESS);
        let refusal = door.seat("203.0.113.7".parse().ok()).unwrap_err();
        assert_eq!(refusal.code, Code::LiveCrowded);
        assert!(door.seat("203.0.113.8".parse().ok()).is_ok(), "the neighbour gets in");
        drop(seats);
        assert!(door.seat("203.0.113.7".parse().ok()).is_ok());
        assert!(taken(&door.seats).is_empty(), "nothing is kept of those who left");
    }

    #[test]
    fn a_household_is_one_address_and_this_machine_is_none() {
        let door = Door::default();
        let seats = fill(&door, "2001:db8::1");
        assert!(door.seat("2001:db8::2".parse().ok()).is_err());
        assert!(door.seat("2001:db8:0:1::2".parse().ok()).is_ok());
        assert_eq!(seats.len(), limits::SOCKETS_PER_ADDRESS);
        assert_eq!(fill(&door, "127.0.0.1").len(), limits::SOCKETS_PER_ADDRESS + 1);
        assert_eq!(fill(&door, "::1").len(), limits::SOCKETS_PER_ADDRESS + 1);
    }

    #[test]
    fn a_storm_waits_outside() {
        let door = Door::default();
        let turns: Vec<_> = std::iter::from_fn(|| door.handshake().ok()).collect();
        assert_eq!(turns.len(), limits::HANDSHAKES);
        drop(turns);
        assert!(door.handshake().is_ok());
        door.shut();
        assert!(matches!(door.handshake(), Err(StoreError::Busy)));
    }
}
