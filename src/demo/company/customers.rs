//! Two hundred contracts: who the customers are, where their sites stand and what is installed there.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::ground::{Ground, House};
use super::wallets::{LotNumbers, lots, plans};
use crate::company::{Asset, BillingModel, Contact, Contract, Customer, Literacy, PreferredChannel, Site, UnitKind};
use crate::demo::dice::{Purpose, days_from, dice, pick, pick_weighted};
use crate::demo::words::{Trade, catalogue, words};

pub const CONTRACTS: usize = 200;
/// Share of the territories in the order of the ground: the middle has most.
const TERRITORY_WEIGHTS: [u32; 3] = [5, 8, 6];
/// A house owner at each of these, the tenant right after: both answer the same telephone.
const OWNERS: [usize; 5] = [0, 17, 40, 63, 88];
/// Index of the trade that owns houses.
const LANDLORD: usize = 5;
/// A contract that ran out, and one that has yet to begin, each so many contracts: the desk must notice.
const ODD_TERM_EACH: usize = 67;

struct Maker<'a> {
    ground: &'a Ground<'a>,
    base: NaiveDate,
    rng: ChaCha8Rng,
    wallet_rng: ChaCha8Rng,
    numbers: LotNumbers,
    names: BTreeSet<(usize, usize)>,
    phones: BTreeSet<String>,
    sites: usize,
    assets: usize,
    contracts: usize,
}

pub fn customers(ground: &Ground, seed: u64, base: NaiveDate) -> Vec<Customer> {
    let mut maker = Maker {
        ground,
        base,
        rng: dice(seed, Purpose::Customers),
        wallet_rng: dice(seed, Purpose::Wallets),
        numbers: LotNumbers::new(),
        names: BTreeSet::new(),
        phones: BTreeSet::new(),
        sites: 0,
        assets: 0,
        contracts: 0,
    };
    let mut customers: Vec<Customer> = Vec::new();
    while maker.contracts < CONTRACTS {
        let customer = maker.customer(customers.len());
        customers.push(customer);
    }
    for owner in OWNERS {
        share_house(&mut customers, owner);
    }
    customers
}

/// The tenant moves into the owner's house and answers the owner's telephone.
fn share_house(customers: &mut [Customer], owner: usize) {
    let Some([landlord, tenant]) = customers.get_mut(owner..owner + 2) else { return };
    let (Some(house), Some(rooms)) = (landlord.sites.first(), tenant.sites.first_mut()) else { return };
    rooms.position = house.position;
    rooms.territory = house.territory.clone();
    rooms.postcode = house.postcode.clone();
    rooms.address = format!("{} 2階", house.address);
    tenant.phones[0] = landlord.phones[0].clone();
}

