//! Somebody beside the system who writes down what was agreed, what was sent and what was answered, and says from that
//! alone what each issue must cost, what must be asked, and which purchase must be refused. What commands of one round
//! did to each other is open to him; there he only says what cannot be.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::acts::Known;
use super::clients::{Carried, Told};
use super::deeds::Act;
use super::terms::{End, Terms};
use crate::domain::ids::{AssetId, ContractId, IssueId};
use crate::domain::refusal::Code;
use crate::domain::time::Timestamp;
use crate::domain::visit::VisitState;
use crate::domain::wallet::approval::ApprovalState;
use crate::domain::wallet::terms::UnitKind;
use crate::store::{Answer, Fault, Reader};
use crate::views::claims::ApprovalRuleView;
use crate::views::desk::{IntakeReceipt, IntakeRequest, IssueDetail, IssueRequest};

const TOKYO: chrono_tz::Tz = chrono_tz::Asia::Tokyo;

/// When a round was: no clock of a node showed anything before or after.
#[derive(Debug, Clone, Copy)]
pub struct When {
    pub from: Timestamp,
    pub to: Timestamp,
}

impl When {
    fn days(self) -> [NaiveDate; 2] {
        [self.from.day(TOKYO), self.to.day(TOKYO)]
    }
}

/// What the customer lets pass without a word.
#[derive(Debug, Clone, Copy, Default)]
struct Rule {
    version: i64,
    per_issue: Option<i64>,
    per_month: Option<i64>,
}

#[derive(Clone)]
struct Case {
    contract: ContractId,
    terms: Terms,
    agreed: i64,
    asked: bool,
    asset: Option<AssetId>,
    symptom: Option<String>,
    accepted: When,
    end: Option<(End, When)>,
    /// Somebody did or tried something by hand that may have moved its units.
    touched: bool,
}

#[derive(Clone)]
struct Repair {
    asset: AssetId,
    symptom: String,
    issue: IssueId,
    at: When,
    round: u64,
}

#[derive(Clone, Default)]
pub struct Clerk {
    units: BTreeMap<ContractId, UnitKind>,
    terms: BTreeMap<ContractId, Vec<Terms>>,
    rules: BTreeMap<ContractId, Rule>,
    /// Units that came in by purchase or transfer, and those accepted, whenever.
    bought: BTreeMap<ContractId, i64>,
    accepted: BTreeMap<ContractId, i64>,
    cases: BTreeMap<IssueId, Case>,
    repairs: Vec<Repair>,
    round: u64,
    wrong: Vec<String>,
    /// Things that he could tell, by name.
    pub told: BTreeMap<&'static str, u64>,
}

impl Clerk {
    pub fn of(known: &[Known], mut agreed: impl FnMut(usize) -> Terms) -> Self {
        let mut clerk = Self::default();
        for (nth, contract) in known.iter().enumerate() {
            clerk.units.insert(contract.contract, contract.unit);
            clerk.terms.insert(contract.contract, vec![Terms { version: contract.version, ..agreed(nth) }]);
        }
        clerk
    }

    /// Judges a round. What must not be is returned.
    pub fn follow(&mut self, when: When, all: &[Carried]) -> Vec<String> {
        self.round += 1;
        let before = self.rules.clone();
        let mut rules: BTreeMap<ContractId, Vec<Rule>> = BTreeMap::new();
        for carried in all {
            self.touch(&carried.deed.act);
            if let Told::Answer(answer) = &carried.told {
                self.write(when, carried, answer, &mut rules);
            }
        }
        for (contract, new) in &mut rules {
            new.push(before.get(contract).copied().unwrap_or_default());
        }
        for carried in all {
            match (&carried.deed.act, &carried.told) {
                (Act::Call(request), Told::Answer(answer)) => self.judge_call(when, request, answer, &rules),
                (Act::Sell(request), told) => self.judge_sale(when, carried.deed.contract, request.units, told),
                _ => {}
            }
        }
        std::mem::take(&mut self.wrong)
    }

