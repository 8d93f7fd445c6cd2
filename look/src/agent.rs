//! Browsers, as people call them.

/// What a browser calls itself in `User-Agent`, shortened to what a person recognises: `Chrome – Android`. Anything else
/// is given back, cut to 60 characters.
#[must_use]
pub fn browser_name(agent: &str) -> String {
    let browser = ["Edg", "Firefox", "Chrome", "Safari"]
        .into_iter()
        .find(|name| agent.contains(name));
    let system = ["iPhone", "iPad", "Android", "Windows", "Mac OS X", "Linux"]
        .into_iter()
        .find(|name| agent.contains(name));
    match (browser, system) {
        (Some(browser), Some(system)) => {
            format!("{} – {system}", if browser == "Edg" { "Edge" } else { browser })
        }
        _ => agent.chars().take(60).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_called_what_people_call_it() {
        for (agent, name) in [
            (
                "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36",
                "Chrome – Android",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1",
                "Safari – iPhone",
            ),
            ("curl/8", "curl/8"),
        ] {
            assert_eq!(browser_name(agent), name);
        }
    }
}
