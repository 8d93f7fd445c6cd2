mod attacks;
mod road;

use std::net::SocketAddr;
use std::time::Duration;

use jiff::Timestamp;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tomori_sia_dc09::{Cipher, Content, Found, Frame, Key, Scanner, Stamp, Token};
use tomori_third_party::receiver::Aes;

const PATIENCE: Duration = Duration::from_secs(30);

/// A frame of a panel.
pub fn frame(account: &str, sequence: u16, data: &str, stamp: Option<Timestamp>, key: Option<&Key>) -> Vec<u8> {
    let token = match data {
        "" => Token::Null,
        data if data.as_bytes()[0] == b'#' && data.contains("|N") => Token::SiaDcs,
        _ => Token::AdmCid,
    };
    let mut frame = Frame {
        token,
        is_encrypted: false,
        sequence,
        receiver: Some("1".to_owned()),
        line: Some("0".to_owned()),
        account: Some(account.parse().unwrap()),
        rest: Vec::new(),
    };
    let content = Content {
        data: data.as_bytes().to_vec(),
        extended: Vec::new(),
        stamp: stamp.map(Stamp::of),
    };
    let cipher = key.map(Aes);
    let cipher = cipher.as_ref().map(|cipher| cipher as &dyn Cipher);
    content
        .seal(&mut frame, cipher, [u8::try_from(sequence % 251).unwrap(); 32])
        .unwrap();
    frame.encode().unwrap()
}

/// A panel's connection.
pub struct Panel {
    stream: TcpStream,
    scanner: Scanner,
    waiting: Vec<Vec<u8>>,
}

impl Panel {
    pub async fn connect(address: SocketAddr) -> Self {
        Self {
            stream: TcpStream::connect(address).await.unwrap(),
            scanner: Scanner::default(),
            waiting: Vec::new(),
        }
    }

    pub async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// The next answer; `None` when the receiver closed the connection.
    pub async fn answer(&mut self) -> Option<Frame> {
        let mut buffer = [0; 1024];
        while self.waiting.is_empty() {
            let read = tokio::time::timeout(PATIENCE, self.stream.read(&mut buffer))
                .await
                .unwrap();
            let count = read.unwrap_or(0);
            if count == 0 {
                return None;
            }
            for found in self.scanner.take(&buffer[..count]) {
                match found {
                    Found::Frame(frame) => self.waiting.push(frame),
                    Found::TooLong => panic!("the receiver sent no end"),
                }
            }
        }
        Some(Frame::decode(&self.waiting.remove(0)).unwrap())
    }

    pub async fn ask(&mut self, bytes: &[u8]) -> Frame {
        self.send(bytes).await;
        self.answer().await.expect("an answer")
    }
}

/// One datagram, and its answer.
pub async fn over_udp(address: SocketAddr, bytes: &[u8]) -> Frame {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.send_to(bytes, address).await.unwrap();
    let mut buffer = [0; 4200];
    let received = tokio::time::timeout(PATIENCE, socket.recv_from(&mut buffer))
        .await
        .unwrap();
    Frame::decode(&buffer[..received.unwrap().0]).unwrap()
}
