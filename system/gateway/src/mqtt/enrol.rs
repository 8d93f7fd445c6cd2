//! The door where a device with a code comes for its certificate: one line of JSON in, one out.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::time::timeout;
use tomori_device_link::GATEWAY_NAME;
use tomori_device_link::enrolment::{Reply, Request, Welcome, from_base64, read, to_base64, write};
use tomori_device_link::limits::ENROLMENT_BYTES;
use tomori_runtime::remedy::chain;
use tomori_runtime::tls::Accepted;

use super::service::Shared;

/// How long the whole may take.
const WITHIN: Duration = Duration::from_secs(10);

pub(super) async fn serve(shared: Arc<Shared>, accepted: Accepted) {
    let peer = accepted.peer;
    let talk = async {
        let most = u64::try_from(ENROLMENT_BYTES).unwrap_or(u64::MAX);
        let mut stream = BufReader::new(accepted.stream);
        let mut line = Vec::new();
        (&mut stream).take(most).read_until(b'\n', &mut line).await?;
        let reply = answer(&shared, line.strip_suffix(b"\n").unwrap_or(&line));
        if let Reply::Refused { refused } = &reply {
            tracing::warn!(%peer, refused, "a device is not enrolled");
            shared.with(|core, _| core.count(|refusals| refusals.enrolments += 1));
        }
        stream.write_all(&write(&reply)).await?;
        stream.shutdown().await
    };
    if !matches!(timeout(WITHIN, talk).await, Ok(Ok(()))) {
        tracing::info!(%peer, "an enrolment was broken off");
    }
}

fn answer(shared: &Shared, line: &[u8]) -> Reply {
    let refused = |refused: String| Reply::Refused { refused };
    let request: Request = match read(line) {
        Ok(request) => request,
        Err(error) => return refused(error.to_string()),
    };
    // Before the code is used up: a device whose request cannot be granted may try again.
    let Ok(csr) = from_base64(&request.csr) else {
        return refused("csr: not base64".to_owned());
    };
    let holder = match shared.redeem(&request.code) {
        Ok(holder) => holder,
        Err(error) => return refused(error.to_string()),
    };
    match shared.authority.issue(&csr, &holder) {
        Ok(chain_der) => {
            tracing::info!(device = %holder.device, generation = holder.generation, "a device has its certificate");
            Reply::Welcome(Welcome {
                device: holder.device.to_string(),
                chain: chain_der.iter().map(|der| to_base64(der)).collect(),
                mqtt: shared.address.clone(),
                name: GATEWAY_NAME.to_owned(),
            })
        }
        Err(error) => refused(chain(&error)),
    }
}
