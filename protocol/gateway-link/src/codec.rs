//! How messages get into and out of buffers.

use std::marker::PhantomData;

use prost::Message;
use tonic::codec::{BufferSettings, Codec};
use tonic_prost::{ProstDecoder, ProstEncoder};

/// What a buffer of a stream begins with, and grows by. Most streams are silent most of the time: tonic's 8 KiB for each
/// direction would be half of what an idle gateway costs the platform.
const BUFFER: usize = 512;
/// From this length on, encoded messages are passed on before more are encoded.
const PASS_ON: usize = 32 * 1024;

/// Protocol Buffers with small buffers.
#[derive(Debug, Clone)]
pub(crate) struct SmallBuffers<T, U> {
    messages: PhantomData<(T, U)>,
}

impl<T, U> Default for SmallBuffers<T, U> {
    fn default() -> Self {
        Self { messages: PhantomData }
    }
}

impl<T, U> Codec for SmallBuffers<T, U>
where
    T: Message + Send + 'static,
    U: Message + Default + Send + 'static,
{
    type Encode = T;
    type Decode = U;
    type Encoder = ProstEncoder<T>;
    type Decoder = ProstDecoder<U>;

    fn encoder(&mut self) -> Self::Encoder {
        ProstEncoder::new(BufferSettings::new(BUFFER, PASS_ON))
    }

    fn decoder(&mut self) -> Self::Decoder {
        ProstDecoder::new(BufferSettings::new(BUFFER, PASS_ON))
    }
}
