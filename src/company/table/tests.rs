//! Tables as offices write them.

use proptest::prelude::*;

use super::*;
use crate::company::{Customer, MenuItem};
use crate::views::table::{ImportKind, RowFault, TextEncoding};

fn rows<T: Entry>(bytes: &[u8]) -> Result<Vec<Line<T>>, TableError> {
    let mut table = Table::open::<T>(bytes, encoding_of(bytes)?)?;
    let mut rows = Vec::new();
    while let Some(line) = table.next::<T>()? {
        rows.push(line);
    }
    Ok(rows)
}

fn only<T: Entry>(bytes: &[u8]) -> T {
    let mut rows = rows::<T>(bytes).expect("the table is read");
    assert_eq!(rows.len(), 1);
    rows.remove(0).entry.expect("the row is sound")
}

fn refused<T: Entry + std::fmt::Debug>(bytes: &[u8]) -> Vec<(u64, String, String)> {
    let told = |fault: RowFault| (fault.row, fault.column, fault.code);
    match rows::<T>(bytes) {
        Err(TableError::Faulty(faults)) => faults.into_iter().map(told).collect(),
        Ok(rows) => {
            let each = rows.iter().flat_map(|line| {
                let faults = line.entry.as_ref().err().cloned().unwrap_or_default();
                faults.into_iter().map(|fault| told(line.fault(fault))).collect::<Vec<_>>()
            });
            each.collect()
        }
        Err(error) => panic!("{error}"),
    }
}

fn fault(row: u64, column: &str, code: &str) -> (u64, String, String) {
    (row, column.to_owned(), code.to_owned())
}

const PLAIN: &str = "code,name,kana,phones,group\r\nC9,\"犀川, 商会\",サイガワ,076-555-0111;090-5555-0100,\r\n";

#[test]
fn a_table_is_read_whatever_the_spreadsheet_made_of_it() {
    let expected = only::<Customer>(PLAIN.as_bytes());
    assert_eq!((expected.name.as_str(), expected.phones.len(), &expected.group), ("犀川, 商会", 2, &None));
    let marked = format!("\u{feff}{PLAIN}");
    assert_eq!(only::<Customer>(marked.as_bytes()), expected);
    let (sjis, ..) = encoding_rs::SHIFT_JIS.encode(PLAIN);
    assert_eq!(encoding_of(&sjis[..]).unwrap(), TextEncoding::ShiftJis);
    assert_eq!(only::<Customer>(&sjis), expected);
    let unix = PLAIN.replace("\r\n", "\n");
    assert_eq!(only::<Customer>(unix.as_bytes()), expected);
    let japanese = PLAIN.replace("code,name,kana,phones,group", "顧客コード,顧客名,フリガナ,電話番号,企業グループ");
    assert_eq!(only::<Customer>(japanese.as_bytes()), expected);
    let turned = "Name,CODE,phones,kana\n\"犀川, 商会\",C9,076-555-0111; 090-5555-0100 ,サイガワ\n,,,\n";
    assert_eq!(only::<Customer>(turned.as_bytes()), expected);
}

#[test]
fn columns_that_are_missing_unknown_or_doubled_are_named() {
    let bytes = "code,name,nickname,code\nC9,a,b,c\n";
    let expected = [
        fault(1, "nickname", "column.unknown"),
        fault(1, "code", "column.twice"),
        fault(1, "kana", "column.missing"),
        fault(1, "phones", "column.missing"),
    ];
    assert_eq!(refused::<Customer>(bytes.as_bytes()), expected);
    assert_eq!(refused::<Customer>(b"")[0], fault(1, "", "file.empty"));
}

#[test]
fn each_fault_names_its_row_and_column() {
    let bytes =
        "code,name,kana,phones,group\nC1,,ア,076-555-0111,\nC 2,b,イ,call us,\n,,,,\nC3,c,ウ\nC4,d\u{fffd},エ,,\n";
    let expected = [
        fault(2, "name", "text.empty"),
        fault(3, "code", "code.form"),
        fault(3, "phones", "phone.form"),
        fault(5, "", "row.cells"),
        fault(6, "name", "cell.letters"),
    ];
    assert_eq!(refused::<Customer>(bytes.as_bytes()), expected);
    let head = "serial,contract,product,site,installed_on\n";
    let wrong = format!("{head}A-1,K1,P,S,2026-02-30\nA-2,K1,P,S,2026/4/1\n");
    assert_eq!(refused::<AssetRow>(wrong.as_bytes()), [fault(2, "installed_on", "cell.date")]);
    let head = "number,contract,origin,count,price_yen,issued_on,expires_on,used\n";
    let wrong = format!(
        "{head}TK-26-1,K1,gift,many,1,2026-04-01,,\nTK-2026-000001,K1,paid,5,\"50,000\",2026-04-01,2026-03-31,9\n"
    );
    let expected = [
        fault(2, "origin", "cell.choice"),
        fault(2, "count", "cell.number"),
        fault(3, "used", "lot.overused"),
        fault(3, "expires_on", "date.order"),
    ];
    assert_eq!(refused::<LotRow>(wrong.as_bytes()), expected);
}

