//! Builds the screens (`web/`) and puts them, compressed, into the binary as the table that `src/web` serves.
//!
//! Needs node and npm. Without them the build passes all the same: the binary then answers with a page that says what
//! is missing. `KAKETSUKE_WEB_DIST` names a folder that was built elsewhere; `KAKETSUKE_NODE` another node.

use std::error::Error;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sha2::{Digest, Sha256};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What the screens are made of, under `web/`. Nothing else (least of all `node_modules`) makes them out of date.
const SOURCES: [&str; 8] =
    ["src", "pages", "public", "build", "package.json", "package-lock.json", "vite.config.ts", "svelte.config.js"];
/// The oldest node that vite 8 runs on.
const NODE_MAJOR_MIN: u32 = 20;
/// Below this size compression saves no packet.
const PACK_BYTES_MIN: usize = 400;

/// Why there are no screens, in words for whoever builds.
enum Built {
    Folder(PathBuf),
    Missing(String),
}

fn main() -> Outcome<()> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let web = root.join("web");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=KAKETSUKE_WEB_DIST");
    println!("cargo::rerun-if-env-changed=KAKETSUKE_NODE");
    for source in SOURCES.iter().map(|name| web.join(name)).filter(|path| path.exists()) {
        println!("cargo::rerun-if-changed={}", source.display());
    }
    let built = match std::env::var_os("KAKETSUKE_WEB_DIST") {
        Some(folder) => prebuilt(PathBuf::from(folder)),
        None => build_screens(&web, &out)?,
    };
    let folder = match built {
        Built::Folder(folder) => folder,
        Built::Missing(why) => {
            println!("cargo::warning=the screens are not built: {why}");
            println!("cargo::rerun-if-env-changed=PATH");
            stub(&out, &why)?
        }
    };
    write_table(&folder, &out)
}

fn prebuilt(folder: PathBuf) -> Built {
    println!("cargo::rerun-if-changed={}", folder.display());
    if folder.join("login.ja.html").is_file() {
        Built::Folder(folder)
    } else {
        Built::Missing(format!("KAKETSUKE_WEB_DIST={} has no login.ja.html", folder.display()))
    }
}

/// Runs vite unless the folder of an earlier run was made of the same sources.
fn build_screens(web: &Path, out: &Path) -> Outcome<Built> {
    let folder = out.join("web");
    let stamp = out.join("web.stamp");
    let wanted = fingerprint(web)?;
    if fs::read_to_string(&stamp).is_ok_and(|had| had == wanted) && folder.join("login.ja.html").is_file() {
        return Ok(Built::Folder(folder));
    }
    let node = match find_node() {
        Ok(node) => node,
        Err(why) => return Ok(Built::Missing(why)),
    };
    if let Err(why) = install(web) {
        return Ok(Built::Missing(why));
    }
    let vite = Command::new(node)
        .args(["node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"])
        .current_dir(web)
        .env("KAKETSUKE_WEB_OUT", &folder)
        .output()?;
    if !vite.status.success() {
        return Err(format!("vite could not build the screens:\n{}", said(&vite)).into());
    }
    fs::write(stamp, wanted)?;
    Ok(Built::Folder(folder))
}

fn find_node() -> Result<String, String> {
    let node = std::env::var("KAKETSUKE_NODE").unwrap_or_else(|_| "node".into());
    let install = format!("install node {NODE_MAJOR_MIN} or newer with npm (Debian: apt-get install nodejs npm)");
    let version = Command::new(&node).arg("--version").output().map_err(|_| format!("no node found; {install}"))?;
    let text = String::from_utf8_lossy(&version.stdout).trim().to_owned();
    let major = text.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(major) if major >= NODE_MAJOR_MIN => Ok(node),
        _ => Err(format!("node {text} is too old; {install}")),
    }
}

