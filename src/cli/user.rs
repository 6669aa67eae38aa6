//! `user`: adds somebody who may log in, so that an empty installation gets its first administrator.

use std::io::BufRead;
use std::sync::Arc;

use anyhow::Context;

use crate::domain::access::{Actor, Language, Role};
use crate::domain::ids::{CustomerId, TechnicianId, TerritoryId};
use crate::effects::clock::SystemClock;
use crate::effects::seeds::Seeds;
use crate::http::{Passwords, users};
use crate::node::settings::Settings;
use crate::store::{Store, connection};
use crate::views::session::NewUser;

#[derive(clap::Args)]
pub struct Options {
    /// Log-in name
    login: String,
    /// operator, dispatcher, technician, customer or admin
    #[arg(long)]
    role: Role,
    /// Full name
    #[arg(long)]
    name: String,
    /// ja or en
    #[arg(long, default_value = "ja")]
    language: Language,
    /// Territory whose board opens first (ter_…)
    #[arg(long)]
    territory: Option<TerritoryId>,
    /// The technician that this is (tec_…); for that role
    #[arg(long)]
    technician: Option<TechnicianId>,
    /// The customer that this person belongs to (cus_…); for that role
    #[arg(long)]
    customer: Option<CustomerId>,
}

/// The password comes from standard input, so that it stands in no list of processes.
pub async fn run(settings: Settings, options: Options) -> anyhow::Result<()> {
    eprintln!("Password (8 to 256 characters, one line on standard input):");
    let mut password = String::new();
    std::io::stdin().lock().read_line(&mut password).context("the password cannot be read")?;
    let wanted = NewUser {
        login: options.login,
        password: password.trim_end_matches(['\r', '\n']).to_owned(),
        name: options.name,
        role: options.role,
        language: options.language,
        territory_id: options.territory,
        technician_id: options.technician,
        customer_id: options.customer,
    };
    users::check(&wanted)?;
    crate::node::application::make_folder(&settings)?;
    connection::migrate(&mut connection::open(&settings.database)?)?;
    let seeds = Seeds::from_entropy()?;
    let hash = Passwords::new(seeds.clone())?.hash(wanted.password.clone()).await?;
    let store = Store::open(&settings.database, Arc::new(SystemClock), seeds, settings.zone)?;
    let person = users::person(wanted, hash);
    let user = store.task(Actor::system("command line"), move |unit| unit.add_user(&person)).await?;
    println!("{} may log in as {}", user.name, user.login);
    Ok(())
}
