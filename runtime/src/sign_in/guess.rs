//! How easily a password is guessed: by what everybody tries first, not by rules about signs and capitals.

/// Words that make a password easy to guess when little is added to them.
const COMMON: [&str; 60] = [
    "password",
    "passw",
    "qwerty",
    "qwertz",
    "azerty",
    "asdfgh",
    "zxcvbn",
    "letmein",
    "welcome",
    "admin",
    "administrator",
    "iloveyou",
    "monkey",
    "dragon",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "batman",
    "pokemon",
    "trustno",
    "whatever",
    "freedom",
    "computer",
    "internet",
    "samsung",
    "google",
    "michael",
    "shadow",
    "master",
    "login",
    "secret",
    "hello",
    "changeme",
    "default",
    "guest",
    "root",
    "test",
    "tomori",
    "shutter",
    "smarthome",
    "echonet",
    "sakura",
    "doraemon",
    "pikachu",
    "aishiteru",
    "arigatou",
    "konnichiwa",
    "nippon",
    "japan",
    "tokyo",
    "osaka",
    "yamada",
    "tanaka",
    "suzuki",
    "takahashi",
    "himitsu",
    "pasuwado",
    "passwordo",
];

/// Rows of keys and other orders that fingers follow.
const RUNS: [&str; 7] = [
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn",
];

/// Whether most of a text (in small letters) is what somebody would guess first, or it has too few letters to speak of.
pub(super) fn is_easy(lower: &str) -> bool {
    guessable_part(lower) * 10 >= lower.chars().count() * 7 || distinct(lower) < 5
}

/// How many characters somebody guesses at once: common words (also with the usual digits for letters), runs of the
/// keyboard in both directions, repetitions, and the years and numbers that people put at the end.
fn guessable_part(lower: &str) -> usize {
    let plain: String = lower
        .chars()
        .map(|letter| match letter {
            '0' => 'o',
            '1' | '!' => 'l',
            '3' => 'e',
            '4' | '@' => 'a',
            '5' | '$' => 's',
            '7' => 't',
            other => other,
        })
        .collect();
    let mut taken = vec![false; lower.chars().count()];
    for text in [lower, plain.as_str()] {
        for word in COMMON {
            for (at, _) in text.match_indices(word) {
                let from = text.get(..at).map_or(0, |before| before.chars().count());
                mark(&mut taken, from, word.chars().count());
            }
        }
    }
    let letters: Vec<char> = lower.chars().collect();
    for run in RUNS {
        let there: Vec<char> = run.chars().collect();
        let back: Vec<char> = run.chars().rev().collect();
        for (from, window) in letters.windows(4).enumerate() {
            if there.windows(4).any(|part| part == window) || back.windows(4).any(|part| part == window) {
                mark(&mut taken, from, 4);
            }
        }
    }
    for (from, window) in letters.windows(3).enumerate() {
        if let [first, second, third] = window
            && first == second
            && second == third
        {
            mark(&mut taken, from, 3);
        }
    }
    // Digits and signs next to something guessable add little: `Password2026!`.
    let anything = taken.iter().any(|taken| *taken);
    let trailing = letters
        .iter()
        .rev()
        .take_while(|letter| !letter.is_alphabetic())
        .count();
    if anything {
        mark(&mut taken, letters.len() - trailing, trailing.min(5));
    }
    taken.into_iter().filter(|taken| *taken).count()
}

fn mark(taken: &mut [bool], from: usize, count: usize) {
    taken.iter_mut().skip(from).take(count).for_each(|taken| *taken = true);
}

fn distinct(text: &str) -> usize {
    let mut letters: Vec<char> = text.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    letters.len()
}
