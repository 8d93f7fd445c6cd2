//! `tomori risk score`: vectors in, values out, in the same order.

use std::io::{self, BufReader, BufWriter, ErrorKind, Write};
use std::process::ExitCode;

use tomori_risk::vector::{LONGEST, Notation};
use tomori_risk::{Vector, VectorError};
use tomori_runtime::i18n::Lang;

use super::lines::{Buffered, Line, Lines};
use super::record::{Form, note};
use super::{ScoreWish, language};
use crate::screen;
use crate::words::say;

const BUFFER: usize = 64 * 1024;

/// What came of it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    wrong: u64,
    cvss31: u64,
}

/// Scores what is wished; 1 when something was no vector.
pub(super) fn run(wish: &ScoreWish, lang: Lang) -> ExitCode {
    let form = match (wish.json, wish.explain) {
        (true, explain) => Form::Json { explain },
        (false, true) => Form::Explanation,
        (false, false) => Form::Columns,
    };
    let output = BufWriter::with_capacity(BUFFER, io::stdout().lock());
    let mut scorer = Scorer {
        form,
        lang,
        output,
        record: Vec::new(),
        tally: Tally::default(),
    };
    let done = if wish.vectors.is_empty() {
        scorer.lines(BufReader::with_capacity(BUFFER, io::stdin().lock()))
    } else {
        scorer.arguments(&wish.vectors)
    };
    let done = done.and_then(|()| scorer.output.flush());
    // With JSON and explanations the note stands at each vector.
    if scorer.tally.cvss31 > 0
        && form == Form::Columns
        && let Some(note) = note(Notation::Cvss31, lang)
    {
        screen::complaint(&note);
    }
    match done {
        // Nobody reads any more: there is nobody to tell.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => scorer.tally.code(),
        Err(error) => {
            screen::complaint(&say(lang, "risk-io", &[("why", error.to_string().into())]));
            ExitCode::FAILURE
        }
        Ok(()) => scorer.tally.code(),
    }
}

struct Scorer<W> {
    form: Form,
    lang: Lang,
    output: W,
    record: Vec<u8>,
    tally: Tally,
}

impl<W: Write> Scorer<W> {
    fn arguments(&mut self, vectors: &[String]) -> io::Result<()> {
        for (number, text) in (1_u64..).zip(vectors) {
            match Vector::parse(text) {
                Ok((vector, notation)) => self.answer(&vector, notation)?,
                Err(error) if matches!(self.form, Form::Json { .. }) => self.refuse(&self.told(&error))?,
                Err(error) => {
                    self.tally.wrong += 1;
                    // What was answered before comes before the complaint on a terminal, too.
                    self.output.flush()?;
                    let why = self.told(&error);
                    let text = say(
                        self.lang,
                        "risk-bad-vector",
                        &[("number", number.into()), ("why", why.into())],
                    );
                    screen::complaint(&text);
                }
            }
        }
        Ok(())
    }

    fn lines(&mut self, input: impl io::BufRead + Buffered) -> io::Result<()> {
        let mut lines = Lines::new(input, LONGEST);
        loop {
            // A reader who waits for an answer before asking again gets it.
            if lines.would_wait() {
                self.output.flush()?;
            }
            match lines.next()? {
                None => return Ok(()),
                Some(Line::TooLong) => self.refuse(&self.told(&VectorError::TooLong))?,
                Some(Line::Whole(line)) => match std::str::from_utf8(line) {
                    Ok(text) => match Vector::parse(text) {
                        Ok((vector, notation)) => self.answer(&vector, notation)?,
                        Err(error) => self.refuse(&self.told(&error))?,
                    },
                    Err(error) => {
                        let position = error.valid_up_to() + 1;
                        let why = say(self.lang, "risk-not-utf8", &[("position", position.into())]);
                        self.refuse(&why)?;
                    }
                },
            }
        }
    }

    fn answer(&mut self, vector: &Vector, notation: Notation) -> io::Result<()> {
        self.tally.cvss31 += u64::from(notation == Notation::Cvss31);
        self.record.clear();
        self.form.write(vector, notation, self.lang, &mut self.record);
        self.output.write_all(&self.record)
    }

    fn refuse(&mut self, why: &str) -> io::Result<()> {
        self.tally.wrong += 1;
        self.record.clear();
        self.form.write_error(why, &mut self.record);
        self.output.write_all(&self.record)
    }

    fn told(&self, error: &VectorError) -> String {
        error.message(language(self.lang))
    }
}

impl Tally {
    fn code(&self) -> ExitCode {
        if self.wrong == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}
