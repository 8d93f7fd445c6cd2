//! The canonical text of a vector: every metric of the base and of the others those that are defined, in one order.

use std::fmt;

use serde::{Serialize, Serializer};

use super::Vector;
use crate::metric::Metric;

impl Vector {
    /// Appends the canonical text; quicker than `Display`.
    pub fn write_to(&self, text: &mut Vec<u8>) {
        text.extend_from_slice(b"SH:1.0");
        for metric in Metric::ALL {
            let code = self.code(metric);
            if code != "X" {
                text.push(b'/');
                text.extend_from_slice(metric.code().as_bytes());
                text.push(b':');
                text.extend_from_slice(code.as_bytes());
            }
        }
    }
}

impl fmt::Display for Vector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::with_capacity(64);
        self.write_to(&mut text);
        formatter.pad(&String::from_utf8_lossy(&text))
    }
}

impl Serialize for Vector {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
