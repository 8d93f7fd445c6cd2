//! Any bytes that a gateway or a platform may send (EP②, EP⑥): reading them ends in words that keep the model's bounds, or
//! in an error that names the field; and words that were read are said and read again the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use prost::Message;
use tomori_gateway_link::v1::{gateway_message, platform_message};
use tomori_gateway_link::{ContractError, v1};
use tomori_smart_home::{Command, Event, HousePlan};

fuzz_target!(|data: &[u8]| {
    let Some((kind, data)) = data.split_first() else {
        return;
    };
    match kind % 4 {
        0 => from_gateway(data),
        1 => from_platform(data),
        2 => {
            if let Ok(message) = v1::EnrolRequest::decode(data) {
                let _ = message.check();
            }
            if let Ok(message) = v1::EnrolReply::decode(data) {
                let _ = message.check();
            }
        }
        _ => {
            if let Ok(text) = std::str::from_utf8(data)
                && let Ok(code) = text.parse::<tomori_gateway_link::EnrolmentCode>()
            {
                assert!(code.to_string().parse() == Ok(code), "a code reads as it prints");
            }
        }
    }
});

fn from_gateway(data: &[u8]) {
    let Ok(v1::GatewayMessage { message: Some(message) }) = v1::GatewayMessage::decode(data) else {
        return;
    };
    match message {
        gateway_message::Message::Hello(hello) => drop(hello.check()),
        gateway_message::Message::Batch(batch) => {
            if batch.check().is_ok() {
                batch.events.into_iter().for_each(again::<v1::Event, Event>);
            }
        }
        gateway_message::Message::PlanAck(_) => {}
    }
}

fn from_platform(data: &[u8]) {
    let Ok(v1::PlatformMessage { message: Some(message) }) = v1::PlatformMessage::decode(data) else {
        return;
    };
    match message {
        platform_message::Message::Command(command) => again::<_, Command>(command),
        platform_message::Message::Plan(plan) => again::<_, HousePlan>(plan),
        _ => {}
    }
}

fn again<M, W>(message: M)
where
    M: for<'a> From<&'a W>,
    W: TryFrom<M, Error = ContractError> + PartialEq + std::fmt::Debug,
{
    if let Ok(word) = W::try_from(message) {
        assert_eq!(W::try_from(M::from(&word)).as_ref(), Ok(&word));
    }
}
