//! Places for a table of distances that has none: points on a plane whose distances come close to the table's.
//!
//! Classical scaling (Torgerson 1952) gives the start, stress majorisation (SMACOF: de Leeuw 1977, "Applications of
//! convex analysis to multidimensional scaling") improves it; each round lowers the stress. No random start: the same
//! table gives the same plane.

/// A point on the plane, in the unit of the table.
pub type Point = (f64, f64);

/// Rounds of the power iteration for one axis; the picture needs no exact eigenvector, only a fair start.
const POWER_ROUNDS: usize = 40;
/// Most rounds of the majorisation.
const STRESS_ROUNDS_MAX: usize = 120;
/// A round that lowers the stress by less than this share is the last.
const STRESS_GAIN_MIN: f64 = 1e-4;

/// Symmetric distances, as a square in one row.
pub struct Distances {
    size: usize,
    cells: Vec<f64>,
}

impl Distances {
    /// The mean of both directions of `cell`.
    pub fn mean(size: usize, cell: impl Fn(usize, usize) -> f64) -> Self {
        let both = |index: usize| {
            let (i, j) = (index / size, index % size);
            if i == j { 0.0 } else { (cell(i, j) + cell(j, i)) / 2.0 }
        };
        Self { size, cells: (0..size * size).map(both).collect() }
    }

    fn row(&self, index: usize) -> &[f64] {
        &self.cells[index * self.size..(index + 1) * self.size]
    }
}

/// Points whose distances come close to `wanted`, around the origin.
pub fn embed(wanted: &Distances) -> Vec<Point> {
    let mut points = classical(wanted);
    let mut before = stress(wanted, &points);
    for _ in 0..STRESS_ROUNDS_MAX {
        points = majorise(wanted, &points);
        let now = stress(wanted, &points);
        if before - now <= before * STRESS_GAIN_MIN {
            break;
        }
        before = now;
    }
    points
}

/// Sum of the squared errors over all pairs.
pub fn stress(wanted: &Distances, points: &[Point]) -> f64 {
    let pair = |(i, a): (usize, &Point)| -> f64 {
        let rest = points.iter().zip(wanted.row(i)).skip(i + 1);
        rest.map(|(b, want)| (want - apart(*a, *b)).powi(2)).sum()
    };
    points.iter().enumerate().map(pair).sum()
}

fn apart(a: Point, b: Point) -> f64 {
    let (dx, dy) = (a.0 - b.0, a.1 - b.1);
    (dx * dx + dy * dy).sqrt()
}

/// One Guttman transform: every point goes to the mean of where each other point would have it.
fn majorise(wanted: &Distances, points: &[Point]) -> Vec<Point> {
    let count = points.len() as f64;
    let moved = |(i, a): (usize, &Point)| {
        let (mut x, mut y) = (0.0, 0.0);
        for (b, want) in points.iter().zip(wanted.row(i)) {
            let now = apart(*a, *b);
            if now > 0.0 {
                let pull = want / now;
                x += (a.0 - b.0) * pull;
                y += (a.1 - b.1) * pull;
            }
        }
        (x / count, y / count)
    };
    points.iter().enumerate().map(moved).collect()
}

/// The two main axes of the doubly centred squared distances.
fn classical(wanted: &Distances) -> Vec<Point> {
    let size = wanted.size;
    let centred = centred(wanted);
    let first = axis(&centred, size, None);
    let second = axis(&centred, size, Some(&first));
    first.into_iter().zip(second).collect()
}

fn centred(wanted: &Distances) -> Vec<f64> {
    let size = wanted.size;
    let squared: Vec<f64> = wanted.cells.iter().map(|d| d * d).collect();
    let means: Vec<f64> = squared.chunks(size.max(1)).map(|row| row.iter().sum::<f64>() / size as f64).collect();
    let whole = means.iter().sum::<f64>() / size.max(1) as f64;
    let cell = |(index, d): (usize, &f64)| -0.5 * (d - means[index / size] - means[index % size] + whole);
    squared.iter().enumerate().map(cell).collect()
}

/// The strongest axis of a symmetric matrix, scaled by the root of its strength; at right angles to `other`.
fn axis(matrix: &[f64], size: usize, other: Option<&Vec<f64>>) -> Vec<f64> {
    // The golden ratio spreads the start over all directions without chance.
    let mut vector: Vec<f64> = (0..size).map(|i| (i as f64 * 0.618_033_988_75).fract() - 0.5).collect();
    let mut strength = 0.0;
    for _ in 0..POWER_ROUNDS {
        if let Some(other) = other {
            remove(&mut vector, other);
        }
        let length = norm(&vector);
        if length == 0.0 {
            return vector;
        }
        vector.iter_mut().for_each(|value| *value /= length);
        vector = matrix.chunks(size).map(|row| row.iter().zip(&vector).map(|(a, b)| a * b).sum()).collect();
        strength = norm(&vector);
    }
    let scale = if strength > 0.0 { strength.sqrt() / strength } else { 0.0 };
    if let Some(other) = other {
        remove(&mut vector, other);
    }
    vector.iter().map(|value| value * scale).collect()
}

fn norm(vector: &[f64]) -> f64 {
    vector.iter().map(|value| value * value).sum::<f64>().sqrt()
}

fn remove(vector: &mut [f64], other: &[f64]) {
    let length = norm(other);
    if length == 0.0 {
        return;
    }
    let share = vector.iter().zip(other).map(|(a, b)| a * b).sum::<f64>() / (length * length);
    vector.iter_mut().zip(other).for_each(|(value, b)| *value -= share * b);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(points: &[Point]) -> Distances {
        Distances::mean(points.len(), |i, j| apart(points[i], points[j]))
    }

    #[test]
    fn distances_of_a_real_plane_are_found_again() {
        let town: Vec<Point> =
            (0..40).map(|i| (f64::from(i * 37 % 101) * 10.0, f64::from(i * 53 % 89) * 10.0)).collect();
        let found = embed(&of(&town));
        for i in 0..town.len() {
            for j in 0..i {
                let (want, got) = (apart(town[i], town[j]), apart(found[i], found[j]));
                assert!((want - got).abs() < 1.0, "{i} to {j}: {got} for {want}");
            }
        }
    }

    #[test]
    fn a_table_that_fits_no_plane_gets_the_same_fair_plane_each_time() {
        let crooked = |i: usize, j: usize| 100.0 + ((i * 31 + j * 17) % 50) as f64;
        let table = Distances::mean(30, crooked);
        let found = embed(&table);
        assert_eq!(found, embed(&Distances::mean(30, crooked)));
        let error = (stress(&table, &found) / (30.0 * 29.0 / 2.0)).sqrt();
        assert!(error < 60.0, "mean error {error}");
    }

    #[test]
    fn places_without_any_distance_stay_together() {
        assert!(embed(&Distances::mean(3, |_, _| 0.0)).iter().all(|p| apart(*p, (0.0, 0.0)) < 1e-9));
        assert_eq!(embed(&Distances::mean(1, |_, _| 0.0)).len(), 1);
    }

    #[test]
    fn two_places_are_as_far_apart_as_wanted() {
        let found = embed(&Distances::mean(2, |_, _| 70.0));
        assert!((apart(found[0], found[1]) - 70.0).abs() < 1e-6);
    }
}
