//! What a process costs, as the kernel counts it.

use anyhow::{Context as _, Result};

/// Resident memory in bytes.
pub(crate) fn resident(pid: u32) -> Result<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = text
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .context("no VmRSS")?;
    let kib: u64 = line.split_whitespace().nth(1).context("no number")?.parse()?;
    Ok(kib * 1024)
}

/// Processor seconds, user and system, since the process started.
pub(crate) fn processor_seconds(pid: u32) -> Result<f64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name is in parentheses and may hold spaces; the numbers come after it.
    let numbers: Vec<&str> = text.rsplit(')').next().context("no stat")?.split_whitespace().collect();
    let ticks = |at: usize| -> Result<f64> { Ok(numbers.get(at).context("short stat")?.parse()?) };
    // utime and stime are fields 14 and 15 of the whole line: 11 and 12 after the name. A tick is 10 ms on Linux.
    Ok((ticks(11)? + ticks(12)?) / 100.0)
}
