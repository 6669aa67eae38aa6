//! Travel times of a day, exactly as its file gives them.

use super::limits;
use super::scenario::{BadScenario, Cell, Planar, TravelSpec};

/// A square table of seconds: `between(i, j)` is the trip from place `i` to place `j`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    size: usize,
    seconds: Vec<i64>,
}

impl Matrix {
    pub fn size(&self) -> usize {
        self.size
    }

    pub fn between(&self, from: usize, to: usize) -> i64 {
        self.seconds[from * self.size + to]
    }

    /// A row for each place from which trips start.
    pub fn rows(&self) -> Vec<Vec<i64>> {
        self.seconds.chunks(self.size.max(1)).map(<[i64]>::to_vec).collect()
    }

    fn filled(size: usize, cell: impl Fn(usize, usize) -> i64) -> Self {
        let seconds = (0..size * size).map(|index| (index / size, index % size));
        Self { size, seconds: seconds.map(|(from, to)| if from == to { 0 } else { cell(from, to) }).collect() }
    }
}

/// The table of a file. `path` is where `travel` stands in it.
pub fn matrix(path: &str, travel: &TravelSpec) -> Result<Matrix, BadScenario> {
    match travel {
        TravelSpec::Explicit { durations } => explicit(&format!("{path}.durations"), durations),
        TravelSpec::Planar(planar) => {
            let coords = coordinates(&format!("{path}.coords"), planar)?;
            from_planar(path, planar, &coords)
        }
    }
}

fn explicit(path: &str, durations: &[Vec<Cell>]) -> Result<Matrix, BadScenario> {
    let size = durations.len();
    places(path, size)?;
    let mut seconds = Vec::with_capacity(size * size);
    for (row, line) in durations.iter().enumerate() {
        if line.len() != size {
            let why = format!("has {} entries, the table has {size} rows", line.len());
            return Err(BadScenario::new(format!("{path}[{row}]"), why));
        }
        for (column, cell) in line.iter().enumerate() {
            let time = whole(*cell).filter(|time| (0..=limits::SPAN_S_MAX).contains(time));
            let why = || format!("must be a whole number of seconds from 0 to {}", limits::SPAN_S_MAX);
            let time = time.ok_or_else(|| BadScenario::new(format!("{path}[{row}][{column}]"), why()))?;
            // Nobody drives from a place to itself, whatever stands on the diagonal.
            seconds.push(if row == column { 0 } else { time });
        }
    }
    Ok(Matrix { size, seconds })
}

fn whole(cell: Cell) -> Option<i64> {
    cell.0.filter(|number| number.fract() == 0.0 && number.abs() < 1e15).map(|number| number as i64)
}

fn places(path: &str, count: usize) -> Result<(), BadScenario> {
    match count {
        0 => Err(BadScenario::new(path, "there is no place")),
        count if count > limits::PLACES_MAX => {
            Err(BadScenario::new(path, format!("{count} places are more than the {} allowed", limits::PLACES_MAX)))
        }
        _ => Ok(()),
    }
}

/// The places of a plane.
pub fn coordinates(path: &str, planar: &Planar) -> Result<Vec<(f64, f64)>, BadScenario> {
    places(path, planar.coords.len())?;
    let read = |(index, pair): (usize, &Vec<Cell>)| match pair.as_slice() {
        [Cell(Some(x)), Cell(Some(y))] if x.is_finite() && y.is_finite() => Ok((*x, *y)),
        _ => Err(BadScenario::new(format!("{path}[{index}]"), "must be two numbers")),
    };
    planar.coords.iter().enumerate().map(read).collect()
}

fn from_planar(path: &str, planar: &Planar, coords: &[(f64, f64)]) -> Result<Matrix, BadScenario> {
    let size = coords.len();
    let (num, den) = (planar.num, planar.den);
    if num < 0 || den <= 0 {
        return Err(BadScenario::new(path, "num must not be negative and den must be above zero"));
    }
    let access = per_place(&format!("{path}.access"), planar.access.as_deref(), size)?;
    let climb = per_place(&format!("{path}.climb"), planar.climb.as_deref(), size)?;
    let table =
        Matrix::filled(size, |i, j| self::planar(coords[i], coords[j], (num, den), access[j], climb[j] - climb[i]));
    match table.seconds.iter().position(|time| !(0..=limits::SPAN_S_MAX).contains(time)) {
        None => Ok(table),
        Some(cell) => {
            let (from, to) = (cell / size, cell % size);
            let why = format!("the trip from place {from} to place {to} takes {} s", table.seconds[cell]);
            Err(BadScenario::new(path, why))
        }
    }
}

