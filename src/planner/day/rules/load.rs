//! Parts carried and jobs a day.

/// What one technician can take on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// Most jobs of the day.
    pub jobs: usize,
    /// Parts carried, one number a kind; `None` is without limit.
    pub parts: Option<Box<[i64]>>,
}

impl Limits {
    /// Can `demand` be added to `load`? A kind that the technician does not list is not carried.
    #[inline]
    #[must_use]
    pub fn carries(&self, load: &[i64], demand: &[i64]) -> bool {
        match &self.parts {
            None => true,
            Some(parts) => demand.iter().enumerate().all(|(k, need)| {
                let have = parts.get(k).copied().unwrap_or(0);
                load.get(k).copied().unwrap_or(0) + need <= have
            }),
        }
    }

    /// Does a whole route keep the limits?
    #[must_use]
    pub fn hold(&self, jobs: usize, load: &[i64]) -> bool {
        let carried = |parts: &[i64]| load.iter().enumerate().all(|(k, v)| *v <= parts.get(k).copied().unwrap_or(0));
        jobs <= self.jobs && self.parts.as_deref().is_none_or(carried)
    }
}
