//! Lines of any input, none of them longer than a bound: what is longer is skipped and told.

use std::io::{self, BufRead, Read as _};

/// Reads an input line by line into one piece of memory.
pub(super) struct Lines<R> {
    input: R,
    line: Vec<u8>,
    longest: usize,
    is_first: bool,
}

/// A line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// What stands on it, without its end.
    Whole(&'a [u8]),
    /// It was longer than the bound.
    TooLong,
}

impl<R: BufRead> Lines<R> {
    /// The lines of an input, each at most `longest` bytes.
    pub(super) fn new(input: R, longest: usize) -> Self {
        Self {
            input,
            line: Vec::new(),
            longest,
            is_first: true,
        }
    }

    /// The next line; the last one need not be ended.
    pub(super) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        // Room for the end of the line, and for the mark that some programs put at the beginning of a file.
        let bound = (self.longest + 5) as u64;
        self.input.by_ref().take(bound).read_until(b'\n', &mut self.line)?;
        if self.line.is_empty() {
            return Ok(None);
        }
        let is_first = std::mem::take(&mut self.is_first);
        let Some(line) = self.line.strip_suffix(b"\n") else {
            if (self.line.len() as u64) < bound {
                return Ok(Some(self.bounded(&self.line, is_first)));
            }
            self.input.skip_until(b'\n')?;
            return Ok(Some(Line::TooLong));
        };
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        Ok(Some(self.bounded(line, is_first)))
    }

    /// Whether the next line can be read only by waiting for more input.
    pub(super) fn would_wait(&self) -> bool
    where
        R: Buffered,
    {
        self.input.is_drained()
    }

    fn bounded<'a>(&self, line: &'a [u8], is_first: bool) -> Line<'a> {
        let line = line.strip_prefix(b"\xef\xbb\xbf").filter(|_| is_first).unwrap_or(line);
        if line.len() > self.longest {
            Line::TooLong
        } else {
            Line::Whole(line)
        }
    }
}

/// An input that knows what it holds already.
pub(super) trait Buffered {
    /// Whether it holds nothing.
    fn is_drained(&self) -> bool;
}

impl<R> Buffered for io::BufReader<R> {
    fn is_drained(&self) -> bool {
        self.buffer().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8], buffer: usize) -> Vec<String> {
        let mut lines = Lines::new(io::BufReader::with_capacity(buffer, text), 8);
        let mut found = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            found.push(match line {
                Line::Whole(line) => String::from_utf8_lossy(line).into_owned(),
                Line::TooLong => "(too long)".to_owned(),
            });
        }
        found
    }

    #[test]
    fn lines_end_in_any_way_and_are_bounded() {
        for buffer in [1, 3, 64] {
            assert_eq!(read(b"", buffer), Vec::<String>::new());
            assert_eq!(read(b"one\n\r\ntwo\r\nthree", buffer), ["one", "", "two", "three"]);
            assert_eq!(
                read(b"\xef\xbb\xbf12345678\r\n\xef\xbb\xbf1", buffer),
                ["12345678", "\u{feff}1"]
            );
            assert_eq!(read(b"123456789\nx\n", buffer), ["(too long)", "x"]);
            let mut long = vec![b'y'; 100_000];
            long.extend_from_slice(b"\nz\n");
            assert_eq!(read(&long, buffer), ["(too long)", "z"]);
            assert_eq!(read(&vec![b'y'; 1000], buffer), ["(too long)"]);
        }
    }
}
