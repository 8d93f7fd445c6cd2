//! Why a command came to nothing, in a sentence.

use tomori_look::When;
use tomori_smart_home::Reason;

use super::Say;

impl Say {
    /// The sentence for a reason: what is so, and what can be done where something can.
    pub(crate) fn reason(self, reason: &Reason, when: &When) -> String {
        match reason {
            Reason::ProhibitedAtDevice => self.text("reason-prohibited-at-device"),
            Reason::HandOperation { until } => {
                self.with("reason-hand-operation", &[("until", when.moment(*until).into())])
            }
            Reason::DeviceUnreachable => self.text("reason-device-unreachable"),
            Reason::GatewayUnreachable => self.text("reason-gateway-unreachable"),
            Reason::NotAdopted => self.text("reason-not-adopted"),
            Reason::PropertyNotSettable => self.text("reason-property-not-settable"),
            Reason::ValueOutOfRange => self.text("reason-value-out-of-range"),
            Reason::DeviceRefused => self.text("reason-device-refused"),
            Reason::NotConfirmed => self.text("reason-not-confirmed"),
            Reason::DeviceFault => self.text("reason-device-fault"),
            Reason::Superseded => self.text("reason-superseded"),
            Reason::Busy => self.text("reason-busy"),
            Reason::Interrupted => self.text("reason-interrupted"),
            Reason::ClockUncertain => self.text("reason-clock-uncertain"),
        }
    }
}
