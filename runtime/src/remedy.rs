//! Errors as people need them: what is wrong and what helps, out of a chain of causes.

use std::error::Error;
use std::io;
use std::net::SocketAddr;

use crate::db::DbError;
use crate::i18n::Lang;
use crate::journal::{JournalError, Tampered};
use crate::pki::PkiError;
use crate::seal::SealError;
use crate::tls::TlsError;

/// An error with all its causes, in one line.
#[must_use]
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// What the first error of a chain says that knows its file and its remedy: that "the room of cases cannot be opened" helps
/// nobody to find the file.
#[must_use]
pub fn told(error: &(dyn Error + 'static), lang: Lang) -> Option<String> {
    let said = |of: &(dyn Error + 'static)| {
        None.or_else(|| of.downcast_ref::<DbError>().map(|error| error.message(lang)))
            .or_else(|| of.downcast_ref::<PkiError>().map(|error| error.message(lang)))
            .or_else(|| of.downcast_ref::<SealError>().map(|error| error.message(lang)))
            .or_else(|| of.downcast_ref::<JournalError>().map(|error| error.message(lang)))
            .or_else(|| of.downcast_ref::<Tampered>().map(|error| error.message(lang)))
            .or_else(|| of.downcast_ref::<TlsError>().map(|error| error.message(lang)))
    };
    let mut at = Some(error);
    while let Some(error) = at {
        if let Some(text) = said(error) {
            return Some(text);
        }
        at = error.source();
    }
    None
}

/// What helps when a server cannot listen on an address.
#[must_use]
pub fn listening(source: &io::Error, address: SocketAddr, lang: Lang) -> String {
    let port = address.port();
    match (source.kind(), lang) {
        (io::ErrorKind::AddrInUse, Lang::En) => {
            "another program uses it; stop that one, or choose another address in the configuration".to_owned()
        }
        (io::ErrorKind::AddrInUse, Lang::Ja) => {
            "別のプログラムが使用中です。それを止めるか、設定で別のアドレスを選んでください".to_owned()
        }
        (io::ErrorKind::AddrNotAvailable, Lang::En) => {
            "it is no address of this computer; choose one that is".to_owned()
        }
        (io::ErrorKind::AddrNotAvailable, Lang::Ja) => {
            "このコンピューターのアドレスではありません。このコンピューターのアドレスを選んでください".to_owned()
        }
        (io::ErrorKind::PermissionDenied, Lang::En) => format!(
            "this user may not use port {port}; choose one above 1023, or grant the right (CAP_NET_BIND_SERVICE)"
        ),
        (io::ErrorKind::PermissionDenied, Lang::Ja) => format!(
            "このユーザーはポート {port} を使えません。1024 以上を選ぶか、権限（CAP_NET_BIND_SERVICE）を与えてください"
        ),
        (_, Lang::En) => "choose another address in the configuration".to_owned(),
        (_, Lang::Ja) => "設定で別のアドレスを選んでください".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use thiserror::Error;

    use super::*;

    #[derive(Debug, Error)]
    #[error("the room cannot be opened")]
    struct Room(#[source] JournalError);

    #[test]
    fn causes_are_told_in_one_line_and_the_one_with_a_remedy_is_found() {
        let error = Room(JournalError::Closed);
        assert_eq!(
            chain(&error),
            format!("the room cannot be opened: {}", JournalError::Closed)
        );
        assert_eq!(told(&error, Lang::Ja), Some(JournalError::Closed.message(Lang::Ja)));
        assert_eq!(told(&io::Error::other("nothing known"), Lang::En), None);
    }

    #[test]
    fn an_address_in_use_is_told_apart_from_one_that_is_forbidden() {
        let address = SocketAddr::from(([127, 0, 0, 1], 443));
        let told = |kind: io::ErrorKind, lang| listening(&kind.into(), address, lang);
        for lang in [Lang::Ja, Lang::En] {
            assert!(told(io::ErrorKind::PermissionDenied, lang).contains("443"));
            assert_ne!(
                told(io::ErrorKind::AddrInUse, lang),
                told(io::ErrorKind::NotFound, lang)
            );
        }
    }
}
