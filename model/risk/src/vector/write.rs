//! The canonical text of a vector: every metric of the base and of the others those that are defined, in one order.

use std::fmt;

use serde::{Serialize, Serializer};

use super::Vector;
use crate::metric::Metric;

impl fmt::Display for Vector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SH:1.0")?;
        for metric in Metric::ALL {
            let code = self.code(metric);
            if code != "X" {
                formatter.write_str("/")?;
                formatter.write_str(metric.code())?;
                formatter.write_str(":")?;
                formatter.write_str(code)?;
            }
        }
        Ok(())
    }
}

impl Serialize for Vector {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
