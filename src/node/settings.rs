//! Settings from flags, the environment (`KAKETSUKE_…`) and a TOML file, in this order of weight.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::effects::ari::Exchange;
use crate::limits;
use crate::roads::SpeedTable;
use crate::roads::profile::SpeedFile;
use crate::store::Address;
use crate::telephone::signature::Keys;

/// How log lines are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people at a terminal.
    #[default]
    Readable,
    /// One JSON object a line, for collectors.
    Json,
}

/// What may be set in one place. What is not set there may be set in the next, or keeps its default.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields, default)]
#[command(next_help_heading = "Settings")]
pub struct SettingsLayer {
    /// Settings file (TOML) with the same names as these flags, `_` for `-`
    #[arg(long, global = true, env = "KAKETSUKE_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// Folder of the database and other data [default: data]
    #[arg(long, global = true, env = "KAKETSUKE_DATA", value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// Database: a SQLite file or a postgres:// URL [default: kaketsuke.db in the data folder]
    #[arg(long, global = true, env = "KAKETSUKE_DATABASE", value_name = "URL", hide_env_values = true)]
    pub database: Option<String>,
    /// Address to listen on [default: 127.0.0.1:8080]
    #[arg(long, global = true, env = "KAKETSUKE_LISTEN", value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// Threads that serve requests [default: 2]
    #[arg(long, global = true, env = "KAKETSUKE_WORKERS", value_name = "COUNT")]
    pub workers: Option<usize>,
    /// Base map: a PMTiles file of vector tiles [default: none; the demo draws its own city]
    #[arg(long, global = true, env = "KAKETSUKE_BASEMAP", value_name = "FILE")]
    pub basemap: Option<PathBuf>,
    /// Streets for travel times and the map: an OpenStreetMap extract (.osm.pbf) [default: none; straight distances]
    #[arg(long, global = true, env = "KAKETSUKE_ROADS", value_name = "FILE")]
    pub roads: Option<PathBuf>,
    /// How fast a van is on them: `van`, `free-flow`, or a TOML file of own figures [default: van]
    #[arg(long, global = true, env = "KAKETSUKE_ROAD_SPEEDS", value_name = "TABLE")]
    pub road_speeds: Option<String>,
    /// Time zone as long as no company is imported, which brings its own [default: Asia/Tokyo]
    #[arg(long, global = true, env = "KAKETSUKE_ZONE", value_name = "ZONE")]
    pub zone: Option<String>,
    /// What to log: a level, or levels of single parts such as info,kaketsuke=debug [default: info]
    #[arg(long, global = true, env = "KAKETSUKE_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    /// How to log [default: readable]
    #[arg(long, global = true, env = "KAKETSUKE_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
    /// Days that a log-in lasts [default: 14]
    #[arg(long, global = true, env = "KAKETSUKE_SESSION_DAYS", value_name = "DAYS")]
    pub session_days: Option<i64>,
    /// Send the session's cookie over TLS only: set it where a proxy serves the pages over TLS [default: false]
    #[arg(long, global = true, env = "KAKETSUKE_SECURE_COOKIE", value_name = "BOOL")]
    pub secure_cookie: Option<bool>,
    /// Proxies in front of the server, each of which adds the caller's address to X-Forwarded-For [default: 0]
    #[arg(long, global = true, env = "KAKETSUKE_PROXIES", value_name = "COUNT")]
    pub proxies: Option<usize>,
    /// Mail server for notices to customers: smtp://, starttls:// or smtps://, with user:password@ [default: no mail]
    #[arg(long, global = true, env = "KAKETSUKE_SMTP_URL", value_name = "URL", hide_env_values = true)]
    pub smtp_url: Option<String>,
    /// Sender of these mails, such as "Service desk <desk@example.jp>"
    #[arg(long, global = true, env = "KAKETSUKE_MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// Secret with which the telephone system signs its messages, as whsec_ and base64 of 24 to 64 bytes [default: none]
    #[arg(long, global = true, env = "KAKETSUKE_CALL_SECRET", value_name = "SECRET", hide_env_values = true)]
    pub call_secret: Option<String>,
    /// The secret before it, taken as well while the telephone system changes to the new one
    #[arg(long, global = true, env = "KAKETSUKE_CALL_SECRET_BEFORE", value_name = "SECRET", hide_env_values = true)]
    pub call_secret_before: Option<String>,
    /// Event socket of an Asterisk (ARI), such as ws://user:password@127.0.0.1:8088/ari [default: none]
    #[arg(long, global = true, env = "KAKETSUKE_ARI_URL", value_name = "URL", hide_env_values = true)]
    pub ari_url: Option<String>,
    /// Name under which we listen there; no other program may use it [default: kaketsuke]
    #[arg(long, global = true, env = "KAKETSUKE_ARI_APP", value_name = "NAME")]
    pub ari_app: Option<String>,
    /// Address at which customers reach these pages, for links in mails, such as https://desk.example.jp [default: no links]
    #[arg(long, global = true, env = "KAKETSUKE_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
}

