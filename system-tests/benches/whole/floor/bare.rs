//! The network and the disk alone.

use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result};
use tokio::net::UdpSocket;

use crate::report::Spans;

/// A datagram as long as an ECHONET Lite Set of one property.
const DATAGRAM: usize = 15;

/// A datagram to another socket of this machine and back, so many times.
pub(crate) async fn round_trips(count: usize) -> Result<Spans> {
    let (near, far) = (
        UdpSocket::bind("127.0.0.1:0").await?,
        UdpSocket::bind("127.0.0.1:0").await?,
    );
    near.connect(far.local_addr()?).await?;
    far.connect(near.local_addr()?).await?;
    let echo = tokio::spawn(async move {
        let mut buffer = [0; DATAGRAM];
        while far.recv(&mut buffer).await.is_ok() && far.send(&buffer).await.is_ok() {}
    });
    let (mut spans, mut buffer) = (Spans::default(), [0; DATAGRAM]);
    for _ in 0..count {
        let began = Instant::now();
        near.send(&buffer).await?;
        near.recv(&mut buffer).await?;
        spans.add(began.elapsed());
    }
    echo.abort();
    Ok(spans)
}

/// A page at the end of a file, and `fdatasync`, so many times.
pub(crate) fn syncs(folder: &Path, count: usize) -> Result<Spans> {
    let path = folder.join("floor");
    let file = std::fs::File::create(&path).with_context(|| path.display().to_string())?;
    let mut spans = Spans::default();
    for number in 0..count {
        let began = Instant::now();
        file.write_all_at(&[7; 4096], number as u64 * 4096)?;
        file.sync_data()?;
        spans.add(began.elapsed());
    }
    Ok(spans)
}
