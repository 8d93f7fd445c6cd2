//! Phones, tokens, sessions.

shapes! {
    /// A paired phone.
    Phone {
        /// Its id.
        #[schema(example = "grant_0123456789abcdef")]
        id: String,
        /// Whose phone.
        resident: String,
        /// Which phone, in its owner's words.
        label: String,
        /// Since when.
        #[schema(format = DateTime)]
        created_at: String,
        /// Until when.
        #[schema(format = DateTime)]
        expires_at: String,
    }

    /// A phone to be paired.
    NewPhone {
        /// Which phone; 1 to 60 characters.
        label: String,
    }

    /// A phone just paired.
    PairedPhone {
        /// The secret; told this once.
        secret: String,
        /// What is kept of it.
        phone: Phone,
    }

    /// A token of the caller.
    Token {
        /// Its id.
        #[schema(example = "tok_0123456789abcdef")]
        id: String,
        /// What it is for.
        label: String,
        /// `read` or `control`.
        scope: String,
        /// When its present secret was made.
        #[schema(format = DateTime)]
        created_at: String,
        /// From when on it opens nothing.
        #[schema(format = DateTime)]
        expires_at: String,
        /// When it was last used, to the minute.
        #[schema(format = DateTime)]
        used_at: Option<String>,
    }

    /// A wish for a token.
    NewToken {
        /// What it is for; 1 to 60 characters.
        label: String,
        /// `read` or `control`.
        #[schema(example = "read")]
        scope: String,
        /// Days until it expires.
        #[schema(required = false, minimum = 1, maximum = 365, default = 90)]
        days: u16,
    }

    /// A wish for a token by somebody without a session.
    NewTokenByPassword {
        /// The e-mail address.
        login: String,
        /// The password.
        password: String,
        /// The one-time code of the authenticator app.
        totp: String,
        /// The token.
        token: NewToken,
    }

    /// A token just issued.
    IssuedToken {
        /// The secret; told this once.
        secret: String,
        /// What is kept of it.
        token: Token,
    }

    /// The caller.
    Me {
        /// The caller's id.
        id: String,
        /// `resident` or `operator`.
        role: String,
        /// How the caller is called.
        name: String,
        /// The homes the caller lives in.
        homes: Vec<String>,
        /// `session`, `read` or `control`.
        proof: String,
    }

    /// A session of the caller.
    Session {
        /// Its id.
        id: String,
        /// Sign-in.
        #[schema(format = DateTime)]
        created_at: String,
        /// The last request, to the minute.
        #[schema(format = DateTime)]
        seen_at: String,
        /// When it ends if nothing more comes.
        #[schema(format = DateTime)]
        ends_at: String,
        /// The browser, as it names itself.
        agent: String,
    }
}
