//! Errors.

shapes! {
    /// A problem document (RFC 9457).
    Problem {
        /// `urn:problem:` and a slug that does not change.
        #[schema(rename = "type", example = "urn:problem:not-found")]
        kind: String,
        /// The HTTP status.
        status: u16,
        /// What happened, in the caller's language.
        title: String,
        /// What is still true and what to do.
        #[schema(required = false)]
        detail: String,
        /// Field by field.
        #[schema(required = false)]
        errors: Vec<FieldProblem>,
        /// Seconds after which another try makes sense.
        #[schema(required = false)]
        retry_after: u64,
    }

    /// What is wrong with one field.
    FieldProblem {
        /// The field, as the caller spelt it (`moment.time`); empty for the whole.
        field: String,
        /// What is wrong with it and what would fit, in the caller's language.
        message: String,
    }
}