/// Settings in force.
#[derive(Debug, Clone)]
pub struct Settings {
    pub data: PathBuf,
    pub database: Address,
    pub listen: SocketAddr,
    pub workers: usize,
    /// PMTiles file of the base map.
    pub basemap: Option<PathBuf>,
    /// OpenStreetMap extract of the streets.
    pub roads: Option<PathBuf>,
    pub road_speeds: SpeedTable,
    pub zone: Tz,
    pub log: String,
    pub log_format: LogFormat,
    pub session_days: i64,
    pub secure_cookie: bool,
    pub proxies: usize,
    pub mail: Option<MailSettings>,
    /// Secrets of the telephone system's messages.
    pub call_keys: Keys,
    /// The Asterisk that is listened to.
    pub exchange: Option<Exchange>,
    /// Address at which customers reach the pages, without a slash at its end.
    pub public_url: Option<String>,
}

/// Through which server mail goes out, and from whom.
#[derive(Clone, PartialEq, Eq)]
pub struct MailSettings {
    pub smtp_url: String,
    pub from: String,
}

/// The URL may hold a password.
impl std::fmt::Debug for MailSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailSettings").field("from", &self.from).finish_non_exhaustive()
    }
}

impl SettingsLayer {
    /// Reads the file that is named, if one is, and fills what is still open with defaults.
    pub fn resolve(self) -> anyhow::Result<Settings> {
        let file = match &self.config {
            Some(path) => Self::read(path)?,
            None => Self::default(),
        };
        self.over(file).complete()
    }

    fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        toml::from_str(&text).with_context(|| format!("{} has settings that cannot be read", path.display()))
    }

    /// This layer's settings, and those of `lower` where this one has none.
    fn over(self, lower: Self) -> Self {
        Self {
            config: self.config.or(lower.config),
            data: self.data.or(lower.data),
            database: self.database.or(lower.database),
            listen: self.listen.or(lower.listen),
            workers: self.workers.or(lower.workers),
            basemap: self.basemap.or(lower.basemap),
            roads: self.roads.or(lower.roads),
            road_speeds: self.road_speeds.or(lower.road_speeds),
            zone: self.zone.or(lower.zone),
            log: self.log.or(lower.log),
            log_format: self.log_format.or(lower.log_format),
            session_days: self.session_days.or(lower.session_days),
            secure_cookie: self.secure_cookie.or(lower.secure_cookie),
            proxies: self.proxies.or(lower.proxies),
            smtp_url: self.smtp_url.or(lower.smtp_url),
            mail_from: self.mail_from.or(lower.mail_from),
            call_secret: self.call_secret.or(lower.call_secret),
            call_secret_before: self.call_secret_before.or(lower.call_secret_before),
            ari_url: self.ari_url.or(lower.ari_url),
            ari_app: self.ari_app.or(lower.ari_app),
            public_url: self.public_url.or(lower.public_url),
        }
    }

    fn complete(self) -> anyhow::Result<Settings> {
        let data = self.data.unwrap_or_else(|| PathBuf::from("data"));
        let database = match self.database {
            Some(text) => Address::parse(&text)?,
            None => Address::File(in_folder(&data)?),
        };
        let workers = self.workers.unwrap_or(2);
        ensure!((1..=64).contains(&workers), "workers must be 1 to 64, not {workers}");
        let session_days = self.session_days.unwrap_or(limits::SESSION_DAYS);
        ensure!((1..=365).contains(&session_days), "session_days must be 1 to 365, not {session_days}");
        let proxies = self.proxies.unwrap_or(0);
        ensure!(proxies <= 8, "proxies must be 0 to 8, not {proxies}");
        Ok(Settings {
            data,
            database,
            listen: self.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
            workers,
            basemap: self.basemap,
            roads: self.roads,
            road_speeds: road_speeds(self.road_speeds.as_deref())?,
            zone: zone(self.zone.as_deref())?,
            log: self.log.unwrap_or_else(|| "info".to_owned()),
            log_format: self.log_format.unwrap_or_default(),
            session_days,
            secure_cookie: self.secure_cookie.unwrap_or(false),
            proxies,
            mail: mail(self.smtp_url, self.mail_from)?,
            exchange: exchange(self.ari_url.as_deref(), self.ari_app.as_deref())?,
            call_keys: call_keys(self.call_secret.as_deref(), self.call_secret_before.as_deref())?,
            public_url: self.public_url.map(public_url).transpose()?,
        })
    }
}

