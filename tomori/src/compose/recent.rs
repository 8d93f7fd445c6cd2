//! Wishes of the last minutes, so that a form that is sent twice acts once.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, OnceCell};
use tomori_app::port::CommandError;
use tomori_smart_home::CommandId;

const KEPT: SignedDuration = SignedDuration::from_mins(10);
const MOST: usize = 512;

type Answer = Arc<OnceCell<Result<CommandId, CommandError>>>;

/// Answers by key.
#[derive(Debug, Default)]
pub(super) struct Recent {
    answers: Mutex<HashMap<String, (Timestamp, Answer)>>,
}

impl Recent {
    /// Does the work for a key that is new, and gives the earlier answer for one that is not, also while the earlier
    /// work still runs.
    pub(super) async fn once(
        &self,
        key: &str,
        now: Timestamp,
        work: impl Future<Output = Result<CommandId, CommandError>>,
    ) -> Result<CommandId, CommandError> {
        let answer = {
            let mut answers = self.answers.lock().await;
            answers.retain(|_, (at, _)| now.duration_since(*at).abs() < KEPT);
            if answers.len() >= MOST
                && let Some(oldest) = answers
                    .iter()
                    .min_by_key(|(_, (at, _))| *at)
                    .map(|(key, _)| key.clone())
            {
                answers.remove(&oldest);
            }
            let (_, answer) = answers
                .entry(key.to_owned())
                .or_insert_with(|| (now, Answer::default()));
            Arc::clone(answer)
        };
        answer.get_or_init(|| work).await.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn the_same_wish_acts_once() {
        let (recent, acts) = (Recent::default(), AtomicUsize::new(0));
        let wish = |key: &'static str, number: u8| {
            let (recent, acts) = (&recent, &acts);
            async move {
                let work = async {
                    acts.fetch_add(1, Ordering::SeqCst);
                    Ok(CommandId::from_random([number; 10]))
                };
                recent.once(key, Timestamp::UNIX_EPOCH, work).await
            }
        };
        let (first, second) = tokio::join!(wish("a", 1), wish("a", 2));
        assert_eq!(first, second);
        assert_ne!(wish("b", 3).await, first);
        assert_eq!(acts.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn the_memory_is_bounded_and_forgets() {
        let recent = Recent::default();
        for number in 0..2000 {
            let work = async { Ok(CommandId::from_random([1; 10])) };
            recent
                .once(&number.to_string(), Timestamp::UNIX_EPOCH, work)
                .await
                .unwrap();
        }
        assert!(recent.answers.lock().await.len() <= MOST);
        let later = Timestamp::UNIX_EPOCH + KEPT + KEPT;
        recent
            .once("z", later, async { Ok(CommandId::from_random([1; 10])) })
            .await
            .unwrap();
        assert_eq!(recent.answers.lock().await.len(), 1);
    }
}
