//! Counting: `N passed, N failed, N skipped`.

use std::fmt;

/// How many held, how many did not, how many were not tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tally {
    pub(super) passed: usize,
    pub(super) failed: usize,
    pub(super) skipped: usize,
}

impl Tally {
    pub(super) fn failed() -> Self {
        Self {
            failed: 1,
            ..Self::default()
        }
    }

    pub(super) fn skipped() -> Self {
        Self {
            skipped: 1,
            ..Self::default()
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }

    /// Reads `test result: ok. 23 passed; 0 failed; 0 ignored; …`.
    pub(super) fn of_cargo_test(line: &str) -> Option<Self> {
        let rest = line.trim_start().strip_prefix("test result: ")?;
        let (_, counts) = rest.split_once(". ")?;
        let count = |word: &str| {
            counts
                .split("; ")
                .find_map(|part| part.trim().strip_suffix(word)?.trim().parse().ok())
                .unwrap_or_default()
        };
        Some(Self {
            passed: count("passed"),
            failed: count("failed"),
            skipped: count("ignored"),
        })
    }

    /// Reads a stage's closing line, `3 passed, 0 failed` with or without `, 1 skipped`.
    pub(super) fn of_closing_line(line: &str) -> Option<Self> {
        let mut tally = Self::default();
        let mut parts = line.trim().split(", ");
        tally.passed = parts.next()?.strip_suffix(" passed")?.parse().ok()?;
        tally.failed = parts.next()?.strip_suffix(" failed")?.parse().ok()?;
        if let Some(part) = parts.next() {
            tally.skipped = part.strip_suffix(" skipped")?.parse().ok()?;
        }
        parts.next().is_none().then_some(tally)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} passed, {} failed, {} skipped",
            self.passed, self.failed, self.skipped
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_are_read_and_nothing_else() {
        let tally = |passed, failed, skipped| {
            Some(Tally {
                passed,
                failed,
                skipped,
            })
        };
        assert_eq!(Tally::of_closing_line("3 passed, 1 failed"), tally(3, 1, 0));
        assert_eq!(
            Tally::of_closing_line("3 passed, 1 failed, 2 skipped\n"),
            tally(3, 1, 2)
        );
        for other in [
            "3 passed",
            "all 3 passed, 0 failed",
            "3 passed, 0 failed, 1 skipped, 4 more",
            "x passed, 0 failed",
        ] {
            assert_eq!(Tally::of_closing_line(other), None, "{other}");
        }
    }

    #[test]
    fn cargos_lines_are_read() {
        let line = "test result: FAILED. 23 passed; 2 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.00s";
        let expected = Tally {
            passed: 23,
            failed: 2,
            skipped: 1,
        };
        assert_eq!(Tally::of_cargo_test(line), Some(expected));
        assert_eq!(Tally::of_cargo_test("running 3 tests"), None);
    }
}
