//! Frames as other people's programs write them, and as the standard prints them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod aes;

use aes::Aes;
use jiff::Timestamp;
use tomori_sia_dc09::{
    Cipher as _, Code, Content, ContentError, Frame, FrameError, Qualifier, Reply, SignalError, Stamp, Token, crc16,
    read_signals,
};

/// A frame around a body, as a panel makes it.
fn framed(body: &str) -> Vec<u8> {
    format!("\n{:04X}{:04X}{body}\r", crc16(body.as_bytes()), body.len()).into_bytes()
}

fn read(bytes: &[u8]) -> (Frame, Content) {
    let frame = Frame::decode(bytes).unwrap();
    let content = Content::open(&frame, None).unwrap();
    (frame, content)
}

/// `pysiaalarm`'s own test: a frame with the check value and length as that project publishes them.
#[test]
fn a_frame_of_pysiaalarm() {
    let body = "\"SIA-DCS\"6002L0#AAA[|Nri1/CL501]_14:12:04,09-25-2019";
    let (frame, content) = read(&framed(body));
    assert_eq!(frame.token, Token::SiaDcs);
    assert_eq!(frame.sequence, 6002);
    assert_eq!(frame.line.as_deref(), Some("0"));
    assert_eq!(frame.account.as_ref().unwrap().as_str(), "AAA");
    let signals = read_signals(&frame.token, &content).unwrap();
    assert_eq!(signals.len(), 1);
    assert_eq!(signals[0].code, Code::Sia(['C', 'L']));
    assert_eq!(signals[0].area.as_deref(), Some("1"));
    assert_eq!(signals[0].zone.as_deref(), Some("501"));
    assert_eq!(content.stamp, Stamp::read(b"14:12:04,09-25-2019"));
}

/// The frames that `siadc09` (DC-09-2026) prints in its own documentation, one of them encrypted.
#[test]
fn frames_of_siadc09() {
    let plain = b"\n8C860043\"SIA-DCS\"9876R579BDFL789ABC#123456A[#123456A|NFA129][M1234567890AB]\r";
    let (frame, content) = read(plain);
    assert_eq!(frame.receiver.as_deref(), Some("579BDF"));
    assert_eq!(content.extended, [b"M1234567890AB".to_vec()]);
    let signals = read_signals(&frame.token, &content).unwrap();
    assert_eq!(
        (signals[0].code.text(), signals[0].zone.as_deref()),
        ("FA".to_owned(), Some("129"))
    );
    assert_eq!(frame.encode().unwrap(), plain);

    let sealed = b"\nDE260072\"*NULL\"0000L0#000[242ff5e1d26993d8ca4a622f7d779a93096ef7ed9b5499dc13de23e1405a5764b58737251286f0d81da5134d1eebc238\r";
    let frame = Frame::decode(sealed).unwrap();
    let key = Aes::of("850cba22f7dd4f033405da83e4c5bae9");
    let content = Content::open(&frame, Some(&key)).unwrap();
    assert!(content.data.is_empty() && content.stamp.is_some());
}

/// Modifiers as `my-dc09-spt` writes them: without strokes, with names.
#[test]
fn modifiers_without_strokes() {
    let (frame, content) = read(&framed(
        "\"SIA-DCS\"0001L0#1234[#1234|Nri2^Shop^id3^Jan^ti12:30:00BA5^Back door^|AGlass]",
    ));
    let signals = read_signals(&frame.token, &content).unwrap();
    assert_eq!(signals.len(), 1);
    let signal = &signals[0];
    assert_eq!(
        (signal.code.text(), signal.area.as_deref()),
        ("BA".to_owned(), Some("2"))
    );
    assert_eq!(
        (signal.zone.as_deref(), signal.text.as_deref()),
        (Some("5"), Some("Glass"))
    );
}

#[test]
fn several_events_texts_and_extended_data() {
    let body = "\"SIA-DCS\"0007R1L1#1234[#1234|Nti12:30/ri01/BA015^HALL/1F^NL502*3xx/FA3|AKitchen][M0026b9e4268b][X093W23.456]";
    let (frame, content) = read(&framed(body));
    assert_eq!(content.extended.len(), 2);
    let signals = read_signals(&frame.token, &content).unwrap();
    let told: Vec<_> = signals
        .iter()
        .map(|it| (it.code.text(), it.zone.clone(), it.text.clone()))
        .collect();
    let zone = |text: &str| Some(text.to_owned());
    assert_eq!(
        told,
        [
            ("BA".to_owned(), zone("015"), zone("HALL/1F")),
            ("NL".to_owned(), zone("502"), None),
            ("FA".to_owned(), zone("3"), zone("Kitchen")),
        ]
    );
}

#[test]
fn contact_id() {
    let (frame, content) = read(&framed("\"ADM-CID\"0010L0#1234[#1234|1130 01 015]_12:00:00,01-02-2026"));
    let signals = read_signals(&frame.token, &content).unwrap();
    assert_eq!(signals[0].code, Code::ContactId(Qualifier::New, 130));
    assert_eq!(signals[0].zone.as_deref(), Some("015"));
    let unreadable = |data: &str| {
        let (frame, content) = read(&framed(&format!("\"ADM-CID\"0010L0#1234[#1234|{data}]")));
        read_signals(&frame.token, &content)
    };
    for bad in [
        "",
        "1130",
        "1130 01",
        "2130 01 015",
        "113 01 015",
        "1130 01 015 ",
        "1130 1 015",
        "+130 01 015",
    ] {
        assert_eq!(unreadable(bad), Err(SignalError::Unreadable), "{bad}");
    }
}

