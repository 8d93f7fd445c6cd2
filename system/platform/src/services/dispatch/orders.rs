//! Orders of residents to the guard of their house, on their way to the gateway. They carry a code, so they are never
//! written down: what is lost by a stop of the platform was never obeyed, and the app says so.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use thiserror::Error;
use tomori_smart_home::HomeId;
use tomori_smart_home::arming::Order;

/// Orders that wait for one gateway at most.
const MOST: usize = 8;

/// Why an order is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotTaken {
    /// Too many wait.
    #[error("too many orders wait for this house; wait for an answer first")]
    Busy,
}

/// What waits for the gateways. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Orders {
    waiting: Arc<Mutex<HashMap<HomeId, Vec<Order>>>>,
}

impl Orders {
    /// Puts an order on its way.
    ///
    /// # Errors
    /// When too many wait.
    pub fn give(&self, home: &HomeId, order: Order, now: Timestamp) -> Result<(), NotTaken> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|_, orders| {
            orders.retain(|order| now < order.expires_at);
            !orders.is_empty()
        });
        let orders = waiting.entry(home.clone()).or_default();
        if orders.len() >= MOST {
            return Err(NotTaken::Busy);
        }
        orders.push(order);
        Ok(())
    }

    /// Takes what waits for a home's gateway; it is given out once.
    pub(crate) fn take(&self, home: &HomeId, now: Timestamp) -> Vec<Order> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let mut orders = waiting.remove(home).unwrap_or_default();
        orders.retain(|order| now < order.expires_at);
        orders
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use tomori_smart_home::arming::{Mode, Wish};
    use tomori_smart_home::{OrderId, ResidentId};

    use super::*;

    fn order(number: u8, expires_at: i64) -> Order {
        Order {
            id: OrderId::from_random([number; 10]),
            resident: ResidentId::from_random([1; 10]),
            wish: Wish::Arm {
                mode: Mode::Away,
                bypass: BTreeSet::new(),
            },
            expires_at: Timestamp::from_second(expires_at).unwrap(),
        }
    }

    #[test]
    fn an_order_is_given_out_once_and_never_late() {
        let (orders, home) = (Orders::default(), HomeId::from_random([1; 10]));
        let at = |second| Timestamp::from_second(second).unwrap();
        orders.give(&home, order(1, 30), at(0)).unwrap();
        orders.give(&home, order(2, 10), at(0)).unwrap();
        assert_eq!(orders.take(&home, at(20)), [order(1, 30)]);
        assert_eq!(orders.take(&home, at(20)), []);
        for number in 0..8 {
            orders.give(&home, order(number, 30), at(0)).unwrap();
        }
        assert_eq!(orders.give(&home, order(9, 30), at(0)), Err(NotTaken::Busy));
        assert_eq!(
            orders.give(&home, order(9, 90), at(30)),
            Ok(()),
            "those that are too late make room"
        );
    }
}
