//! Closed lists of codes that people read: one macro, so that code, labels, schema and parsing can't drift apart.

/// The text is no member of a closed list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not one of {allowed:?}")]
pub struct UnknownCode {
    pub text: String,
    pub allowed: &'static [&'static str],
}

/// Longest code of anything: it is shown in lists and part of web addresses.
pub const CODE_CHARS_MAX: usize = 40;

/// Whether a text can name something in lists and addresses: letters and digits of ASCII, and `-`, `_` or `.`.
pub fn is_code(code: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    !code.is_empty() && code.len() <= CODE_CHARS_MAX && code.bytes().all(allowed)
}

/// Declares an enum whose members have a stable code and a label in Japanese and English.
#[macro_export]
macro_rules! coded {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $code:literal, $ja:literal, $en:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $code)] $variant,)+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
            pub const CODES: &'static [&'static str] = &[$($code,)+];

            /// The stable code, as the store and the API write it.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$variant => $code,)+ } }
            /// The Japanese label.
            pub const fn ja(self) -> &'static str { match self { $(Self::$variant => $ja,)+ } }
            /// The English label.
            pub const fn en(self) -> &'static str { match self { $(Self::$variant => $en,)+ } }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::text::UnknownCode;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($code => Ok(Self::$variant),)+
                    _ => Err($crate::domain::text::UnknownCode { text: text.to_owned(), allowed: Self::CODES }),
                }
            }
        }
    };
}