/// One number for each place; zero where the file has none.
fn per_place(path: &str, numbers: Option<&[i64]>, size: usize) -> Result<Vec<i64>, BadScenario> {
    let Some(numbers) = numbers else { return Ok(vec![0; size]) };
    if numbers.len() != size {
        return Err(BadScenario::new(path, format!("has {} entries for {size} places", numbers.len())));
    }
    let large = numbers.iter().position(|number| number.abs() > limits::SPAN_S_MAX);
    large.map_or(Ok(()), |index| Err(BadScenario::new(format!("{path}[{index}]"), "is too large")))?;
    Ok(numbers.to_vec())
}

/// `floor(sqrt(dx*dx+dy*dy) * num / den) + access + max(0, rise)`, in this order of IEEE double operations.
pub fn planar(from: (f64, f64), to: (f64, f64), (num, den): (i64, i64), access: i64, rise: i64) -> i64 {
    let (dx, dy) = (from.0 - to.0, from.1 - to.1);
    let drive = ((dx * dx + dy * dy).sqrt() * num as f64 / den as f64).floor();
    drive as i64 + access + rise.max(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::scenario;

    fn check(travel: &str, expected: Result<Vec<Vec<i64>>, &str>) {
        let spec: scenario::TravelSpec = serde_json::from_str(travel).unwrap();
        let got = matrix("travel", &spec).map(|matrix| matrix.rows()).map_err(|bad| bad.to_string());
        assert_eq!(got, expected.map_err(str::to_owned));
    }

    #[test]
    fn planar_travel_is_the_floor_of_the_distance_with_access_and_climb() {
        let plane =
            r#"{"kind":"planar","coords":[[0,0],[3,4],[0,0]],"num":15,"den":10,"access":[1,2,3],"climb":[5,0,9]}"#;
        check(plane, Ok(vec![vec![0, 7 + 2, 3 + 4], vec![7 + 1 + 5, 0, 7 + 3 + 9], vec![1, 7 + 2, 0]]));
    }

    #[test]
    fn an_explicit_table_keeps_its_direction_and_has_an_empty_diagonal() {
        check(r#"{"kind":"explicit","durations":[[9,60],[90,0]]}"#, Ok(vec![vec![0, 60], vec![90, 0]]));
    }

    #[test]
    fn a_table_with_a_hole_is_refused_at_its_place() {
        let hole = "must be a whole number of seconds from 0 to 86400";
        for cell in ["null", "-1", "1.5", "\"60\"", "[1]", "{}", "1e300"] {
            let table = format!(r#"{{"kind":"explicit","durations":[[0,{cell}],[1,0]]}}"#);
            check(&table, Err(&format!("travel.durations[0][1]: {hole}")));
        }
        check(
            r#"{"kind":"explicit","durations":[[0,1],[1]]}"#,
            Err("travel.durations[1]: has 1 entries, the table has 2 rows"),
        );
        check(r#"{"kind":"explicit","durations":[]}"#, Err("travel.durations: there is no place"));
    }

    #[test]
    fn a_plane_with_a_hole_is_refused_at_its_place() {
        let plane = |rest: &str| format!(r#"{{"kind":"planar","coords":[[0,0],[3,4]],{rest}}}"#);
        check(&plane(r#""num":1,"den":0"#), Err("travel: num must not be negative and den must be above zero"));
        check(&plane(r#""num":1,"den":1,"climb":[1]"#), Err("travel.climb: has 1 entries for 2 places"));
        check(
            r#"{"kind":"planar","coords":[[0,0],[3]],"num":1,"den":1}"#,
            Err("travel.coords[1]: must be two numbers"),
        );
    }
}
