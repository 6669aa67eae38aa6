//! A mail server on loopback that speaks RFC 5321 and has its moods.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// How it treats one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Takes,
    /// "Try again later" to the recipient.
    RefusesForNow,
    /// "No such mailbox".
    KnowsNobody,
    /// Wants a password that it was not given.
    WantsPassword,
    /// Takes the mail and says nothing more.
    Hangs,
    /// Hangs up before the mail was sent.
    Drops,
    /// Takes the mail and hangs up before it says so.
    DropsItsWord,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    pub from: String,
    pub to: String,
    /// Headers and text as they came.
    pub mail: String,
}

impl Received {
    pub fn header(&self, name: &str) -> Option<&str> {
        let head = self.mail.split("\r\n\r\n").next()?;
        head.split("\r\n").find_map(|line| line.strip_prefix(&format!("{name}: ")))
    }
}

pub struct Peer {
    pub address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Peer {
    /// Each connection gets the next mood; after the last one it takes everything.
    pub async fn start(moods: &[Mood]) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let received = Arc::new(Mutex::new(Vec::new()));
        let (mut moods, kept) = (moods.iter().copied().collect::<VecDeque<_>>(), Arc::clone(&received));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mood = moods.pop_front().unwrap_or(Mood::Takes);
                let _ = serve(stream, mood, &kept).await;
            }
        });
        Self { address, received }
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().expect("nobody fell while writing").clone()
    }
}

async fn serve(stream: TcpStream, mood: Mood, received: &Mutex<Vec<Received>>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    say(&mut stream, "220 peer.example ESMTP").await?;
    let (mut from, mut to) = (String::new(), String::new());
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let line = line.trim_end();
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => say(&mut stream, "250-peer.example\r\n250 8BITMIME").await?,
            "MAIL" if mood == Mood::WantsPassword => say(&mut stream, "530 5.7.0 Authentication required").await?,
            "MAIL" => {
                from = path(line);
                say(&mut stream, "250 2.1.0 OK").await?;
            }
            "RCPT" if mood == Mood::RefusesForNow => say(&mut stream, "451 4.3.0 Try again later").await?,
            "RCPT" if mood == Mood::KnowsNobody => say(&mut stream, "550 5.1.1 No such mailbox").await?,
            "RCPT" => {
                to = path(line);
                say(&mut stream, "250 2.1.5 OK").await?;
            }
            "DATA" if mood == Mood::Drops => return Ok(()),
            "DATA" => {
                say(&mut stream, "354 End with a dot").await?;
                let mail = content(&mut stream).await?;
                if mood == Mood::Hangs {
                    // Until the other side gives up.
                    let mut rest = [0];
                    let _ = stream.read(&mut rest).await;
                    return Ok(());
                }
                let kept = Received { from: from.clone(), to: to.clone(), mail };
                received.lock().expect("nobody fell while writing").push(kept);
                if mood == Mood::DropsItsWord {
                    return Ok(());
                }
                say(&mut stream, "250 2.0.0 Taken").await?;
            }
            "QUIT" => {
                say(&mut stream, "221 2.0.0 Bye").await?;
                return Ok(());
            }
            "RSET" | "NOOP" => say(&mut stream, "250 OK").await?,
            _ => say(&mut stream, "500 5.5.2 What?").await?,
        }
    }
}

/// What stands between `<` and `>`.
fn path(line: &str) -> String {
    let rest = line.split_once('<').map_or("", |(_, rest)| rest);
    rest.split('>').next().unwrap_or_default().to_owned()
}

async fn say(stream: &mut BufReader<TcpStream>, text: &str) -> std::io::Result<()> {
    stream.write_all(format!("{text}\r\n").as_bytes()).await
}

/// All lines up to the one with a single dot; a doubled first dot is one (RFC 5321, 4.5.2).
async fn content(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut mail = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 || line == ".\r\n" {
            return Ok(mail);
        }
        mail.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}