    fn touch(&mut self, act: &Act) {
        let issue = match act {
            Act::Capture(request) => request.issue_id,
            Act::Release(request) => request.issue_id,
            Act::Reverse(request) => request.issue_id,
            Act::Object(issue) => *issue,
            _ => return,
        };
        self.cases.entry(issue).and_modify(|case| case.touched = true);
    }

    /// What an answered command leaves behind.
    fn write(&mut self, when: When, carried: &Carried, answer: &Answer, rules: &mut BTreeMap<ContractId, Vec<Rule>>) {
        let contract = carried.deed.contract;
        match &carried.deed.act {
            Act::Policy(request) => {
                let form = serde_json::to_value(&request.policy).unwrap_or_default();
                let menu = serde_json::to_value(&request.menu).unwrap_or_default();
                let version = request.contract_version + 1;
                let terms = Terms { version, from_day: request.from_day, form, menu };
                self.terms.entry(contract).or_default().push(terms);
            }
            Act::Limit(_) => {
                let Ok(view) = serde_json::from_str::<ApprovalRuleView>(&answer.body) else { return };
                let Some(rule) = view.rule else { return };
                let (version, per_issue, per_month) = (rule.version, rule.units_per_issue, rule.units_per_month);
                let rule = Rule { version, per_issue, per_month };
                rules.entry(contract).or_default().push(rule);
                let newest = self.rules.entry(contract).or_default();
                *newest = if rule.version > newest.version { rule } else { *newest };
            }
            Act::Sell(request) => *self.bought.entry(contract).or_default() += request.units,
            Act::Transfer(request) => *self.bought.entry(request.to_contract_id).or_default() += request.units,
            Act::Call(request) => self.accept(when, request, answer),
            Act::Close(..) | Act::Field(_) => self.end(when, answer),
            _ => {}
        }
    }

    fn accept(&mut self, when: When, request: &IntakeRequest, answer: &Answer) {
        let Ok(receipt) = serde_json::from_str::<IntakeReceipt>(&answer.body) else { return };
        *self.accepted.entry(request.contract_id).or_default() += receipt.consumption.total;
        let all = self.terms.get(&request.contract_id).map_or(&[][..], Vec::as_slice);
        for (nth, (issue, line)) in receipt.issues.iter().zip(&receipt.consumption.lines).enumerate() {
            let Some(terms) = Terms::on(all, request.contract_version, when.days()[0]).cloned() else { continue };
            let asked = receipt.consumption.approval_wanted.contains(&nth);
            let IssueRequest { asset_id, symptom, .. } = request.issues[nth].clone();
            let case = Case {
                contract: request.contract_id,
                terms,
                agreed: line.units,
                asked,
                asset: asset_id,
                symptom,
                accepted: when,
                end: None,
                touched: false,
            };
            self.cases.insert(issue.id, case);
        }
    }

    fn end(&mut self, when: When, answer: &Answer) {
        let Ok(detail) = serde_json::from_str::<IssueDetail>(&answer.body) else { return };
        let (Some(outcome), Some(case)) = (detail.outcome, self.cases.get_mut(&detail.summary.id)) else { return };
        if detail.summary.state.is_open() || case.end.is_some() {
            return;
        }
        let closed_door = detail.visits.iter().any(|visit| visit.state == VisitState::NoAccess);
        let outcome = outcome.as_str();
        case.end = Some((End { outcome, closed_door }, when));
        if let (Some(asset), Some(symptom)) = (case.asset, case.symptom.clone())
            && outcome != "withdrawn"
        {
            let (issue, at, round) = (detail.summary.id, when, self.round);
            self.repairs.push(Repair { asset, symptom, issue, at, round });
        }
    }

    fn wrong(&mut self, contract: ContractId, what: String) {
        self.wrong.push(format!("the clerk of {contract}: {what}"));
    }

