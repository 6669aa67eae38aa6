//! Tables in and out, for administrators: the import with its dry run, the export as it is read.

use std::io::Read;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Bytes;
use futures_util::stream::try_unfold;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::extract::{OperationId, Path, Query, Shared, Upload};
use super::guard::{Allowed, perm};
use super::reply::{Json, Stored};
use super::{Method, Route};
use crate::commands::tables::{self, Source};
use crate::domain::refusal::{Code, Refusal};
use crate::limits;
use crate::store::{Answer, Fault, Store, StoreError};
use crate::views::table::{ColumnView, ExportKind, ImportKind, ImportReport, TableFormat};

pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/api/import/{kind}", "The columns of a table that can come in", columns),
        Route::new(Method::POST, "/api/import/{kind}", "Bring a table in, or only look what it would bring", import),
        Route::new(Method::POST, "/api/import/{kind}/faults.csv", "Every fault of a table; nothing comes in", faults),
        Route::new(Method::GET, "/api/import/{kind}/template.csv", "An empty table to be filled", template),
        Route::new(Method::GET, "/api/export/{kind}.csv", "A table as CSV", export_csv),
        Route::new(Method::GET, "/api/export/{kind}.jsonl", "A table as JSON, one object a line", export_json),
    ]
}

#[derive(Deserialize, Serialize, JsonSchema)]
struct ImportPath {
    kind: ImportKind,
}

#[derive(Deserialize, Serialize, JsonSchema)]
struct ExportPath {
    kind: ExportKind,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ImportQuery {
    /// Only look: write nothing and list every fault.
    #[serde(default)]
    dry_run: bool,
}

async fn columns(_: Allowed<perm::Administer>, Path(path): Path<ImportPath>) -> Result<Json<Vec<ColumnView>>, Fault> {
    Ok(Json(tables::columns(path.kind)))
}

async fn template(_: Allowed<perm::Administer>, Path(path): Path<ImportPath>) -> Result<HttpResponse, Fault> {
    let mut answer = file(path.kind.as_str(), TableFormat::Csv);
    Ok(answer.body(tables::template(path.kind)))
}

/// A retry is asked first, since the table may look different beside what it has brought. Then all is judged on a
/// reading thread, so that a faulty table never keeps those waiting who write.
async fn import(
    who: Allowed<perm::Administer>,
    shared: Shared,
    Path(path): Path<ImportPath>,
    Query(query): Query<ImportQuery>,
    operation: Option<OperationId>,
    Upload(file): Upload,
) -> Result<Stored<ImportReport>, Fault> {
    let _turn = shared.imports.acquire().await.map_err(|_| StoreError::Stopped)?;
    let store = shared.store.clone().patient();
    let source = actix_web::web::block(move || Source::of(path.kind, file)).await.map_err(|_| StoreError::Stopped)?;
    let source = source.map_err(StoreError::corrupt)?;
    if query.dry_run {
        let report = store.read(move |reader| tables::look(reader, &source)).await?;
        return Ok(Answer::json(200, &report).into());
    }
    let OperationId(operation) = operation.ok_or_else(|| Refusal::new(Code::OperationMissing))?;
    if let Some(earlier) = store.read(move |reader| reader.earlier_answer(operation)).await? {
        return Ok(earlier.into());
    }
    let looked = source.clone();
    let (report, refused) = store.read(move |reader| tables::look_before(reader, &looked)).await?;
    if report.faults_total > 0 {
        store.task(who.actor, move |unit| unit.note_lots(operation.id, &refused)).await?;
        return Err(tables::refusal(&report).into());
    }
    let entered =
        store.command(who.actor, operation, move |unit| Ok(Answer::json(200, &tables::enter(unit, &source)?)));
    Ok(entered.await?.into())
}

/// Judges a table and sends every fault, however many there are. The list is written to a file first, so that a slow
/// reader keeps nobody from the database.
async fn faults(
    _: Allowed<perm::Administer>,
    shared: Shared,
    Path(path): Path<ImportPath>,
    Upload(file): Upload,
) -> Result<HttpResponse, Fault> {
    let turn = shared.imports.acquire().await.map_err(|_| StoreError::Stopped)?;
    let source = actix_web::web::block(move || Source::of(path.kind, file)).await.map_err(|_| StoreError::Stopped)?;
    let (source, folder) = (source.map_err(StoreError::corrupt)?, shared.spool.clone());
    let store = shared.store.clone().patient();
    let list = store.read(move |reader| tables::every_fault(reader, &source, &folder)).await?;
    drop(turn);
    let read = list.read().map_err(StoreError::corrupt)?;
    let parts = try_unfold((list, read), |(list, mut read)| async move {
        let part = actix_web::web::block(move || {
            let mut part = Vec::new();
            Read::take(&mut read, limits::SPOOL_PART as u64).read_to_end(&mut part).map(|_| (read, part))
        });
        let (read, part) = part.await.map_err(|_| StoreError::Stopped)?.map_err(StoreError::corrupt)?;
        Ok::<_, Fault>(Some(Bytes::from(part)).filter(|part| !part.is_empty()).map(|part| (part, (list, read))))
    });
    Ok(self::file("faults", TableFormat::Csv).streaming(Box::pin(parts)))
}

async fn export_csv(
    _: Allowed<perm::Administer>,
    shared: Shared,
    Path(path): Path<ExportPath>,
) -> Result<HttpResponse, Fault> {
    Ok(export(&shared.store, path.kind, TableFormat::Csv))
}

async fn export_json(
    _: Allowed<perm::Administer>,
    shared: Shared,
    Path(path): Path<ExportPath>,
) -> Result<HttpResponse, Fault> {
    Ok(export(&shared.store, path.kind, TableFormat::Json))
}

/// Sends the table page by page as it is read: neither it nor the database is held up by a slow reader.
fn export(store: &Store, kind: ExportKind, format: TableFormat) -> HttpResponse {
    let store = store.clone();
    let beginning = Some((Some(tables::beginning(kind, format)), String::new()));
    let pages = try_unfold(beginning, move |next| {
        let store = store.clone();
        async move {
            let Some((head, after)) = next else { return Ok::<_, Fault>(None) };
            let (rows, next) = store.read(move |reader| tables::page(reader, kind, format, &after)).await?;
            let text = head.unwrap_or_default() + &rows;
            Ok(Some((Bytes::from(text), next.map(|after| (None, after)))))
        }
    });
    file(kind.as_str(), format).streaming(Box::pin(pages))
}

fn file(name: &str, format: TableFormat) -> actix_web::HttpResponseBuilder {
    let kind = match format {
        TableFormat::Csv => "text/csv; charset=utf-8",
        TableFormat::Json => "application/jsonl",
    };
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{format}\"")));
    answer.insert_header((header::CACHE_CONTROL, "no-store")).content_type(kind);
    answer
}