/// `npm ci`, only when the lock file is another than the one that was installed. The lock file is locked meanwhile, so
/// that two builds at once (an editor's check beside a build) do not install over each other.
fn install(web: &Path) -> Result<(), String> {
    let lock = web.join("package-lock.json");
    let stamp = web.join("node_modules/.kaketsuke-lock");
    let failed = |error: std::io::Error| format!("installing the screens' packages failed: {error}");
    let guard = fs::File::open(&lock).map_err(failed)?;
    guard.lock().map_err(failed)?;
    let wanted = hex(&fs::read(&lock).map_err(failed)?);
    if fs::read_to_string(&stamp).is_ok_and(|had| had == wanted) {
        return Ok(());
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let output = Command::new(npm)
        .args(["ci", "--include=dev", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(web)
        .output()
        .map_err(|_| "no npm found; install it (Debian: apt-get install npm)".to_owned())?;
    if !output.status.success() {
        let words = said(&output);
        return Err(format!(
            "npm ci failed (is the package registry reachable?): {}",
            words.lines().next().unwrap_or("")
        ));
    }
    fs::write(stamp, wanted).map_err(failed)
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)).trim().to_owned()
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A hash over names and contents of all sources; tests are none.
fn fingerprint(web: &Path) -> Outcome<String> {
    let mut hash = Sha256::new();
    for source in SOURCES {
        for file in files(&web.join(source))? {
            if !file.to_string_lossy().ends_with(".test.ts") {
                hash.update(file.strip_prefix(web)?.to_string_lossy().as_bytes());
                hash.update(Sha256::digest(fs::read(&file)?));
            }
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// All files under a path, in the order of their names.
fn files(path: &Path) -> Outcome<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    if path.is_dir() {
        let mut entries =
            fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
        entries.sort();
        for entry in entries {
            found.extend(files(&entry)?);
        }
    }
    Ok(found)
}

/// A page in place of each screen that says why there is none.
fn stub(out: &Path, why: &str) -> Outcome<PathBuf> {
    let folder = out.join("stub");
    fs::create_dir_all(&folder)?;
    let why = why.replace('&', "&amp;").replace('<', "&lt;");
    for page in ["home", "login", "desk", "board", "tech", "portal", "admin", "track"] {
        for language in ["ja", "en"] {
            let html = format!(
                "<!doctype html><html lang=\"{language}\"><meta charset=\"utf-8\"><title>kaketsuke</title>\
                 <h1>kaketsuke</h1><p>画面がビルドされていません。The screens are not built.</p><p>{why}</p></html>"
            );
            fs::write(folder.join(format!("{page}.{language}.html")), html)?;
        }
    }
    Ok(folder)
}

/// Writes `assets.rs`: one row a file, sorted by path, with its compressed forms beside it.
fn write_table(folder: &Path, out: &Path) -> Outcome<()> {
    let packed = out.join("packed");
    fs::create_dir_all(&packed)?;
    let mut rows = Vec::new();
    for file in files(folder)? {
        let path = format!("/{}", file.strip_prefix(folder)?.to_string_lossy().replace('\\', "/"));
        if path.ends_with(".gz") || path.ends_with(".br") {
            continue;
        }
        let bytes = fs::read(&file)?;
        let hash = hex(&bytes);
        let (gzip, brotli) = pack(&bytes, &packed, &hash[..32], mime(&path))?;
        let row = format!(
            "Asset {{ path: {path:?}, mime: {:?}, etag: {:?}, immutable: {}, identity: include_bytes!({:?}), gzip: {gzip}, brotli: {brotli} }},\n",
            mime(&path),
            format!("W/\"{}\"", &hash[..16]),
            path.starts_with("/assets/"),
            file.canonicalize()?,
        );
        rows.push((path, row));
    }
    rows.sort();
    let mut table = fs::File::create(out.join("assets.rs"))?;
    writeln!(table, "&[")?;
    for (_, row) in rows {
        table.write_all(row.as_bytes())?;
    }
    writeln!(table, "]")?;
    Ok(())
}

/// The gzip and brotli forms as source text, `None` where they would not help. Kept by content, so that only changed
/// files are packed again; a release packs as small as it can.
fn pack(bytes: &[u8], folder: &Path, hash: &str, mime: &str) -> Outcome<(String, String)> {
    if bytes.len() < PACK_BYTES_MIN || mime.starts_with("image/png") || mime.starts_with("font/") {
        return Ok(("None".into(), "None".into()));
    }
    let small = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let (gzip_level, brotli_level) = if small { (9, 11) } else { (6, 5) };
    let gzip = folder.join(format!("{hash}.{gzip_level}.gz"));
    if !gzip.exists() {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(gzip_level));
        encoder.write_all(bytes)?;
        fs::write(&gzip, encoder.finish()?)?;
    }
    let brotli = folder.join(format!("{hash}.{brotli_level}.br"));
    if !brotli.exists() {
        let params = brotli::enc::BrotliEncoderParams { quality: brotli_level, lgwin: 22, ..Default::default() };
        let mut encoded = Vec::new();
        brotli::BrotliCompress(&mut &bytes[..], &mut encoded, &params)?;
        fs::write(&brotli, encoded)?;
    }
    Ok((format!("Some(include_bytes!({gzip:?}))"), format!("Some(include_bytes!({brotli:?}))")))
}

fn mime(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
