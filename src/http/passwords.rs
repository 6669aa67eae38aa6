//! The queue before password checks ([`crate::effects::passwords`]): a check takes a core for some 30 ms, so few run at
//! once, and never on the thread that serves requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;

use crate::effects::passwords;
use crate::effects::seeds::Seeds;
use crate::limits;
use crate::store::{Fault, StoreError};

#[derive(Clone)]
pub struct Passwords {
    seeds: Seeds,
    /// Verified for log-in names that don't exist, so that the time of an answer doesn't tell which do.
    nobody: Arc<str>,
    running: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    inline: bool,
}

impl Passwords {
    pub fn new(seeds: Seeds) -> Result<Self, Fault> {
        let nobody = hash(&seeds, &seeds.token())?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let running = Arc::new(Semaphore::new((cores / limits::CORES_PER_PASSWORD_CHECK).max(1)));
        Ok(Self { seeds, nobody: nobody.into(), running, waiting: Arc::default(), inline: false })
    }

    /// Checks on the caller's own thread: the simulated world has no other.
    pub fn inline(self) -> Self {
        Self { inline: true, ..self }
    }

    /// The hash to keep of a password.
    pub async fn hash(&self, password: String) -> Result<String, Fault> {
        let seeds = self.seeds.clone();
        self.off_thread(move || hash(&seeds, &password)).await?
    }

    /// Whether the password fits; without a hash to fit, it takes as long and never does.
    pub async fn fits(&self, password: String, hash: Option<String>) -> Result<bool, Fault> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.to_string());
        let fits = self.off_thread(move || passwords::verify(&password, &hash)).await?;
        Ok(fits && known)
    }

    async fn off_thread<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
        let waiting = Waiting::join(&self.waiting)?;
        let permit = self.running.acquire().await.map_err(|_| StoreError::Stopped)?;
        drop(waiting);
        if self.inline {
            return Ok(work());
        }
        let made = tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Stopped)?;
        drop(permit);
        Ok(made)
    }
}

/// A place in the queue; given back also when the caller goes away.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn join(queue: &'a AtomicUsize) -> Result<Self, StoreError> {
        let place = Self(queue);
        if queue.fetch_add(1, Ordering::Relaxed) < limits::PASSWORD_QUEUE { Ok(place) } else { Err(StoreError::Busy) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn hash(seeds: &Seeds, password: &str) -> Result<String, Fault> {
    Ok(passwords::hash(password, seeds.bytes()).map_err(StoreError::corrupt)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn a_password_fits_its_own_hash_only() {
        let passwords = Passwords::new(Seeds::from_number(7)).unwrap();
        let hash = passwords.hash("コピー機が動かない".to_owned()).await.unwrap();
        assert!(passwords.fits("コピー機が動かない".to_owned(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.fits("コピー機が動いた".to_owned(), Some(hash)).await.unwrap());
        assert!(!passwords.fits("anything".to_owned(), None).await.unwrap());
    }

    #[test]
    fn a_full_queue_says_so() {
        let queue = AtomicUsize::new(limits::PASSWORD_QUEUE - 1);
        let last = Waiting::join(&queue).unwrap();
        assert!(Waiting::join(&queue).is_err());
        drop(last);
        assert_eq!(queue.load(Ordering::Relaxed), limits::PASSWORD_QUEUE - 1);
    }
}
