//! Everything goes out: each table is in an export, or here with the reason why it stays.

use crate::views::table::ExportKind;

/// Where each table goes out. Some go out as a part of another one's rows.
const OUT: &[(&str, &[ExportKind])] = &[
    ("absences", &[ExportKind::Absences]),
    ("adjustments", &[ExportKind::Adjustments]),
    ("approval_rules", &[ExportKind::ApprovalRules]),
    ("approvals", &[ExportKind::Approvals]),
    ("assets", &[ExportKind::Assets]),
    ("call_contacts", &[ExportKind::Calls]),
    ("call_refusals", &[ExportKind::CallRefusals]),
    ("calls", &[ExportKind::Calls]),
    ("clock_pauses", &[ExportKind::ClockPauses]),
    (
        "company",
        &[
            ExportKind::Company,
            ExportKind::Skills,
            ExportKind::Qualifications,
            ExportKind::Parts,
            ExportKind::Causes,
            ExportKind::Holidays,
        ],
    ),
    ("confirmations", &[ExportKind::Confirmations]),
    ("contacts", &[ExportKind::Contacts]),
    ("contracts", &[ExportKind::Contracts]),
    ("customers", &[ExportKind::Customers]),
    ("disputes", &[ExportKind::Disputes]),
    ("extensions", &[ExportKind::Extensions]),
    ("holds", &[ExportKind::Holds]),
    ("interactions", &[ExportKind::Interactions]),
    ("invoices", &[ExportKind::Invoices]),
    ("issues", &[ExportKind::Issues]),
    ("journal", &[ExportKind::Journal]),
    ("ledger_root_heads", &[ExportKind::RootHeads]),
    ("ledger_roots", &[ExportKind::Roots]),
    ("lot_acknowledgements", &[ExportKind::Acknowledgements]),
    ("lots", &[ExportKind::Lots]),
    ("mails", &[ExportKind::Mails]),
    ("notice_reads", &[ExportKind::NoticeReads]),
    ("notices", &[ExportKind::Notices]),
    ("past_moves", &[ExportKind::Postings]),
    ("past_repairs", &[ExportKind::PastRepairs]),
    ("phones", &[ExportKind::Customers]),
    ("policies", &[ExportKind::Policies]),
    ("postings", &[ExportKind::Postings]),
    ("products", &[ExportKind::Products]),
    ("refunds", &[ExportKind::Refunds]),
    ("refusals", &[ExportKind::Refusals]),
    ("service_levels", &[ExportKind::ServiceLevels]),
    ("service_reports", &[ExportKind::Reports]),
    ("sites", &[ExportKind::Sites]),
    ("stream_entries", &[ExportKind::Streams]),
    ("symptoms", &[ExportKind::Symptoms]),
    ("technicians", &[ExportKind::Technicians]),
    ("territories", &[ExportKind::Territories]),
    ("tickets", &[ExportKind::Tickets]),
    ("user_changes", &[ExportKind::PeopleChanges]),
    ("users", &[ExportKind::People]),
    ("visits", &[ExportKind::Visits]),
    ("wallets", &[ExportKind::Wallets]),
    ("work_orders", &[ExportKind::WorkOrders]),
];

/// What stays, and why.
const STAYS: &[(&str, &str)] = &[
    ("call_signals", "names of messages that were taken, kept as long as somebody could send them again"),
    ("consumers", "how far the server's own readers of the journal have come"),
    ("counters", "the last number of each series: the greatest of those that go out"),
    ("eta_figures", "samples that the estimate learns from; what was told stands in the journal"),
    ("etas", "the figure of the moment; what was told of it stands in the journal"),
    ("operations", "answers kept for whoever sends again; what was done stands in the journal"),
    ("position_doubts", "fixes that are not believed yet"),
    ("positions", "where somebody is just now, and nobody's record"),
    ("sessions", "secret: who is logged in at the moment"),
    ("slots", "hours held while a caller is on the phone; what was promised stands with its work order"),
    ("streams", "the last number of each stream, which its entries have"),
    ("track_links", "secret: whoever holds one sees the visit"),
];

#[test]
fn every_table_goes_out_or_has_a_reason_to_stay() {
    let schema = include_str!("../schema.rs");
    let tables = schema.split("diesel::table! {").skip(1).filter_map(|text| text.trim_start().split_once(' '));
    let mut tables: Vec<&str> = tables.map(|(name, _)| name).collect();
    tables.sort_unstable();
    let mut told: Vec<&str> = OUT.iter().map(|(name, _)| *name).chain(STAYS.iter().map(|(name, _)| *name)).collect();
    told.sort_unstable();
    assert_eq!(told, tables);
    let idle = ExportKind::ALL.iter().filter(|kind| !OUT.iter().any(|(_, kinds)| kinds.contains(kind)));
    assert_eq!(idle.collect::<Vec<_>>(), Vec::<&ExportKind>::new(), "of no table");
}