    fn judge_call(
        &mut self,
        when: When,
        request: &IntakeRequest,
        answer: &Answer,
        rules: &BTreeMap<ContractId, Vec<Rule>>,
    ) {
        let Ok(receipt) = serde_json::from_str::<IntakeReceipt>(&answer.body) else { return };
        let contract = request.contract_id;
        let all = self.terms.get(&contract).cloned().unwrap_or_default();
        let [first, last] = when.days().map(|day| Terms::on(&all, request.contract_version, day));
        let (Some(terms), Some(other)) = (first, last) else {
            return self.wrong(contract, "a call under terms that nobody agreed".to_owned());
        };
        if terms.version != other.version {
            return;
        }
        let now = self.rules.get(&contract).copied().unwrap_or_default();
        let rules = rules.get(&contract).cloned().unwrap_or_else(|| vec![now]);
        let most = self.accepted.get(&contract).copied().unwrap_or_default();
        for (nth, line) in receipt.consumption.lines.iter().enumerate() {
            let issue = &request.issues[nth];
            let (sure, possible) = self.repeats(issue, terms, when);
            let free = line.reason.as_str() == "recurrence";
            if (free && possible.is_empty()) || (!free && !sure.is_empty()) {
                self.wrong(
                    contract,
                    format!("{} units for {:?}, which repeats {possible:?}", line.units, issue.symptom),
                );
            }
            let newest: Vec<IssueId> = newest(&sure, &possible);
            if free && !line.recurrence_of.is_some_and(|of| newest.contains(&of)) {
                self.wrong(contract, format!("linked with {:?}, not with one of {newest:?}", line.recurrence_of));
            }
            let price = terms.price(issue.kind.as_str(), issue.menu_item.as_deref());
            let expected = if free { (0, "recurrence") } else { price };
            if (line.units, line.reason.as_str()) != expected {
                self.wrong(contract, format!("{} units ({:?}), agreed were {expected:?}", line.units, line.reason));
            }
            let kind = if free {
                "free as a recurrence"
            } else if sure.is_empty() {
                "priced"
            } else {
                "unclear"
            };
            *self.told.entry(kind).or_default() += 1;
            let beyond = !free && self.repairs.iter().any(|repair| repair.is_of(issue) && repair.round < self.round);
            *self.told.entry("beyond its guarantee").or_default() +=
                u64::from(beyond && terms.number("recurrence_days") > 0);
            self.judge_asking(
                contract,
                terms,
                &rules,
                line.units,
                most,
                receipt.consumption.approval_wanted.contains(&nth),
            );
        }
    }

    /// The repairs that an issue surely repeats, and those that it may.
    fn repeats(&self, issue: &IssueRequest, terms: &Terms, when: When) -> (Vec<Repair>, Vec<Repair>) {
        let days = terms.number("recurrence_days");
        if days == 0 || issue.kind.as_str() == "inquiry" {
            return (Vec::new(), Vec::new());
        }
        let own = self.repairs.iter().filter(|repair| repair.is_of(issue));
        let within = |repair: &Repair| {
            let ages = when.days().map(|today| repair.at.days().map(|day| (today - day).num_days()));
            ages.as_flattened().iter().map(|age| (0..=days).contains(age)).collect::<BTreeSet<bool>>()
        };
        let sure = own.clone().filter(|repair| repair.round < self.round && !within(repair).contains(&false));
        (sure.cloned().collect(), own.filter(|repair| within(repair).contains(&true)).cloned().collect())
    }

    fn judge_asking(
        &mut self,
        contract: ContractId,
        terms: &Terms,
        rules: &[Rule],
        units: i64,
        accepted_most: i64,
        asked: bool,
    ) {
        let own = terms.limit("approval_units");
        let per_issue = |rule: &Rule| rule.per_issue.into_iter().chain(own).any(|most| units > most);
        let must =
            units > 0 && rules.iter().all(|rule| per_issue(rule) || rule.per_month.is_some_and(|most| units > most));
        let may = |rule: &Rule| per_issue(rule) || rule.per_month.is_some_and(|most| accepted_most > most);
        let may = units > 0 && rules.iter().any(may);
        if asked && !may || !asked && must {
            self.wrong(contract, format!("{units} units: the customer was asked: {asked}; {own:?} and {rules:?}"));
        }
        *self.told.entry("asked").or_default() += u64::from(asked);
    }