fn zone(name: Option<&str>) -> anyhow::Result<Tz> {
    let Some(name) = name else { return Ok(chrono_tz::Asia::Tokyo) };
    name.parse().map_err(|_| anyhow::anyhow!("{name:?} is no time zone; use a name such as Asia/Tokyo"))
}

/// A table by its name, or the file of one.
fn road_speeds(table: Option<&str>) -> anyhow::Result<SpeedTable> {
    match table {
        None | Some("van") => Ok(SpeedTable::VAN),
        Some("free-flow") => Ok(SpeedTable::FREE_FLOW),
        Some(path) => {
            let text = std::fs::read_to_string(path);
            let text = text.with_context(|| format!("road_speeds must be van, free-flow or a file, not {path:?}"))?;
            let file: SpeedFile = toml::from_str(&text).with_context(|| format!("{path} is no table of speeds"))?;
            file.over(SpeedTable::VAN).map_err(|why| anyhow::anyhow!("{path}: {why}"))
        }
    }
}

fn public_url(text: String) -> anyhow::Result<String> {
    let is_page =
        ["https://", "http://"].iter().any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()));
    ensure!(is_page && !text.contains(['#', '?', ' ']), "public_url must read https://desk.example.jp, not {text:?}");
    Ok(text.trim_end_matches('/').to_owned())
}

fn exchange(url: Option<&str>, app: Option<&str>) -> anyhow::Result<Option<Exchange>> {
    ensure!(url.is_some() || app.is_none(), "ari_app needs ari_url: at which Asterisk?");
    Ok(url.map(|url| Exchange::parse(url, app.unwrap_or("kaketsuke"))).transpose()?)
}

fn call_keys(now: Option<&str>, before: Option<&str>) -> anyhow::Result<Keys> {
    ensure!(now.is_some() || before.is_none(), "call_secret_before needs call_secret: which one is the new one?");
    let read = |name: &str, text: &str| Keys::parse(text).with_context(|| format!("{name} cannot be used"));
    let keys = now.map(|text| read("call_secret", text)).transpose()?.unwrap_or_default();
    let old = before.map(|text| read("call_secret_before", text)).transpose()?.unwrap_or_default();
    Ok(keys.and(old))
}

fn mail(smtp_url: Option<String>, from: Option<String>) -> anyhow::Result<Option<MailSettings>> {
    match (smtp_url, from) {
        (Some(smtp_url), Some(from)) => Ok(Some(MailSettings { smtp_url, from })),
        (None, None) => Ok(None),
        (Some(_), None) => bail!("smtp_url needs mail_from: from which address shall the mails come?"),
        (None, Some(_)) => bail!("mail_from needs smtp_url: through which server shall the mails go?"),
    }
}