impl Maker<'_> {
    fn customer(&mut self, index: usize) -> Customer {
        let (trade_index, stem_index) = self.name(index);
        let (trade, stem) = (&words().trades[trade_index], &words().stems[stem_index]);
        let name = format!("{}{}{}", trade.before, stem.name, trade.after);
        let phone = self.phone("021");
        let domain = format!("{}-{}.example", stem.mail, trade.mail);
        let contacts = (1..=self.rng.random_range(1..=3)).map(|nth| self.contact(nth, &domain)).collect();
        let more = pick_weighted(&mut self.rng, &[78, 16, 6]);
        let count = (1 + more).min(CONTRACTS - self.contracts);
        let territory = pick_weighted(&mut self.rng, &TERRITORY_WEIGHTS);
        let mut customer = Customer {
            code: format!("C{:04}", index + 1),
            name,
            kana: format!("{}{}{}", trade.kana_before, stem.kana, trade.kana_after),
            phones: vec![phone],
            contacts,
            sites: Vec::new(),
            contracts: Vec::new(),
            group: None,
        };
        for _ in 0..count {
            self.contract(&mut customer, trade, territory);
        }
        customer
    }

    /// Trade and stem, not yet taken.
    fn name(&mut self, index: usize) -> (usize, usize) {
        let weights: Vec<u32> = words().trades.iter().map(|trade| trade.weight).collect();
        loop {
            let trade = if OWNERS.contains(&index) { LANDLORD } else { pick_weighted(&mut self.rng, &weights) };
            let stem = self.rng.random_range(0..words().stems.len());
            if self.names.insert((trade, stem)) {
                return (trade, stem);
            }
        }
    }

    /// 021 and 030 are given to nobody in the Japanese numbering plan.
    fn phone(&mut self, prefix: &str) -> String {
        loop {
            let (middle, last) = (self.rng.random_range(200..990), self.rng.random_range(0..10_000));
            let width = if prefix == "030" { 4 } else { 3 };
            let phone = format!("{prefix}-{middle:0width$}-{last:04}");
            if self.phones.insert(phone.clone()) {
                return phone;
            }
        }
    }

    fn contact(&mut self, nth: usize, domain: &str) -> Contact {
        let (surname, given) = (pick(&mut self.rng, &words().surnames), pick(&mut self.rng, &words().given));
        let mail = self.rng.random_bool(0.8);
        Contact {
            code: format!("P{nth}"),
            name: format!("{} {}", surname.name, given.name),
            kana: format!("{} {}", surname.kana, given.kana),
            phone: self.phone("030"),
            email: mail.then(|| format!("{}{nth}@{domain}", surname.mail)),
            channel: Some(if mail { PreferredChannel::Mail } else { PreferredChannel::Phone }),
            literacy: if mail { Literacy::Comfortable } else { Literacy::NeedsHelp },
        }
    }

    fn contract(&mut self, customer: &mut Customer, trade: &Trade, territory: usize) {
        let nth = self.contracts;
        self.contracts += 1;
        let plan = &plans()[pick_weighted(&mut self.wallet_rng, &[5, 4, 2])];
        let (starts_on, ends_on) = self.term(nth);
        let mut assets = Vec::new();
        for _ in 0..1 + usize::from(self.rng.random_bool(0.3)) {
            let site = self.site(customer.sites.len(), trade, territory);
            self.install(trade, &site.code, nth == 0, &mut assets);
            customer.sites.push(site);
        }
        let lots = lots(nth, plan, self.base, &mut self.numbers, &mut self.wallet_rng);
        customer.contracts.push(Contract {
            number: format!("MC-{}-{:04}", starts_on.year(), 1_001 + nth),
            plan: plan.name.into(),
            starts_on,
            ends_on,
            policy: plan.policy.clone(),
            unit: UnitKind::Ticket,
            billing: BillingModel::Ticket,
            menu: if nth.is_multiple_of(4) { catalogue().menu.clone() } else { Vec::new() },
            lots,
            assets,
        });
    }

    fn term(&mut self, nth: usize) -> (NaiveDate, NaiveDate) {
        let (from, to) = match nth % ODD_TERM_EACH {
            30 => (-380, -self.rng.random_range(5..40)),
            31 => (self.rng.random_range(5..30), 395),
            _ => (-self.rng.random_range(30..900), self.rng.random_range(25..400)),
        };
        (days_from(self.base, from), days_from(self.base, to))
    }

    fn site(&mut self, index: usize, trade: &Trade, territory: usize) -> Site {
        self.sites += 1;
        let territory = &self.ground.territories[territory];
        let House { position, postcode, address } = self.ground.house(territory, &mut self.rng);
        let name = trade.sites.get(index).cloned().unwrap_or_else(|| format!("第{}拠点", index + 1));
        let notes = self.rng.random_bool(0.45).then(|| pick(&mut self.rng, &words().access_notes).clone());
        Site {
            code: format!("S{:04}", self.sites),
            name,
            postcode,
            address,
            position,
            territory: territory.code.clone(),
            access_notes: notes.unwrap_or_default(),
        }
    }

    /// One to three products of the trade; `all` for a house that has everything.
    fn install(&mut self, trade: &Trade, site: &str, all: bool, assets: &mut Vec<Asset>) {
        let count = if all { trade.products.len() } else { self.rng.random_range(1..=3) };
        let first = if all { 0 } else { self.rng.random_range(0..trade.products.len()) };
        for nth in 0..count.min(trade.products.len()) {
            let product = &trade.products[(first + nth) % trade.products.len()];
            let installed_on = days_from(self.base, -self.rng.random_range(400..4_200));
            self.assets += 1;
            let serial =
                format!("{}-{:02}-{:05}", product.replace('-', ""), installed_on.year() % 100, 10_000 + self.assets);
            assets.push(Asset { serial, product: product.clone(), site: site.into(), installed_on });
        }
    }
}
