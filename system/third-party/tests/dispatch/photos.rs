//! A guard at a house sends photos: what is kept is a picture that we made, and only the people of the case see it.

use std::io::Cursor;
use std::time::Duration;

use image::{DynamicImage, ImageFormat, RgbImage};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tomori_third_party::panels::Policy;
use tomori_third_party::people::Role;

use super::walk::{Town, town};
use crate::world::{Browser, Page};

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let picture = DynamicImage::ImageRgb8(RgbImage::from_pixel(width, height, image::Rgb([200, 90, 40])));
    picture.write_to(&mut out, ImageFormat::Png).unwrap();
    out.into_inner()
}

/// A town whose first guard is at the house.
async fn at_the_house() -> Town {
    let mut town = town(&[("35.6810", "139.7600"), ("35.7000", "139.7600")]).await;
    let guard = town.guards[0].0.clone();
    let send = format!("{}/send", town.path);
    assert_eq!(
        town.operator.post(&send, &[("guard", guard.as_str())]).await.status,
        303
    );
    for answer in ["accept", "arrive"] {
        let answer = [("answer", answer)];
        assert_eq!(town.guards[0].1.post("/duty/mission", &answer).await.status, 303);
    }
    town
}

async fn send(phone: &mut Browser, name: &str, photo: &[u8]) -> Page {
    let csrf = phone.csrf().await;
    let fields = [("csrf", None, csrf.as_bytes()), ("photo", Some(name), photo)];
    phone.upload("/duty/photos", &fields).await
}

/// T3-10 EP③ マルウェア, 情報漏えい: a picture that is a page as well, under the name of a file elsewhere.
#[tokio::test]
async fn a_photo_is_remade_sealed_and_served_as_nothing_but_a_picture() {
    let mut town = at_the_house().await;
    let script = b"<html><script>alert(1)</script></html>";
    let polyglot = [png(64, 48).as_slice(), script].concat();
    let name = "../../etc/<img src=x onerror=alert(1)>.html";
    let sent = send(&mut town.guards[0].1, name, &polyglot).await;
    assert_eq!((sent.status, sent.location.as_str()), (303, "/duty"));
    let page = town.guards[0].1.get("/duty").await.text;
    assert!(page.contains("/duty/photos/1") && page.contains("7 more") && !page.contains("onerror"));
    let case = town.operator.get(&town.path).await.text;
    let path = format!("{}/photos/1", town.path);
    assert!(case.contains(&path) && case.contains("sent a photo") && !case.contains("onerror"));

    let response = town.operator.stream(&path).await;
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "image/jpeg");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("content-disposition"), "inline; filename=\"photo-1.jpg\"");
    assert!(header("content-security-policy").contains("sandbox"));
    assert_eq!(header("cache-control"), "no-store");
    let served = response.bytes().await.unwrap();
    let made = image::load_from_memory_with_format(&served, ImageFormat::Jpeg).unwrap();
    assert_eq!((made.width(), made.height()), (64, 48));
    assert!(!served.windows(7).any(|part| part == b"<script"));
    let stored = std::fs::read(town.world.folder().join("photos.db")).unwrap();
    for needle in [&b"\xff\xd8\xff"[..], b"onerror", b"<script"] {
        assert!(!stored.windows(needle.len()).any(|part| part == needle));
    }
    // Another case, another guard, another role; and nothing is left on the phone of whoever has left.
    assert_eq!(town.operator.get("/cases/case_absent/photos/1").await.status, 404);
    assert_eq!(town.guards[1].1.get("/duty/photos/1").await.status, 409);
    assert_eq!(town.world.office.clone().get(&path).await.status, 403);
    assert_eq!(town.guards[0].1.get("/duty/photos/1").await.status, 200);
    let done = [("answer", "done"), ("report", "窓を閉めた")];
    assert_eq!(town.guards[0].1.post("/duty/mission", &done).await.status, 303);
    assert_eq!(town.guards[0].1.get("/duty/photos/1").await.status, 409);
    assert_eq!(town.operator.get(&path).await.status, 200);
}

#[tokio::test]
async fn photos_are_taken_at_the_house_and_not_without_end() {
    let mut town = at_the_house().await;
    let small = png(8, 8);
    assert_eq!(send(&mut town.guards[1].1, "a.png", &small).await.status, 409);
    for _ in 0..8 {
        assert_eq!(send(&mut town.guards[0].1, "a.png", &small).await.status, 303);
    }
    assert_eq!(send(&mut town.guards[0].1, "a.png", &small).await.status, 409);
    let (_, mut operator) = town.world.somebody(Role::Operator, "別人").await;
    assert_eq!(send(&mut operator, "a.png", &small).await.status, 403);
}

/// T3-10 EP③ マルウェア: what is no picture is refused whatever it is called, and the refusal is in the log.
#[tokio::test]
async fn wrong_magic() {
    let mut town = at_the_house().await;
    for (bytes, told) in [
        (b"<svg onload=alert(1)>".as_slice(), "This is not a photo"),
        (b"GIF89a\x01\0\x01\0\0\0\0", "This is not a photo"),
        (b"\xff\xd8\xff\xe0broken", "cannot be read"),
        (b"", "This is not a photo"),
    ] {
        let page = send(&mut town.guards[0].1, "photo.jpg", bytes).await;
        assert_eq!(page.status, 422);
        assert!(page.text.contains(told), "{told}");
    }
    let log = town.world.office.clone().get("/log").await.text;
    assert_eq!(log.matches("photo.refused").count(), 4);
    assert!(!town.guards[0].1.get("/duty").await.text.contains("/duty/photos/1"));
}

