//! Shows a long work on the standard error stream: one line that is written over at a terminal, a line now and then
//! elsewhere. Work that is done at once shows nothing.

use std::io::{IsTerminal, Write, stderr};
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::effects::progress::{Look, Progress};

/// Work that takes no longer needs no words.
const SILENT: Duration = Duration::from_millis(500);
const AT_TERMINAL: Duration = Duration::from_millis(200);
const IN_LOG: Duration = Duration::from_secs(10);

/// Waits for a work and shows how far it is.
pub async fn shown<T>(progress: &Progress, work: impl Future<Output = T>) -> T {
    let terminal = stderr().is_terminal();
    let mut looks = interval_at(Instant::now() + SILENT, if terminal { AT_TERMINAL } else { IN_LOG });
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tokio::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => {
                if terminal {
                    write(&wiped(""));
                }
                return done;
            }
            _ = looks.tick() => {
                let said = line(&progress.look());
                write(&if terminal { wiped(&said) } else { format!("{said}\n") });
            }
        }
    }
}

/// In place of the line that stood there.
fn wiped(text: &str) -> String {
    format!("\r\x1b[K{text}")
}

/// Nobody at the other end is no reason to stop the work.
fn write(text: &str) {
    let mut stream = stderr().lock();
    let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
}

fn line(look: &Look) -> String {
    match look {
        Look { step, .. } if step.is_empty() => "working …".to_owned(),
        Look { step, total: 0, .. } => format!("{step} …"),
        Look { step, done, total } => format!("{step}: {done} of {total} ({} %)", (100 * done / total).min(100)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(step: &str, done: u64, total: u64, said: &str) {
        assert_eq!(line(&Look { step: step.to_owned(), done, total }), said);
    }

    #[test]
    fn the_line_says_what_is_done_and_how_much() {
        check("", 0, 0, "working …");
        check("streams", 3, 0, "streams …");
        check("wallets", 50, 200, "wallets: 50 of 200 (25 %)");
        check("copied, kB", 210, 200, "copied, kB: 210 of 200 (100 %)");
    }

    #[tokio::test]
    async fn the_work_is_not_held_up() {
        assert_eq!(shown(&Progress::default(), async { 7 }).await, 7);
    }
}
