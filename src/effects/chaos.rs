//! Named points at which the simulated world may make work fall over, as a bug or a power cut would. In production
//! nothing happens there.

use std::fmt;
use std::sync::Arc;

/// What is done at a point; it falls over by panicking.
type AtPoint = dyn Fn(&'static str) + Send + Sync;

#[derive(Clone, Default)]
pub struct Chaos(Option<Arc<AtPoint>>);

impl Chaos {
    pub fn with(at_point: impl Fn(&'static str) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(at_point)))
    }

    /// Work that should stand a fall passes here.
    pub fn point(&self, name: &'static str) {
        if let Some(at_point) = &self.0 {
            at_point(name);
        }
    }
}

impl fmt::Debug for Chaos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Chaos(stormy)" } else { "Chaos(calm)" })
    }
}