fn in_folder(data: &Path) -> anyhow::Result<String> {
    let path = data.join("kaketsuke.db");
    match path.to_str() {
        Some(path) => Ok(path.to_owned()),
        None => bail!("the data folder's name is not UTF-8: {}", data.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_weigh_more_than_the_file_and_the_file_more_than_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("kaketsuke.toml");
        std::fs::write(
            &config,
            "workers = 4\nlisten = \"0.0.0.0:80\"\nzone = \"Asia/Seoul\"\nbasemap = \"japan.pmtiles\"\n",
        )
        .unwrap();
        let flags = SettingsLayer { config: Some(config), workers: Some(3), ..SettingsLayer::default() };
        let settings = flags.resolve().unwrap();
        assert_eq!((settings.workers, settings.listen.port(), settings.zone), (3, 80, chrono_tz::Asia::Seoul));
        assert_eq!(settings.session_days, limits::SESSION_DAYS);
        assert_eq!(settings.basemap, Some(PathBuf::from("japan.pmtiles")));
    }

    #[test]
    fn own_speeds_stand_beside_those_that_are_not_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("speeds.toml");
        let resolve = |text: &str| {
            std::fs::write(&path, text).unwrap();
            let layer = SettingsLayer { road_speeds: path.to_str().map(str::to_owned), ..SettingsLayer::default() };
            layer.resolve().map(|settings| settings.road_speeds)
        };
        let own = resolve("dense = 0.7\n[kmh]\nprimary = 30\n").unwrap();
        assert_eq!((own.dense, own.kmh[4], own.kmh[0]), (0.7, 30.0, SpeedTable::VAN.kmh[0]));
        assert!(format!("{:#}", resolve("[kmh]\nprimary = 0\n").unwrap_err()).contains("speed"));
        assert!(format!("{:#}", resolve("[kmh]\nfootway = 3\n").unwrap_err()).contains("footway"));
    }

    #[test]
    fn a_misspelt_setting_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("kaketsuke.toml");
        std::fs::write(&config, "worker = 4\n").unwrap();
        let error = SettingsLayer { config: Some(config), ..SettingsLayer::default() }.resolve().unwrap_err();
        assert!(format!("{error:#}").contains("worker"), "{error:#}");
    }

    #[test]
    fn mail_needs_a_server_and_a_sender() {
        let layer = |smtp_url: Option<&str>, mail_from: Option<&str>| SettingsLayer {
            smtp_url: smtp_url.map(str::to_owned),
            mail_from: mail_from.map(str::to_owned),
            ..SettingsLayer::default()
        };
        assert_eq!(layer(None, None).resolve().unwrap().mail, None);
        let both = layer(Some("smtp://desk:secret@localhost"), Some("desk@example.jp")).resolve().unwrap();
        assert!(!format!("{both:?}").contains("secret"));
        assert!(layer(Some("smtp://localhost"), None).resolve().is_err());
        assert!(layer(None, Some("desk@example.jp")).resolve().is_err());
    }

    #[test]
    fn a_secret_of_the_telephone_system_is_whole_and_shown_to_nobody() {
        let layer = |now: Option<&str>, before: Option<&str>| SettingsLayer {
            call_secret: now.map(str::to_owned),
            call_secret_before: before.map(str::to_owned),
            ..SettingsLayer::default()
        };
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let settings = layer(Some(secret), Some(secret)).resolve().unwrap();
        assert!(!settings.call_keys.is_empty() && !format!("{settings:?}").contains("MfKQ"));
        assert!(layer(None, None).resolve().unwrap().call_keys.is_empty());
        for (now, before) in [(None, Some(secret)), (Some("whsec_c2hvcnQ="), None), (Some("not base64!"), None)] {
            assert!(layer(now, before).resolve().is_err(), "{now:?} {before:?}");
        }
    }

    #[test]
    fn a_postgres_url_is_an_address() {
        let layer = SettingsLayer { database: Some("postgres://db/k".to_owned()), ..SettingsLayer::default() };
        assert_eq!(layer.resolve().unwrap().database, Address::Postgres("postgres://db/k".to_owned()));
    }

    #[test]
    fn a_url_of_another_database_is_refused_and_no_file_is_made() {
        let layer = SettingsLayer { database: Some("mysql://db/k".to_owned()), ..SettingsLayer::default() };
        let error = layer.resolve().unwrap_err().to_string();
        assert!(error.contains("postgres://"), "{error}");
    }
}
