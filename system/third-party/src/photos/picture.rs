//! From bytes that somebody sent to a picture that we made. Pure, and slow for large pictures: not on a thread that serves.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use thiserror::Error;

/// The largest file that is looked at, in bytes. Phones make up to about 8 MB.
pub const LARGEST_FILE: usize = 12 * 1024 * 1024;
/// The most pixels that are decoded: 25 million, what phones make unless told to make more.
pub const MOST_PIXELS: u64 = 25_000_000;
/// Bytes that a decoder may hold.
const MOST_MEMORY: u64 = 192 * 1024 * 1024;
/// The longest side of what is kept, in pixels.
const LONGEST_SIDE: u32 = 2_048;
/// 1 to 100; what a photo looks good with.
const QUALITY: u8 = 80;

/// Why there is no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotAPicture {
    /// Neither JPEG nor PNG nor WebP, whatever it is called.
    #[error("neither JPEG nor PNG nor WebP")]
    Kind,
    /// It says that it is larger than anybody's photo.
    #[error("too many pixels")]
    TooLarge,
    /// It breaks off, or is none.
    #[error("cannot be decoded")]
    Broken,
}

/// Decodes what was sent, turns it as its metadata says, makes it smaller where it is large, and writes the pixels as a JPEG
/// without any metadata: no place, no device, nothing that stood before, behind or between.
///
/// # Errors
/// [`NotAPicture`].
pub fn remake(sent: &[u8]) -> Result<Vec<u8>, NotAPicture> {
    // By the first bytes alone. What was said of the kind, or the name, is not asked.
    let kind = image::guess_format(sent).map_err(|_| NotAPicture::Kind)?;
    if !matches!(kind, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) {
        return Err(NotAPicture::Kind);
    }
    let mut reader = ImageReader::with_format(Cursor::new(sent), kind);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| NotAPicture::Broken)?;
    // Before a byte of the pixels is decoded.
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS || decoder.total_bytes() > MOST_MEMORY {
        return Err(NotAPicture::TooLarge);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| NotAPicture::Broken)?;
    if width.max(height) > LONGEST_SIDE {
        picture = picture.thumbnail(LONGEST_SIDE, LONGEST_SIDE);
    }
    let mut picture = DynamicImage::ImageRgb8(picture.into_rgb8());
    picture.apply_orientation(orientation);
    let mut made = Vec::new();
    picture
        .write_with_encoder(JpegEncoder::new_with_quality(&mut made, QUALITY))
        .map_err(|_| NotAPicture::Broken)?;
    Ok(made)
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::*;

    fn picture(width: u32, height: u32) -> DynamicImage {
        DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| {
            Rgb([u8::try_from(x % 256).unwrap(), u8::try_from(y % 256).unwrap(), 90])
        }))
    }

    fn written(width: u32, height: u32, kind: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        picture(width, height).write_to(&mut out, kind).unwrap();
        out.into_inner()
    }

    fn size(jpeg: &[u8]) -> (u32, u32) {
        let made = image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg).unwrap();
        (made.width(), made.height())
    }

    #[test]
    fn each_kind_becomes_a_jpeg_and_large_ones_smaller() {
        for kind in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            assert_eq!(size(&remake(&written(64, 48, kind)).unwrap()), (64, 48), "{kind:?}");
        }
        assert_eq!(
            size(&remake(&written(4096, 1024, ImageFormat::Png)).unwrap()),
            (2048, 512)
        );
    }

    /// A JPEG with the metadata of a phone: turned by 90°, and the place where it was taken.
    #[test]
    fn metadata_turns_the_picture_and_is_gone() {
        let jpeg = written(64, 48, ImageFormat::Jpeg);
        let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
        exif.extend_from_slice(b"GPSLatitude 35.68");
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        let sent = [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat();
        let made = remake(&sent).unwrap();
        assert_eq!(size(&made), (48, 64));
        assert!(!made.windows(4).any(|part| part == b"Exif" || part == b"GPSL"));
    }

    /// T3-10 EP③ マルウェア: a file that is two things at once is one thing afterwards.
    #[test]
    fn polyglot_image() {
        let png = written(32, 32, ImageFormat::Png);
        let jpeg = written(32, 32, ImageFormat::Jpeg);
        let script = b"<html><script>alert(1)</script></html>";
        let zip = b"PK\x03\x04\x14\0\0\0\0\0evil.exe";
        for sent in [
            [png.as_slice(), script].concat(),
            [jpeg.as_slice(), zip].concat(),
            // A comment segment that is a script.
            [&jpeg[..2], &[0xff, 0xfe, 0, 40], script, &jpeg[2..]].concat(),
        ] {
            let made = remake(&sent).unwrap();
            assert_eq!(made[..3], [0xff, 0xd8, 0xff]);
            assert_eq!(made[made.len() - 2..], [0xff, 0xd9]);
            let has = |needle: &[u8]| made.windows(needle.len()).any(|part| part == needle);
            assert!(!has(b"<script") && !has(b"PK\x03\x04"));
        }
    }

    /// T3-10 EP③ サービス不能: a few bytes that say they are a picture as large as a field.
    #[test]
    fn pixel_bomb() {
        let mut png = written(32, 32, ImageFormat::Png);
        // Width and height stand in the first chunk; its check value is made to fit.
        png[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
        let sum = crc(&png[12..29]);
        png[29..33].copy_from_slice(&sum.to_be_bytes());
        assert_eq!(remake(&png), Err(NotAPicture::TooLarge));
        let mut jpeg = written(32, 32, ImageFormat::Jpeg);
        let frame = jpeg.windows(2).position(|part| part == [0xff, 0xc0]).unwrap();
        jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
        assert!(matches!(
            remake(&jpeg),
            Err(NotAPicture::TooLarge | NotAPicture::Broken)
        ));
    }

    fn crc(bytes: &[u8]) -> u32 {
        let mut crc = u32::MAX;
        for byte in bytes {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
            }
        }
        !crc
    }

    /// T3-10 EP③ マルウェア: what is no picture stays out, whatever it begins with.
    #[test]
    fn wrong_magic() {
        for sent in [
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>".as_slice(),
            b"GIF89a\x01\0\x01\0\0\0\0",
            b"%PDF-1.7",
            b"MZ\x90\0",
            b"",
        ] {
            assert_eq!(remake(sent), Err(NotAPicture::Kind));
        }
        for sent in [b"\xff\xd8\xff\xe0nothing".as_slice(), b"\x89PNG\r\n\x1a\nnothing"] {
            assert_eq!(remake(sent), Err(NotAPicture::Broken));
        }
        let jpeg = written(64, 48, ImageFormat::Png);
        assert_eq!(remake(&jpeg[..jpeg.len() / 2]), Err(NotAPicture::Broken));
    }
}
