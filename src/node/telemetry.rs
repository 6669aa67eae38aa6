//! Log lines: sentences with their values as fields, and with the request or the actor in whose work they were said.

use std::io::IsTerminal;

use anyhow::Context;
use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::writer::BoxMakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

use super::settings::LogFormat;

/// Begins to log to the standard error stream. Once per process.
pub fn start(filter: &str, format: LogFormat) -> anyhow::Result<()> {
    let log = log(filter, format, std::io::stderr().is_terminal(), BoxMakeWriter::new(std::io::stderr))?;
    log.try_init().map_err(|error| anyhow::anyhow!("the log cannot be started: {error}"))
}

/// Colours are for a terminal only: in a file they are noise.
fn log(
    filter: &str,
    format: LogFormat,
    colours: bool,
    to: BoxMakeWriter,
) -> anyhow::Result<Box<dyn Subscriber + Send + Sync>> {
    let filter = EnvFilter::try_new(filter).with_context(|| format!("{filter:?} is no log filter"))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(to);
    Ok(match format {
        LogFormat::Readable => Box::new(builder.with_target(false).compact().finish()),
        LogFormat::Json => Box::new(builder.json().flatten_event(true).finish()),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use serde_json::Value;

    use super::*;

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// What is written of a line that is said in a request, by a tracker.
    fn written(format: LogFormat) -> String {
        let paper = Paper::default();
        let to = paper.clone();
        let log = log("info", format, false, BoxMakeWriter::new(move || to.clone())).unwrap();
        tracing::subscriber::with_default(log, || {
            let request = tracing::info_span!("request", number = 7, method = "POST").entered();
            let actor = tracing::info_span!("actor", kind = "tracker", key = "ter_1").entered();
            tracing::warn!(technician = "tec_1", "positions could not be saved");
            drop((actor, request));
        });
        let bytes = paper.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_person_reads_who_said_it() {
        let line = written(LogFormat::Readable);
        assert!(!line.contains('\u{1b}'), "a colour in a file: {line}");
        for part in ["WARN", "request", "actor", "positions could not be saved", "number", "tracker", "tec_1"] {
            assert!(line.contains(part), "{part} is missing: {line}");
        }
    }

    #[test]
    fn a_collector_finds_it_in_fields() {
        let line: Value = serde_json::from_str(&written(LogFormat::Json)).unwrap();
        assert_eq!((&line["message"], &line["technician"]), (&"positions could not be saved".into(), &"tec_1".into()));
        assert_eq!((&line["spans"][0]["name"], &line["spans"][0]["number"]), (&"request".into(), &7.into()));
        assert_eq!((&line["span"]["name"], &line["span"]["kind"]), (&"actor".into(), &"tracker".into()));
    }
}