#[test]
fn a_link_test_carries_nothing() {
    let (frame, content) = read(&framed("\"NULL\"0000R0L0#1234[]"));
    assert_eq!(read_signals(&frame.token, &content), Ok(Vec::new()));
    assert_eq!(content.stamp, None);
}

/// The paddings of three other programs: letters and a bar, zeros and a bar, letters and no bar where there is no data.
#[test]
fn paddings_of_others() {
    let key = Aes::of("000102030405060708090a0b0c0d0e0f");
    for (padding, data) in [
        ("QWERTYUIOPASDFGHJKL|", "#1234|NBA1"),
        ("00000000000000000|", "#1234|NBA1"),
        ("ASDFGHJKLZXCVBNM", ""),
        ("ASDFGHJKLZXCVBNM|", ""),
        ("", ""),
    ] {
        let mut text = format!("{padding}{data}]_12:00:00,01-02-2026");
        while text.len() % 16 != 0 {
            text.insert(0, 'P');
        }
        let sealed = foreign_encrypt(&text);
        let token = if data.is_empty() { "NULL" } else { "SIA-DCS" };
        let frame = Frame::decode(&framed(&format!("\"*{token}\"0001L0#1234[{sealed}"))).unwrap();
        let content = Content::open(&frame, Some(&key)).unwrap();
        assert_eq!(content.data, data.as_bytes(), "{padding}");
        assert_eq!(content.stamp, Stamp::read(b"12:00:00,01-02-2026"));
    }
}

/// Encrypts the whole text of another program.
fn foreign_encrypt(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    Aes::of("000102030405060708090a0b0c0d0e0f").encrypt(&mut bytes).unwrap();
    data_encoding::HEXUPPER.encode(&bytes)
}

/// T3-10 EP③ 改ざん: one digit of the body is another.
#[test]
fn wrong_crc() {
    let mut bytes = framed("\"SIA-DCS\"0001L0#1234[#1234|NBA1]");
    let at = bytes.len() - 3;
    bytes[at] = b'2';
    assert!(matches!(Frame::decode(&bytes), Err(FrameError::Crc { .. })));
}

#[test]
fn wrong_length() {
    let body = "\"NULL\"0000L0#1234[]";
    for length in [body.len() - 1, body.len() + 1, 0xFFFF] {
        let bytes = format!("\n{:04X}{length:04X}{body}\r", crc16(body.as_bytes()));
        assert!(matches!(
            Frame::decode(bytes.as_bytes()),
            Err(FrameError::Length { .. })
        ));
    }
}

/// T3-10 EP③ なりすまし: a frame under another key, and the ciphertext of one account under the name of another.
#[test]
fn wrong_key_and_borrowed_ciphertext() {
    let key = Aes::of("000102030405060708090a0b0c0d0e0f");
    let other = Aes::of("ff0102030405060708090a0b0c0d0e0f");
    let mut frame = Frame::decode(&framed("\"SIA-DCS\"0001L0#1234[]")).unwrap();
    let content = Content {
        data: b"#1234|NBA1".to_vec(),
        extended: Vec::new(),
        stamp: Stamp::read(b"12:00:00,01-02-2026"),
    };
    content.seal(&mut frame, Some(&key), [7; 32]).unwrap();
    assert_eq!(Content::open(&frame, Some(&key)).unwrap(), content);
    assert_eq!(Content::open(&frame, Some(&other)), Err(ContentError::WrongKey));
    assert_eq!(Content::open(&frame, None), Err(ContentError::NoKey));
    frame.account = Some("4321".parse().unwrap());
    assert_eq!(Content::open(&frame, Some(&key)), Err(ContentError::OtherAccount));
}

#[test]
fn an_encrypted_frame_without_time_is_refused() {
    let key = Aes::of("000102030405060708090a0b0c0d0e0f");
    let sealed = foreign_encrypt("PPPPPPPPPPPPPPPPPPPP|#1234|NBA1]");
    let frame = Frame::decode(&framed(&format!("\"*SIA-DCS\"0001L0#1234[{sealed}"))).unwrap();
    assert_eq!(Content::open(&frame, Some(&key)), Err(ContentError::NoStamp));
}

#[test]
fn answers_are_as_the_standard_prints_them() {
    let now: Timestamp = "2026-01-02T12:00:00Z".parse().unwrap();
    let frame = Frame::decode(&framed("\"SIA-DCS\"0042R1L2#1234[#1234|NBA1]")).unwrap();
    let body = |reply: Reply, to: Option<&Frame>| {
        let bytes = reply.encode(to, None, now, [0; 32]).unwrap();
        Frame::decode(&bytes).unwrap();
        String::from_utf8(bytes[9..bytes.len() - 1].to_vec()).unwrap()
    };
    assert_eq!(body(Reply::Ack, Some(&frame)), "\"ACK\"0042R1L2#1234[]");
    assert_eq!(body(Reply::Duh, Some(&frame)), "\"DUH\"0042R1L2#1234[]");
    assert_eq!(
        body(Reply::Nak, Some(&frame)),
        "\"NAK\"0000R0L0A0[]_12:00:00,01-02-2026"
    );
    assert_eq!(body(Reply::Nak, None), "\"NAK\"0000R0L0A0[]_12:00:00,01-02-2026");
    let key = Aes::of("000102030405060708090a0b0c0d0e0f");
    let sealed = Frame {
        is_encrypted: true,
        ..frame
    };
    let bytes = Reply::Ack.encode(Some(&sealed), Some(&key), now, [9; 32]).unwrap();
    let ack = Frame::decode(&bytes).unwrap();
    assert!(ack.is_encrypted && ack.token == Token::Ack && ack.sequence == 42);
    assert_eq!(Content::open(&ack, Some(&key)).unwrap().stamp, Some(Stamp::of(now)));
}