/// T3-10 EP③ なりすまし: a file from another site, without the token, or with the token behind the file.
#[tokio::test]
async fn csrf_with_a_file() {
    let mut town = at_the_house().await;
    let phone = &mut town.guards[0].1;
    let small = png(8, 8);
    let csrf = phone.csrf().await;
    for fields in [
        vec![("photo", Some("a.png"), small.as_slice())],
        vec![("csrf", None, b"wrong".as_slice()), ("photo", Some("a.png"), &small)],
        vec![("photo", Some("a.png"), &small), ("csrf", None, csrf.as_bytes())],
    ] {
        assert_eq!(phone.upload("/duty/photos", &fields).await.status, 403);
    }
    let long = vec![b'x'; 5_000];
    assert_eq!(phone.upload("/duty/photos", &[("csrf", None, &long)]).await.status, 413);
}

/// T3-10 EP③ サービス不能: 50 MB. Refused before they come, when they say so, and where they do not, when it has become too
/// much.
#[tokio::test]
async fn photo_of_50_mb() {
    let town = at_the_house().await;
    let phone = &town.guards[0].1;
    let (name, value) = &phone.cookies[0];
    let head = |how: &str| {
        format!(
            "POST /duty/photos HTTP/1.1\r\nhost: {0}\r\norigin: http://{0}\r\ncookie: {name}={value}\r\n\
             accept-language: en\r\ncontent-type: multipart/form-data; boundary=edge\r\n{how}\r\n\r\n",
            town.world.addresses.web
        )
    };
    let mut socket = TcpStream::connect(town.world.addresses.web).await.unwrap();
    socket
        .write_all(head("content-length: 52428800").as_bytes())
        .await
        .unwrap();
    let mut answer = vec![0; 4096];
    // Not a byte of the photo was sent.
    let read = tokio::time::timeout(Duration::from_secs(10), socket.read(&mut answer)).await;
    let answer = String::from_utf8_lossy(&answer[..read.unwrap().unwrap()]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    drop(socket);

    let mut socket = TcpStream::connect(town.world.addresses.web).await.unwrap();
    socket
        .write_all(head("transfer-encoding: chunked").as_bytes())
        .await
        .unwrap();
    let csrf = phone.clone().csrf().await;
    let start = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n\
         --edge\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\n\r\n"
    );
    let piece = |bytes: &[u8]| [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat();
    socket.write_all(&piece(start.as_bytes())).await.unwrap();
    let (mut reader, mut writer) = socket.into_split();
    let noise = piece(&vec![7; 256 * 1024]);
    let flood = tokio::spawn(async move {
        let mut sent = 0;
        while sent < 50 * 1024 * 1024 && writer.write_all(&noise).await.is_ok() {
            sent += noise.len();
        }
        sent
    });
    let mut answer = vec![0; 4096];
    let read = tokio::time::timeout(Duration::from_secs(20), reader.read(&mut answer)).await;
    let answer = String::from_utf8_lossy(&answer[..read.unwrap().unwrap()]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    drop(reader);
    assert!(flood.await.unwrap() < 50 * 1024 * 1024, "nobody listened to the end");
}

/// A closed case goes with its photos, missions and messages when its time is over; an open one stays however old it is.
#[tokio::test]
async fn what_is_over_is_forgotten_whole() {
    let mut town = at_the_house().await;
    assert_eq!(send(&mut town.guards[0].1, "a.png", &png(8, 8)).await.status, 303);
    let instruct = format!("{}/instructions", town.path);
    assert_eq!(town.operator.post(&instruct, &[("text", "裏口から")]).await.status, 303);
    let done = [("answer", "done"), ("report", "窓を閉めた")];
    assert_eq!(town.guards[0].1.post("/duty/mission", &done).await.status, 303);
    town.world.panel("5678", Policy::Plain, None).await;
    let open = crate::board::walk::alarm(&town.world, "5678", 1, "NBA1").await;
    for step in ["callHouse", "sendGuard", "tellCustomer"] {
        let path = format!("{}/steps", town.path);
        assert_eq!(town.operator.post(&path, &[("step", step)]).await.status, 303);
    }
    let report = [("outcome", "real"), ("report", "窓を閉めた")];
    let close = format!("{}/close", town.path);
    assert_eq!(town.operator.post(&close, &report).await.status, 303);

    let services = &town.world.services;
    let id = town.path.trim_start_matches("/cases/").parse().unwrap();
    let day = Duration::from_secs(24 * 3600);
    town.world.clock.advance(day * 729);
    assert!(services.cases.case(&id).await.is_ok(), "not yet");
    town.world.clock.advance(day * 2);
    let mut tries = 0;
    while services.cases.case(&id).await.is_ok() {
        tries += 1;
        assert!(tries < 3_000, "nobody forgets");
        // The watch may have looked at the clock a moment ago, and sleeps an hour since then.
        town.world.clock.advance(Duration::from_secs(3_600));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(services.photos.of_case(&id).await.unwrap().is_empty());
    assert!(services.photos.of_mission(1).await.unwrap().is_empty());
    assert!(services.dispatch.messages(1).await.unwrap().is_empty());
    assert!(services.cases.case(&open.parse().unwrap()).await.is_ok());
}
