//! The import of a whole company: all of a checked file or nothing.

mod basics;
pub(in crate::store) mod customers;
mod people;
#[cfg(test)]
mod tests;
pub(in crate::store) mod wallets;

use std::collections::BTreeMap;
use std::sync::Arc;

use diesel::prelude::*;

use super::catalog::CompanyCatalog;
use super::codec::to_json;
use super::error::{Fault, StoreError};
use super::schema::company;
use super::{Store, Unit};
use crate::company::{CompanyFile, User, validate};
use crate::domain::access::Actor;
use crate::domain::ids::{AssetId, CustomerId, ProductId, SiteId, TechnicianId, TerritoryId};
use crate::effects::passwords;
use crate::effects::progress::Progress;

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("the file has {} fault(s)", .0.len())]
    Faulty(Vec<validate::Fault>),
    #[error("the data already hold a company")]
    Taken,
    #[error(transparent)]
    Hash(#[from] passwords::HashFailed),
    #[error(transparent)]
    Store(#[from] Fault),
}

/// What an import brought in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    pub customers: usize,
    pub contracts: usize,
    pub assets: usize,
    pub technicians: usize,
    pub tickets: usize,
    pub users: usize,
}

/// Password hashes by log-in name.
pub type Hashes = BTreeMap<String, String>;

/// The ids of what was inserted, by the file's codes.
#[derive(Default)]
struct Index {
    territories: BTreeMap<String, TerritoryId>,
    products: BTreeMap<String, ProductId>,
    technicians: BTreeMap<String, TechnicianId>,
    customers: BTreeMap<String, CustomerId>,
    sites: BTreeMap<String, SiteId>,
    assets: BTreeMap<String, AssetId>,
    repairs: wallets::Repairs,
}

/// Checks a file, hashes its passwords away from the store and imports it in one transaction.
pub async fn import(store: &Store, file: CompanyFile) -> Result<Imported, ImportError> {
    import_told(store, file, &Progress::default()).await
}

/// The same for somebody who waits for it.
pub async fn import_told(store: &Store, file: CompanyFile, progress: &Progress) -> Result<Imported, ImportError> {
    let faults = validate::check(&file);
    if !faults.is_empty() {
        return Err(ImportError::Faulty(faults));
    }
    let file = Arc::new(file);
    let hashes = hash_all(store, &file, progress).await?;
    let told = progress.clone();
    let outcome = store.task(Actor::system("import"), move |unit| unit.import_company(&file, &hashes, &told)).await?;
    outcome.ok_or(ImportError::Taken)
}

/// Hashes on a blocking thread of the runtime, one after the other: it is the slow part of an import, and each at once
/// takes 19 MiB.
async fn hash_all(store: &Store, file: &Arc<CompanyFile>, progress: &Progress) -> Result<Hashes, ImportError> {
    progress.begin("hashing passwords", file.users.len());
    let salts: Vec<[u8; 16]> = file.users.iter().map(|_| store.seeds().bytes()).collect();
    let (file, told) = (Arc::clone(file), progress.clone());
    let made = tokio::task::spawn_blocking(move || {
        let hash = |(user, salt): (&User, &[u8; 16])| {
            let hash = passwords::hash(&user.password, *salt)?;
            told.add(1);
            Ok((user.login.clone(), hash))
        };
        file.users.iter().zip(&salts).map(hash).collect()
    });
    let made: Result<Hashes, passwords::HashFailed> = made.await.map_err(|_| Fault::from(StoreError::Stopped))?;
    Ok(made?)
}

impl Unit<'_> {
    /// Writes a checked file with the hashes of its passwords. None: there is a company already.
    pub fn import_company(
        &mut self,
        file: &CompanyFile,
        hashes: &Hashes,
        progress: &Progress,
    ) -> Result<Option<Imported>, Fault> {
        if company::table.find(1).select(company::id).first::<i32>(self.database).optional()?.is_some() {
            return Ok(None);
        }
        let zone = file.zone.parse().map_err(|_| StoreError::corrupt("the file's zone was not checked"))?;
        let mut index = Index::default();
        self.insert_company(file)?;
        basics::territories(self, file, &mut index)?;
        basics::products(self, file, &mut index)?;
        people::technicians(self, file, &mut index)?;
        people::absences(self, file, zone, &index)?;
        index.repairs = basics::repair_ids(self, file);
        let mut imported = Imported { technicians: file.technicians.len(), ..Imported::default() };
        progress.begin("writing customers", file.customers.len());
        for customer in &file.customers {
            customers::customer(self, customer, &mut index, &mut imported)?;
            progress.add(1);
        }
        progress.begin("writing past repairs and log-ins", 0);
        basics::past_repairs(self, file, zone, &index)?;
        people::users(self, file, hashes, &index)?;
        imported.users = file.users.len();
        Ok(Some(imported))
    }

    fn insert_company(&mut self, file: &CompanyFile) -> Result<(), Fault> {
        let epoch: String = self.token().chars().take(32).collect();
        diesel::insert_into(company::table)
            .values((
                company::id.eq(1),
                company::epoch.eq(epoch),
                company::name_ja.eq(&file.name_ja),
                company::name_en.eq(&file.name_en),
                company::zone.eq(&file.zone),
                company::vendor_phone.eq(&file.vendor_phone),
                company::catalog.eq(to_json(&CompanyCatalog::of(file))),
            ))
            .execute(self.database)?;
        Ok(())
    }
}

/// The id of a code that the check has found to exist.
fn known<T: Copy>(ids: &BTreeMap<String, T>, code: &str) -> Result<T, StoreError> {
    ids.get(code).copied().ok_or_else(|| StoreError::corrupt(format!("{code:?} was not checked")))
}
