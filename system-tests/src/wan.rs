//! The wide-area network between a house and the platform, with its faults: a TCP proxy that can be cut, stalled and
//! restored while everybody goes on.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What the line does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// It carries.
    Up,
    /// The plug is pulled: connections break and new ones are refused at once.
    Cut,
    /// A silent fault: connections stay open, and nothing comes through.
    Stalled,
    /// Everything comes through, in order, each piece so much later.
    Slow(Duration),
}

/// A line to one address.
#[derive(Debug)]
pub struct Wan {
    address: SocketAddr,
    line: watch::Sender<Line>,
    carried: Arc<AtomicU64>,
}

impl Wan {
    /// Lays a line to `target`; it listens on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn to(target: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (line, state) = watch::channel(Line::Up);
        let carried = Arc::new(AtomicU64::new(0));
        tokio::spawn(accept(listener, target, state, Arc::clone(&carried)));
        Ok(Self { address, line, carried })
    }

    /// Where the near end listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Makes the line do something else.
    pub fn set(&self, line: Line) {
        self.line.send_replace(line);
    }

    /// Bytes carried so far, both ways.
    #[must_use]
    pub fn carried(&self) -> u64 {
        self.carried.load(Ordering::Relaxed)
    }
}

async fn accept(listener: TcpListener, target: SocketAddr, state: watch::Receiver<Line>, carried: Arc<AtomicU64>) {
    let mut ended = state.clone();
    loop {
        let near = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((near, _)) => near,
                Err(_) => continue,
            },
            gone = ended.wait_for(|_| false) => {
                // The only way out is that the sender is gone.
                drop(gone);
                return;
            }
        };
        if *state.borrow() == Line::Cut {
            continue;
        }
        let (state, carried) = (state.clone(), Arc::clone(&carried));
        tokio::spawn(async move {
            let Ok(far) = TcpStream::connect(target).await else {
                return;
            };
            let (near_read, near_write) = near.into_split();
            let (far_read, far_write) = far.into_split();
            tokio::select! {
                () = carry(near_read, far_write, state.clone(), Arc::clone(&carried)) => (),
                () = carry(far_read, near_write, state, carried) => (),
            }
        });
    }
}

async fn carry(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    mut state: watch::Receiver<Line>,
    carried: Arc<AtomicU64>,
) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let line = *state.borrow_and_update();
        match line {
            Line::Cut => return,
            Line::Stalled => {
                if state.changed().await.is_err() {
                    return;
                }
            }
            Line::Up | Line::Slow(_) => {
                tokio::select! {
                    changed = state.changed() => if changed.is_err() { return },
                    read = from.read(&mut buffer) => {
                        let Ok(length @ 1..) = read else { return };
                        let Some(bytes) = buffer.get(..length) else { return };
                        if let Line::Slow(by) = line {
                            tokio::time::sleep(by).await;
                            // What was on its way when the plug was pulled is lost.
                            if *state.borrow() == Line::Cut {
                                return;
                            }
                        }
                        carried.fetch_add(length as u64, Ordering::Relaxed);
                        if to.write_all(bytes).await.is_err() {
                            return;
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut byte = [0];
                    while stream.read_exact(&mut byte).await.is_ok() {
                        if stream.write_all(&byte).await.is_err() {
                            return;
                        }
                    }
                });
            }
        });
        address
    }

    async fn ping(stream: &mut TcpStream) -> bool {
        let mut byte = [0];
        let answered = async {
            stream.write_all(b"x").await.ok()?;
            stream.read_exact(&mut byte).await.ok()
        };
        tokio::time::timeout(Duration::from_millis(300), answered)
            .await
            .ok()
            .flatten()
            .is_some()
    }

    #[tokio::test]
    async fn a_line_carries_stalls_and_breaks() {
        let wan = Wan::to(echo().await).await.unwrap();
        let mut stream = TcpStream::connect(wan.address()).await.unwrap();
        assert!(ping(&mut stream).await);
        wan.set(Line::Slow(Duration::from_millis(60)));
        let began = std::time::Instant::now();
        assert!(ping(&mut stream).await);
        assert!(began.elapsed() >= Duration::from_millis(120), "there and back");
        wan.set(Line::Stalled);
        assert!(!ping(&mut stream).await);
        wan.set(Line::Up);
        let mut byte = [0];
        stream.read_exact(&mut byte).await.unwrap();
        assert!(ping(&mut stream).await);
        wan.set(Line::Cut);
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(!ping(&mut stream).await);
        let mut refused = TcpStream::connect(wan.address()).await.unwrap();
        assert!(!ping(&mut refused).await);
        wan.set(Line::Up);
        let mut again = TcpStream::connect(wan.address()).await.unwrap();
        assert!(ping(&mut again).await);
        assert!(wan.carried() >= 6);
    }
}
