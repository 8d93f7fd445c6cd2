//! Questions that authenticators were asked.

use jiff::Timestamp;
use tomori_runtime::db::{DbError, Tx, values};
use tomori_smart_home::CaseId;
use tomori_smart_home::unlock::Digest;

use super::super::passkey::QUESTION_STANDS;

/// Questions of one session that stand at the same time; older ones make room.
const MOST: usize = 8;

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Question {
    pub(in super::super) challenge: Digest,
    pub(in super::super) session: String,
    pub(in super::super) purpose: &'static str,
    pub(in super::super) case: Option<CaseId>,
    pub(in super::super) statement: Option<Vec<u8>>,
    pub(in super::super) asked_at: Timestamp,
}

/// Asks. What nobody answered in time is forgotten.
pub(in super::super) fn ask(tx: &mut Tx<'_>, question: &Question) -> Result<(), DbError> {
    let before = earliest(question.asked_at);
    tx.execute("DELETE FROM question WHERE asked_at < $1", &values![before])?;
    tx.execute(
        "INSERT INTO question (challenge, session, purpose, alarm_case, statement, asked_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (challenge, session) DO UPDATE SET asked_at = $6",
        &values![
            question.challenge.0,
            &question.session,
            question.purpose,
            question.case.as_ref().map(|case| case.as_str().to_owned()),
            question.statement.clone(),
            question.asked_at
        ],
    )?;
    tx.execute(
        "DELETE FROM question WHERE session = $1 AND challenge NOT IN \
         (SELECT challenge FROM question WHERE session = $1 ORDER BY asked_at DESC, challenge LIMIT $2)",
        &values![&question.session, MOST],
    )
    .map(drop)
}

/// Takes a question away: it is answered once, in the session that asked, for the purpose it was asked for, in time. The
/// statement it was about; an empty one where a passkey is made.
pub(in super::super) fn answer(
    tx: &mut Tx<'_>,
    challenge: Digest,
    session: &str,
    purpose: &str,
    case: Option<&CaseId>,
    now: Timestamp,
) -> Result<Option<Vec<u8>>, DbError> {
    let row = tx.query_one(
        "SELECT alarm_case, statement, asked_at FROM question WHERE challenge = $1 AND session = $2 AND purpose = $3",
        &values![challenge.0, session, purpose],
    )?;
    let Some(row) = row else {
        return Ok(None);
    };
    tx.execute(
        "DELETE FROM question WHERE challenge = $1 AND session = $2",
        &values![challenge.0, session],
    )?;
    let asked_at: Timestamp = row.get("asked_at")?;
    let about: Option<String> = row.get("alarm_case")?;
    let fits = about.as_deref() == case.map(CaseId::as_str) && asked_at >= earliest(now);
    let statement: Option<Vec<u8>> = row.get("statement")?;
    Ok(fits.then(|| statement.unwrap_or_default()))
}

fn earliest(now: Timestamp) -> Timestamp {
    now.checked_sub(QUESTION_STANDS).unwrap_or(Timestamp::MIN)
}
