//! Houses that need no file: the demo's, and one of a single shutter for tests of many houses.

use std::net::Ipv4Addr;
use std::time::Duration;

use tomori_echonet_lite::{MULTICAST, PORT};
use tomori_smart_home::device::DeviceKind;

use super::{HouseConfig, NodeConfig, Text};

impl HouseConfig {
    /// A house of one shutter that needs `travel` from closed to open, for tests of many houses.
    #[must_use]
    pub fn one_shutter(number: u32, address: Ipv4Addr, port: u16, multicast: Ipv4Addr, travel: Duration) -> Self {
        let mut shutter = NodeConfig::new(
            "shutter",
            address,
            DeviceKind::ElectricRainDoor,
            Text::new("シャッター", "Shutter"),
            Text::new("リビング", "Living room"),
        );
        shutter.travel_seconds = travel.as_secs_f64();
        Self {
            number,
            name: Text::new(&format!("家{number}"), &format!("House {number}")),
            port,
            multicast,
            interface: None,
            enrol: None,
            nodes: vec![shutter],
            memory: None,
        }
    }

    /// The house of the demo: nine things in five rooms, on 127.0.10.11 and the addresses after it.
    #[must_use]
    pub fn demo() -> Self {
        let living = Text::new("リビング", "Living room");
        let bedroom = Text::new("寝室", "Bedroom");
        let kitchen = Text::new("キッチン", "Kitchen");
        let hall = Text::new("玄関", "Hall");
        let child = Text::new("子ども部屋", "Nursery");
        let address = |last| Ipv4Addr::new(127, 0, 10, last);
        let shutter = |id, last, ja, en, room: &Text, seconds| {
            let mut node = NodeConfig::new(
                id,
                address(last),
                DeviceKind::ElectricRainDoor,
                Text::new(ja, en),
                room.clone(),
            );
            node.travel_seconds = seconds;
            node
        };
        let thing = |id, last, kind, ja, en, room: &Text| {
            NodeConfig::new(id, address(last), kind, Text::new(ja, en), room.clone())
        };
        let mut thermometer = thing(
            "living-temperature",
            15,
            DeviceKind::TemperatureSensor,
            "温度センサー",
            "Temperature sensor",
            &living,
        );
        thermometer.daily_swing = 2.5;
        Self {
            number: 1,
            name: Text::new("仮想の家", "The virtual house"),
            port: PORT,
            multicast: MULTICAST,
            interface: None,
            enrol: None,
            nodes: vec![
                shutter(
                    "living-shutter-south",
                    11,
                    "南のシャッター",
                    "South shutter",
                    &living,
                    12.0,
                ),
                shutter(
                    "living-shutter-west",
                    12,
                    "西のシャッター",
                    "West shutter",
                    &living,
                    9.0,
                ),
                shutter(
                    "bedroom-shutter",
                    13,
                    "寝室のシャッター",
                    "Bedroom shutter",
                    &bedroom,
                    10.0,
                ),
                thing(
                    "living-aircon",
                    14,
                    DeviceKind::HomeAirConditioner,
                    "エアコン",
                    "Air conditioner",
                    &living,
                ),
                thermometer,
                thing(
                    "kitchen-light",
                    16,
                    DeviceKind::GeneralLighting,
                    "キッチンの照明",
                    "Kitchen light",
                    &kitchen,
                ),
                thing(
                    "hall-motion",
                    17,
                    DeviceKind::HumanDetectionSensor,
                    "人感センサー",
                    "Motion sensor",
                    &hall,
                ),
                thing(
                    "hall-window",
                    18,
                    DeviceKind::CrimePreventionSensor,
                    "防犯センサー",
                    "Security sensor",
                    &hall,
                ),
                shutter(
                    "child-shutter",
                    19,
                    "子ども部屋のシャッター",
                    "Nursery shutter",
                    &child,
                    8.0,
                ),
            ],
            memory: None,
        }
    }
}
