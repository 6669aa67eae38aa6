//! Travel seconds between places, both ways round: an insertion test asks "from everywhere to here" as often as "from
//! here to everywhere", and each of the two should be one row in the cache.

/// No road. Far above every time of a day, and four of them still fit an `i32`.
pub const UNREACHABLE: i32 = 1 << 28;

/// A full table of travel seconds.
#[derive(Debug, Clone, Default)]
pub struct Travel {
    places: usize,
    out: Vec<i32>,
    back: Vec<i32>,
}

impl Travel {
    /// `seconds(i, j)` is asked once per ordered pair of different places; a place costs nothing to reach from itself.
    /// Values below zero and above [`UNREACHABLE`] count as no road.
    pub fn new(places: usize, workers: usize, seconds: impl Fn(usize, usize) -> i64 + Sync) -> Self {
        let entry = |i: usize, j: usize| {
            if i == j {
                return 0;
            }
            let s = seconds(i, j);
            if (0..i64::from(UNREACHABLE)).contains(&s) { s as i32 } else { UNREACHABLE }
        };
        let mut out = vec![0; places * places];
        let mut back = vec![0; places * places];
        let rows = places.div_ceil(workers.max(1)).max(1);
        std::thread::scope(|scope| {
            for (w, (o, b)) in
                out.chunks_mut(rows * places.max(1)).zip(back.chunks_mut(rows * places.max(1))).enumerate()
            {
                let entry = &entry;
                let mut fill = move || {
                    for (k, (row_out, row_back)) in o.chunks_mut(places).zip(b.chunks_mut(places)).enumerate() {
                        let i = w * rows + k;
                        for j in 0..places {
                            row_out[j] = entry(i, j);
                            row_back[j] = entry(j, i);
                        }
                    }
                };
                // A thread costs more than a small table.
                if places < 300 { fill() } else { drop(scope.spawn(fill)) }
            }
        });
        Self { places, out, back }
    }

    #[must_use]
    pub fn places(&self) -> usize {
        self.places
    }

    #[inline]
    #[must_use]
    pub fn seconds(&self, from: u32, to: u32) -> i32 {
        self.out[from as usize * self.places + to as usize]
    }

    /// Seconds from `place` to each place.
    #[inline]
    #[must_use]
    pub fn from(&self, place: u32) -> &[i32] {
        let at = place as usize * self.places;
        &self.out[at..at + self.places]
    }

    /// Seconds from each place to `place`.
    #[inline]
    #[must_use]
    pub fn to(&self, place: u32) -> &[i32] {
        let at = place as usize * self.places;
        &self.back[at..at + self.places]
    }
}
