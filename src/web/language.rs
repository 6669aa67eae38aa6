//! Which language a page is sent in.

use actix_web::HttpRequest;
use actix_web::http::header::ACCEPT_LANGUAGE;

/// The cookie in which the language switch keeps a person's choice on this device.
const COOKIE: &str = "kaketsuke_lang";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Ja,
    En,
}

impl Language {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }

    fn parse(code: &str) -> Option<Self> {
        match code {
            "ja" => Some(Self::Ja),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The address (`?lang=`) before the choice made once on this device, before the browser's wish; Japanese when
    /// none of them says one of ours.
    pub fn of(request: &HttpRequest) -> Self {
        let asked = request.query_string().split('&').find_map(|pair| pair.strip_prefix("lang=")).and_then(Self::parse);
        let chosen = || request.cookie(COOKIE).and_then(|cookie| Self::parse(cookie.value()));
        let wished = || {
            let header = request.headers().get(ACCEPT_LANGUAGE)?.to_str().ok()?;
            Self::preferred(header)
        };
        asked.or_else(chosen).or_else(wished).unwrap_or(Self::Ja)
    }

    /// The best of ours in an `Accept-Language` list (RFC 9110, 12.5.4); the first named wins among equals.
    fn preferred(header: &str) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for item in header.split(',') {
            let (tag, weight) = item.split_once(';').unwrap_or((item, ""));
            let primary = tag.trim().split('-').next().unwrap_or("").to_ascii_lowercase();
            let weight = weight.trim().strip_prefix("q=").map_or(1.0, |q| q.parse().unwrap_or(0.0));
            if let Some(language) = Self::parse(&primary)
                && weight > best.map_or(0.0, |(weight, _)| weight)
            {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[track_caller]
    fn check(uri: &str, cookie: &str, accept: &str, expected: Language) {
        let mut request = TestRequest::with_uri(uri).insert_header((ACCEPT_LANGUAGE, accept));
        if !cookie.is_empty() {
            request = request.insert_header(("cookie", format!("{COOKIE}={cookie}")));
        }
        assert_eq!(Language::of(&request.to_http_request()), expected);
    }

    #[test]
    fn the_address_wins_over_the_choice_and_the_choice_over_the_browser() {
        check("/desk?lang=en", "ja", "ja", Language::En);
        check("/desk?x=1&lang=ja", "en", "en", Language::Ja);
        check("/desk", "en", "ja", Language::En);
        check("/desk", "", "en-GB,en;q=0.9,ja;q=0.8", Language::En);
        check("/desk", "", "fr, en;q=0.4, ja;q=0.9", Language::Ja);
    }

    #[test]
    fn a_stranger_reads_japanese() {
        check("/desk", "", "fr-FR, de;q=0.5", Language::Ja);
        check("/desk?lang=xx", "yy", "*", Language::Ja);
        check("/desk", "", "en;q=0", Language::Ja);
    }
}