    fn judge_sale(&mut self, when: When, contract: ContractId, units: i64, told: &Told) {
        let all = self.terms.get(&contract).cloned().unwrap_or_default();
        let bought = self.bought.get(&contract).copied().unwrap_or_default();
        // Any version that came in this round may have been there or not.
        let versions = all.iter().map(|terms| terms.version).rev().take(1 + self.round_terms(contract));
        let terms = versions.flat_map(|version| when.days().map(|day| Terms::on(&all, version, day)));
        let answers: BTreeSet<Option<bool>> = terms.flatten().map(|terms| terms.sells(units, bought)).collect();
        let refused = matches!(told, Told::Refused(refusal) if refusal.code == Code::PurchaseBounds);
        let sold = matches!(told, Told::Answer(_));
        if (sold && answers == BTreeSet::from([Some(false)])) || (refused && answers == BTreeSet::from([Some(true)])) {
            self.wrong(contract, format!("a purchase of {units} units after at most {bought}, refused: {refused}"));
        }
        *self.told.entry("out of bounds").or_default() += u64::from(refused);
    }

    /// Versions that may have come in one round: commands under way at once are few.
    fn round_terms(&self, contract: ContractId) -> usize {
        const AT_ONCE: usize = 3;
        AT_ONCE.min(self.terms.get(&contract).map_or(0, Vec::len))
    }

    /// Holds what is stored against the notes.
    pub fn hold(&self, reader: &mut Reader<'_>) -> Result<Vec<String>, Fault> {
        let mut wrong = Vec::new();
        for (issue, case) in &self.cases {
            let charge = reader.charge(*issue)?;
            let asked = reader.approval(*issue)?;
            let mut odd = |what: String| wrong.push(format!("the clerk of {}: {issue}: {what}", case.contract));
            if asked.is_some() != case.asked {
                odd(format!("asked: {}, as was said at its acceptance: {}", asked.is_some(), case.asked));
            }
            match asked.as_ref().map(|asked| asked.state) {
                Some(ApprovalState::Pending) if charge.units > 0 && !charge.on_hold => {
                    odd("used before a yes".to_owned())
                }
                Some(ApprovalState::Refused) if charge.units > 0 => odd(format!("{} units after a no", charge.units)),
                _ => {}
            }
            if let Some(asked) = asked.as_ref().filter(|asked| asked.state == ApprovalState::TimedOut)
                && asked.auto_at.is_none_or(|auto| asked.decided_at.is_none_or(|at| at < auto))
            {
                odd("approved by time before its time".to_owned());
            }
            let Some((end, ended)) = case.end.filter(|_| !case.touched && !case.asked) else { continue };
            let minutes = self.units.get(&case.contract) == Some(&UnitKind::Minute);
            let Some(due) = case.terms.charged(case.agreed, minutes, end) else { continue };
            // Units may have died on hold on the way.
            let same_day = case.accepted.days()[0] == ended.days()[1];
            if charge.on_hold || charge.units > due || (charge.units < due && same_day) {
                odd(format!("{} of {} units charged for {end:?}, agreed is {due}", charge.units, case.agreed));
            }
        }
        Ok(wrong)
    }
}

impl Repair {
    fn is_of(&self, issue: &IssueRequest) -> bool {
        Some(self.asset) == issue.asset_id && Some(&self.symptom) == issue.symptom.as_ref()
    }
}

impl std::fmt::Debug for Repair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", self.issue, self.at.from.day(TOKYO))
    }
}

/// Those of which any may be the last one: one that was surely there goes before all older ones.
fn newest(sure: &[Repair], possible: &[Repair]) -> Vec<IssueId> {
    let latest = sure.iter().map(|repair| repair.at.from).max();
    possible.iter().filter(|repair| Some(repair.at.to) >= latest).map(|repair| repair.issue).collect()
}
