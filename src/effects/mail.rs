//! The way out for mail: the user's own SMTP server.

use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use crate::domain::time::Timestamp;
use crate::limits;

/// A mail as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// With angle brackets; the same in every attempt, so that a repetition can be recognised (RFC 5322, 3.6.4).
    pub message_id: String,
    pub name: String,
    pub address: String,
    pub subject: String,
    pub text: String,
    pub at: Timestamp,
}

/// Why a mail did not go out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    /// It may go another time.
    #[error("{0}")]
    Now(String),
    /// No repetition betters it.
    #[error("{0}")]
    ForGood(String),
}

/// The settings name no mail server, or none that mail can be sent through.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadMailSettings {
    #[error(
        "smtp_url must read smtp://, starttls:// or smtps://, with user:password@ where the server asks for it: {0}"
    )]
    Url(String),
    #[error("mail_from must be an address such as \"Service desk <desk@example.jp>\": {0}")]
    From(String),
}

/// A connection is made for each mail: notices are few.
#[derive(Clone)]
pub struct Post {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    deadline: Duration,
    /// Address at which readers of the mails reach the server.
    pages: Option<String>,
}

/// Replies that the address is none (RFC 5321, 4.2.3). Others refuse us rather than the mail: a password is wrong, the
/// server is full, or it does not know us yet; those may pass.
const NO_SUCH_ADDRESS: [u16; 3] = [550, 551, 553];

impl Post {
    /// `smtp://` is plain, `starttls://` insists on TLS, `smtps://` begins with it.
    pub fn new(url: &str, from: &str) -> Result<Self, BadMailSettings> {
        let from: Mailbox = from.parse().map_err(|error| BadMailSettings::From(format!("{error}")))?;
        let url = match url.strip_prefix("starttls://") {
            Some(rest) => format!("smtp://{rest}?tls=required"),
            None => url.to_owned(),
        };
        // The parser's complaint must not repeat the password.
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(&url)
            .map_err(|_| BadMailSettings::Url("it cannot be read".to_owned()))?;
        let name = ClientId::Domain(from.email.domain().to_owned());
        let transport = builder.hello_name(name).timeout(Some(limits::MAIL_DEADLINE)).build();
        Ok(Self { transport, from, deadline: limits::MAIL_DEADLINE, pages: None })
    }

    /// The same with less patience.
    pub fn within(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// The same with links to the server's own pages, such as `https://desk.example.jp`.
    pub fn with_pages(self, pages: Option<String>) -> Self {
        Self { pages, ..self }
    }

    /// Address at which readers of the mails reach the server, without a slash at its end.
    pub fn pages(&self) -> Option<&str> {
        self.pages.as_deref()
    }

    /// Of the sender's address.
    pub fn domain(&self) -> &str {
        self.from.email.domain()
    }

    /// Hands a mail to the server. Gives up when that takes too long; the server may then have taken it all the same.
    pub async fn send(&self, letter: &Letter) -> Result<(), Undelivered> {
        let message = self.message(letter)?;
        match tokio::time::timeout(self.deadline, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => {
                let for_good = error.status().is_some_and(|code| NO_SUCH_ADDRESS.contains(&code.into()));
                let said = told(&error);
                Err(if for_good { Undelivered::ForGood(said) } else { Undelivered::Now(said) })
            }
            Err(_) => Err(Undelivered::Now("the mail server took too long".to_owned())),
        }
    }

    fn message(&self, letter: &Letter) -> Result<Message, Undelivered> {
        let bad = |error: &dyn std::fmt::Display| Undelivered::ForGood(format!("the mail cannot be written: {error}"));
        let address: Address = letter.address.parse().map_err(|error: lettre::address::AddressError| bad(&error))?;
        let at = UNIX_EPOCH + Duration::from_secs(letter.at.seconds().unsigned_abs());
        // RFC 3834: nobody's absence notice shall answer.
        let automatic = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
        Message::builder()
            .message_id(Some(letter.message_id.clone()))
            .date(at)
            .from(self.from.clone())
            .to(Mailbox::new(Some(letter.name.clone()), address))
            .subject(letter.subject.clone())
            .raw_header(automatic)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.clone())
            .map_err(|error| bad(&error))
    }
}

/// The complaint with its causes.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_name_no_server_are_refused_without_telling_the_password() {
        assert!(Post::new("smtp://127.0.0.1:2525", "Desk <desk@example.jp>").is_ok());
        assert!(Post::new("starttls://user:secret@mail.example.jp", "desk@example.jp").is_ok());
        let bad = Post::new("ftp://user:secret@mail.example.jp", "desk@example.jp").err().unwrap();
        assert!(matches!(bad, BadMailSettings::Url(_)) && !bad.to_string().contains("secret"), "{bad}");
        assert!(matches!(Post::new("smtp://localhost", "desk"), Err(BadMailSettings::From(_))));
    }
}
