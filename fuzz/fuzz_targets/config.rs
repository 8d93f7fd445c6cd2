//! Any configuration file: it is taken, or refused with a place and a remedy.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tomori_runtime::config;

fuzz_target!(|data: &[u8]| {
    let Some((kind, data)) = data.split_first() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let told = match kind % 3 {
        0 => config::parse_valid::<tomori_platform::config::Config>("file.toml", text).err(),
        1 => config::parse_valid::<tomori_device::Config>("file.toml", text).err(),
        _ => config::parse_valid::<tomori_gateway::Config>("file.toml", text).err(),
    };
    if let Some(error) = told {
        assert!(
            error.to_string().starts_with("file.toml"),
            "an error says where: {error}"
        );
    }
});
