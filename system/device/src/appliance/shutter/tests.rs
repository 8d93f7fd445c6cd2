use proptest::prelude::*;

use super::*;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(1_700_000_000_000 + millis).unwrap()
}

fn closed() -> Shutter {
    Shutter::new(Duration::from_secs(10), 0)
}

fn read(shutter: &Shutter, epc: u8, millis: i64) -> u8 {
    shutter.get(epc, at(millis)).unwrap()[0]
}

#[test]
fn opening_takes_the_time_it_takes() {
    let mut shutter = closed();
    assert_eq!(read(&shutter, STATUS, 0), 0x42);
    assert!(shutter.set(OPERATION, &[0x41], at(0)));
    assert_eq!(read(&shutter, STATUS, 0), 0x43);
    assert_eq!(shutter.next_change(), Some(at(10_000)));
    assert_eq!(read(&shutter, DEGREE, 2_500), 25);
    shutter.pass(at(9_999));
    assert_eq!(read(&shutter, STATUS, 9_999), 0x43);
    shutter.pass(at(10_000));
    assert_eq!(read(&shutter, STATUS, 10_000), 0x41);
    assert_eq!(read(&shutter, DEGREE, 10_000), 100);
    assert_eq!(shutter.next_change(), None);
}

#[test]
fn stop_and_turn_around_on_the_way() {
    let mut shutter = closed();
    shutter.set(OPERATION, &[0x41], at(0));
    shutter.set(OPERATION, &[0x43], at(4_000));
    assert_eq!(
        (read(&shutter, STATUS, 4_000), read(&shutter, DEGREE, 9_000)),
        (0x45, 40)
    );
    shutter.set(OPERATION, &[0x42], at(9_000));
    assert_eq!(
        (read(&shutter, STATUS, 9_000), shutter.next_change()),
        (0x44, Some(at(13_000)))
    );
    shutter.set(OPERATION, &[0x41], at(10_000));
    assert_eq!(read(&shutter, DEGREE, 10_000), 30);
    assert_eq!(shutter.next_change(), Some(at(17_000)));
}

#[test]
fn a_degree_is_gone_to_and_told_when_reached() {
    let mut shutter = closed();
    assert!(shutter.set(DEGREE, &[40], at(0)));
    assert!(shutter.is_quiet(DEGREE));
    assert_eq!(read(&shutter, OPERATION, 0), 0x41);
    shutter.pass(at(4_000));
    assert!(!shutter.is_quiet(DEGREE));
    assert_eq!(
        (read(&shutter, STATUS, 4_000), read(&shutter, DEGREE, 4_000)),
        (0x45, 40)
    );
    assert!(shutter.set(DEGREE, &[40], at(5_000)), "already there is a success");
    assert_eq!(shutter.next_change(), None);
}

#[test]
fn what_it_does_not_understand_is_refused() {
    let mut shutter = closed();
    for (epc, edt) in [
        (OPERATION, &[0x44][..]),
        (OPERATION, &[]),
        (OPERATION, &[0x41, 0x41]),
        (DEGREE, &[101]),
        (STATUS, &[0x41]),
        (0xf0, &[1]),
    ] {
        assert!(!shutter.set(epc, edt, at(0)), "{epc:02x} {edt:02x?}");
    }
    assert_eq!(shutter.next_change(), None);
    assert!(!shutter.by_hand(Hand::On, at(0)));
}

#[test]
fn an_obstacle_is_found_by_running_into_it() {
    let mut shutter = Shutter::new(Duration::from_secs(10), 30);
    shutter.jam(true, at(0));
    assert_eq!(shutter.fault(), None);
    assert!(shutter.set(OPERATION, &[0x41], at(0)));
    assert_eq!(read(&shutter, STATUS, 500), 0x43);
    assert_eq!(read(&shutter, DEGREE, 500), 30);
    shutter.pass(at(1_000));
    assert_eq!(shutter.fault(), Some(0x0402));
    assert_eq!(
        (read(&shutter, STATUS, 1_000), read(&shutter, OPERATION, 1_000)),
        (0x45, 0x43)
    );
    shutter.jam(false, at(2_000));
    assert_eq!(shutter.fault(), None);
    shutter.set(OPERATION, &[0x41], at(2_000));
    shutter.pass(at(9_000));
    assert_eq!(read(&shutter, STATUS, 9_000), 0x41);
}

#[test]
fn an_obstacle_stops_it_on_the_way() {
    let mut shutter = closed();
    shutter.set(OPERATION, &[0x41], at(0));
    shutter.jam(true, at(6_000));
    assert_eq!(shutter.fault(), Some(0x0402));
    assert_eq!(
        (read(&shutter, STATUS, 6_000), read(&shutter, DEGREE, 60_000)),
        (0x45, 60)
    );
}

#[test]
fn without_power_it_stands() {
    let mut shutter = closed();
    shutter.by_hand(Hand::Open, at(0));
    shutter.power_off(at(5_000));
    assert_eq!(
        (read(&shutter, STATUS, 9_000), read(&shutter, DEGREE, 9_000)),
        (0x45, 50)
    );
}

#[test]
fn a_clock_that_goes_back_moves_nothing() {
    let mut shutter = closed();
    shutter.set(OPERATION, &[0x41], at(5_000));
    shutter.pass(at(0));
    assert_eq!(read(&shutter, DEGREE, 0), 0);
    assert_eq!(read(&shutter, STATUS, 0), 0x43);
}

#[test]
fn it_is_found_as_it_was_left() {
    let mut shutter = Shutter::new(Duration::from_secs(10), 37);
    shutter.permit_remote(false);
    let mut again = closed();
    again.recall(&shutter.look(at(0)));
    assert_eq!(again.look(at(0)), shutter.look(at(0)));
}

proptest! {
    /// Whatever is done to it, it stays between closed and open, never faster than its motor, and its words agree
    /// with its position.
    #[test]
    fn it_never_leaps(steps in prop::collection::vec((0_u8..8, 0_u8..=100, 0_i64..4_000), 1..60)) {
        let mut shutter = closed();
        let (mut now, mut before) = (0_i64, 0_i64);
        for (what, degree, wait) in steps {
            match what {
                0 => { shutter.set(OPERATION, &[0x41], at(now)); }
                1 => { shutter.set(OPERATION, &[0x42], at(now)); }
                2 => { shutter.set(OPERATION, &[0x43], at(now)); }
                3 => { shutter.set(DEGREE, &[degree], at(now)); }
                4 => { shutter.jam(true, at(now)); }
                5 => { shutter.jam(false, at(now)); }
                6 => shutter.power_off(at(now)),
                _ => { shutter.by_hand(Hand::Open, at(now)); }
            }
            prop_assert!((shutter.position(at(now)) - before).abs() <= 1, "operating does not move it");
            now += wait;
            let position = shutter.position(at(now));
            // 10 s for 10,000 steps: a step a millisecond, and one for rounding.
            prop_assert!((position - before).abs() <= wait + 1);
            shutter.pass(at(now));
            prop_assert_eq!(shutter.position(at(now)), position);
            prop_assert!((0..=FULL).contains(&position));
            prop_assert!(shutter.next_change().is_none_or(|next| next > at(now)));
            match read(&shutter, STATUS, now) {
                0x41 => prop_assert_eq!(position, FULL),
                0x42 => prop_assert_eq!(position, 0),
                0x45 => prop_assert!(position > 0 && position < FULL),
                _ => prop_assert!(shutter.movement.is_some()),
            }
            before = position;
        }
    }
}