#[test]
fn a_policy_stands_in_columns_of_its_own_and_says_what_is_open() {
    let names: Vec<String> =
        columns(ImportKind::Contracts).into_iter().map(|column| column.name.into_owned()).collect();
    assert!(policy_fields().iter().all(|field| names.contains(&field.name)));
    let head = "number,customer,plan,starts_on,ends_on,question_cost,fault_cost,inquiry_cost,recurrence_days,\
        capture_point,overdraft_limit,no_fault_found_cost,cancel_after_departure_cost,expiry_notice_days,menu,transfer_allowed,\
        covers_ja,covers_en,own_defect_cost,purchase_min,purchase_step,purchase_year_max\n";
    let sound = format!(
        "{head}K1,C1,標準,2026-04-01,2027-03-31,1,1,0,30,arrival,0,1,1,90;60,a|3|清掃|Cleaning;b|5|点検|Check,TRUE,1要件,One issue,,,,\n"
    );
    let row = only::<ContractRow>(sound.as_bytes());
    assert_eq!((row.contract.policy.expiry_notice_days.len(), row.contract.menu.len()), (2, 2));
    assert!(row.contract.policy.transfer_allowed && row.contract.policy.honours_holds);
    let open = format!("{head}K1,C1,標準,2026-04-01,2026-03-31,1,1,0,9999,never,0,,1,,x,,,,,,,\n");
    let expected = [
        fault(2, "menu", "cell.menu"),
        fault(2, "no_fault_found_cost", "cell.empty"),
        fault(2, "capture_point", "cell.choice"),
    ];
    assert_eq!(refused::<ContractRow>(open.as_bytes()), expected);
}

#[test]
fn a_policy_in_columns_is_judged_like_one_on_the_screen() {
    let head = "number,customer,plan,starts_on,ends_on,question_cost,fault_cost,inquiry_cost,recurrence_days,\
        capture_point,overdraft_limit,no_fault_found_cost,cancel_after_departure_cost,expiry_notice_days,menu,\
        covers_ja,covers_en,own_defect_cost,purchase_min,purchase_step,purchase_year_max\n";
    let row = |rest: &str| format!("{head}K1,C1,標準,2026-04-01,2027-03-31,1,1,0,30,arrival,0,1,1,{rest}\n");
    let refused = |rest: &str| {
        let faults = refused::<ContractRow>(row(rest).as_bytes());
        assert!(faults.iter().all(|(_, _, code)| code == "policy.hole"), "{faults:?}");
        faults.into_iter().map(|(_, column, _)| column).collect::<Vec<_>>()
    };
    assert_eq!(refused("90;60,,,,,,,"), ["covers_ja", "covers_en"]);
    assert_eq!(refused("60;90,,1要件,One issue,5000,,0,"), ["own_defect_cost", "expiry_notice_days", "purchase_step"]);
    assert_eq!(refused(",a|1|清掃|Cleaning;a|2|点検|Check,1要件,One issue,,10,5,9"), ["purchase_year_max", "menu"]);
}

proptest! {
    #[test]
    fn any_menu_goes_through_a_cell(names in proptest::collection::vec(r"[a-z;|\\]{1,6}[a-z]", 0..4)) {
        let item = |name: &String| MenuItem { code: "c".into(), units: 3, name_ja: format!("x{name}"), name_en: name.clone() };
        let menu: Vec<MenuItem> = names.iter().map(item).collect();
        let (record, places) = (csv::StringRecord::from(vec![menu_text(&menu)]), [("menu".to_owned(), 0)].into());
        let mut faults = crate::company::validate::Faults::default();
        let read = cells::Cells::new(&record, &places).menu(&mut faults, "menu");
        prop_assert_eq!(read, menu);
    }
}
