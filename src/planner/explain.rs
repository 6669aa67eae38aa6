//! Findings as sentences, Japanese and English: what the dispatcher reads, and next day why it was decided so.

use std::borrow::Cow;

use chrono_tz::Tz;

use super::answer::{GoalGrade, GoalName, GoalScale, RuleResult};
use super::goals::{Graded, Knows};
use super::names::{Called, called};
use super::problem::Scene;
use super::rules::Finding;

type Sentence = Cow<'static, str>;
type Pair = (Sentence, Sentence);

fn fixed(ja: &'static str, en: &'static str) -> Pair {
    (ja.into(), en.into())
}

fn made(ja: String, en: String) -> Pair {
    (ja.into(), en.into())
}

/// The verdict of one hard rule with its sentences.
pub fn rule(finding: &Finding, scene: &Scene) -> RuleResult {
    let names = scene.names;
    let (ja, en) = match finding {
        Finding::SkillNotNeeded
        | Finding::SkillHeld { .. }
        | Finding::SkillTooLow { .. }
        | Finding::SkillMissing { .. } => skill(finding, &names.skills),
        Finding::QualificationNotNeeded
        | Finding::QualificationValid { .. }
        | Finding::QualificationExpired { .. }
        | Finding::QualificationMissing { .. } => qualification(finding, &names.qualifications),
        Finding::PartsOnVan | Finding::PartsMissing { .. } => parts(finding, &names.parts),
        Finding::JobsUnlimited | Finding::JobsRoom { .. } | Finding::JobsFull { .. } => jobs(finding),
        other => time_and_place(other, scene.zone),
    };
    RuleResult { rule: finding.rule(), passed: finding.passed(), reason_code: finding.code().into(), ja, en }
}

fn skill(finding: &Finding, names: &Called) -> Pair {
    match finding {
        Finding::SkillHeld { code, level, needed } => {
            let (ja, en) = called(names, code);
            made(
                format!("{ja}はレベル{level}(必要{needed}以上)"),
                format!("{en} at level {level} ({needed} or more needed)"),
            )
        }
        Finding::SkillTooLow { code, level, needed } => {
            let (ja, en) = called(names, code);
            made(
                format!("{ja}はレベル{needed}以上が必要ですが、レベル{level}です"),
                format!("{en} needs level {needed} or more, he has {level}"),
            )
        }
        Finding::SkillMissing { code, needed } => {
            let (ja, en) = called(names, code);
            made(
                format!("{ja}(レベル{needed}以上)のスキルがありません"),
                format!("Does not have the skill {en} (level {needed} or more)"),
            )
        }
        _ => fixed("必要なスキルはありません", "No skill is needed"),
    }
}

fn qualification(finding: &Finding, names: &Called) -> Pair {
    match finding {
        Finding::QualificationValid { code, until: Some(until) } => {
            let (ja, en) = called(names, code);
            made(format!("{ja}は{until}まで有効です"), format!("{en} is valid until {until}"))
        }
        Finding::QualificationValid { code, until: None } => {
            let (ja, en) = called(names, code);
            made(format!("{ja}は有効です"), format!("{en} is valid"))
        }
        Finding::QualificationExpired { code, on } => {
            let (ja, en) = called(names, code);
            made(format!("{ja}は{on}で期限切れです"), format!("{en} expired on {on}"))
        }
        Finding::QualificationMissing { code } => {
            let (ja, en) = called(names, code);
            made(format!("{ja}の資格がありません"), format!("Does not hold {en}"))
        }
        _ => fixed("必要な資格はありません", "No qualification is needed"),
    }
}

fn parts(finding: &Finding, names: &Called) -> Pair {
    match finding {
        Finding::PartsMissing { code, missing } => {
            let (ja, en) = called(names, code);
            made(format!("{ja}が車載に{missing}個足りません"), format!("{missing} × {en} missing on the van"))
        }
        _ => fixed("必要な部品は車載にあります", "The parts needed are on the van"),
    }
}

fn jobs(finding: &Finding) -> Pair {
    match finding {
        Finding::JobsRoom { load, max } => {
            made(format!("本日{load}件(上限{max}件)"), format!("{load} jobs today, {max} at most"))
        }
        Finding::JobsFull { max } => {
            made(format!("本日の上限{max}件に達しています"), format!("Has his {max} jobs for today"))
        }
        _ => fixed("件数の上限はありません", "No limit of jobs a day"),
    }
}

fn time_and_place(finding: &Finding, zone: Tz) -> Pair {
    match finding {
        Finding::ShiftFits { home_at } => {
            let face = home_at.clock_face(zone);
            made(format!("勤務時間内({face}帰着)です"), format!("Within the shift, back at {face}"))
        }
        Finding::ShiftOvertime { home_at, over } => {
            let (face, minutes) = (home_at.clock_face(zone), over.minutes_up());
            made(
                format!("許容範囲の残業{minutes}分({face}帰着)です"),
                format!("{minutes} minutes of allowed overtime, back at {face}"),
            )
        }
        Finding::ShiftNone => fixed("本日は勤務がありません", "Has no shift today"),
        Finding::ShiftOver { ended } => {
            let face = ended.clock_face(zone);
            made(format!("勤務は{face}に終わっています"), format!("His shift ended at {face}"))
        }
        Finding::ShiftBeforeWork { may_start } => {
            let start = format!("{} {}", may_start.day(zone), may_start.clock_face(zone));
            made(
                format!("勤務は作業を始められる{start}より前に終わります"),
                format!("His shift is over before the work may start, {start}"),
            )
        }
        Finding::ShiftOtherDay { may_start } => {
            let (day, face) = (may_start.day(zone), may_start.clock_face(zone));
            made(
                format!("{day} {face}以降のご希望です。手配できるのは{day}からです"),
                format!("Wished for {day} from {face}; it can be planned from {day} on"),
            )
        }
        Finding::ShiftNoRoom { over } => {
            let minutes = over.minutes_up();
            made(
                format!("勤務終了(残業上限込み)を{minutes}分超えます"),
                format!("Would end {minutes} minutes after shift end and allowed overtime"),
            )
        }
        Finding::ShiftBlockedByAbsence => fixed("勤務はあります(不在を参照)", "Has a shift; see his absence"),
        Finding::AbsenceNone => fixed("不在の予定はありません", "No absence"),
        Finding::AbsenceAround => fixed("不在の時間を避けられます", "Fits around his absence"),
        Finding::AbsenceInTheWay { from, to } => {
            let (from, to) = (from.clock_face(zone), to.clock_face(zone));
            made(format!("{from}から{to}まで不在です"), format!("Absent from {from} to {to}"))
        }
        Finding::TerritoryOwn => fixed("担当エリアです", "His own territory"),
        Finding::TerritoryLent => fixed("応援先のエリアです", "A territory he may be lent to"),
        Finding::TerritoryForeign => fixed("担当エリア外です", "Outside his territories"),
        Finding::DeclinedBefore => fixed("この作業指示を一度辞退しています", "Has declined this work order before"),
        Finding::Excluded => fixed("お客様の希望で対象外です", "The customer asked not to send him"),
        _ => fixed("対象外の指定はありません", "Not excluded by the customer"),
    }
}

/// The grade of one goal with its weight and sentences.
pub fn goal(graded: &Graded, weight: u32, zone: Tz) -> GoalGrade {
    let (ja, en) = match *graded {
        Graded::Arrival { arrive, due, late, .. } => {
            let (at, by, minutes) = (arrive.clock_face(zone), due.clock_face(zone), late.minutes_up());
            match minutes {
                0 => made(format!("{at}到着、期限{by}に間に合います"), format!("Arrives {at}, in time for {by}")),
                _ => made(
                    format!("{at}到着、期限{by}に{minutes}分遅れます"),
                    format!("Arrives {at}, {minutes} minutes after {by}"),
                ),
            }
        }
        Graded::Detour { extra, .. } => {
            let minutes = extra.minutes_up();
            made(format!("移動が{minutes}分増えます"), format!("{minutes} minutes of extra driving"))
        }
        Graded::Disturbance { moved: 0, .. } => fixed("他の訪問は動きません", "No other visit moves"),
        Graded::Disturbance { moved, shift, broken: 0, .. } => {
            let minutes = shift.minutes_up();
            made(
                format!("他の訪問{moved}件が計{minutes}分動きます(約束は守れます)"),
                format!("Moves {moved} other visits by {minutes} minutes in all, every promise holds"),
            )
        }
        Graded::Disturbance { moved, shift, broken, .. } => {
            let minutes = shift.minutes_up();
            made(
                format!("他の訪問{moved}件が計{minutes}分動き、約束{broken}件に間に合いません"),
                format!("Moves {moved} other visits by {minutes} minutes in all and breaks {broken} promises"),
            )
        }
        Graded::KnowsAsset { how, .. } => knows(how),
        Graded::Fairness { load, mean_tenths, .. } => {
            let (whole, tenth) = (mean_tenths / 10, mean_tenths % 10);
            made(
                format!("本日{load}件(エリア平均{whole}.{tenth}件)"),
                format!("{load} jobs today, {whole}.{tenth} on average in the territory"),
            )
        }
    };
    GoalGrade { goal: graded.goal(), grade: graded.grade(), weight, ja, en }
}

/// How each goal is graded; the head of its file says the same at length.
pub fn scales() -> Vec<GoalScale> {
    let scale = |goal, (ja, en): Pair| GoalScale { goal, ja, en };
    let arrival = fixed(
        "すぐ着けば100、期限ちょうどで25、そこから同じ時間(1時間以上)遅れると0。ご希望枠では枠内に始まれば100",
        "100 for an arrival at once, 25 at the due time, 0 as long again past it (at least an hour); in a wished window 100 for any start inside",
    );
    let detour = fixed("移動が増えなければ100、60分増えると0", "100 without extra driving, 0 at 60 minutes of it");
    let disturbance = fixed(
        "他の訪問が動かなければ100。1分動くごとに、約束内は0.2、約束なしは0.5、約束を過ぎると1減り、守れなくなる約束1件ごとに30減る(最低0)",
        "100 when no other visit moves; each minute of a shift takes 0.2 inside a promise, 0.5 without one, 1 past it, and each broken promise 30, down to 0",
    );
    let knows_asset = fixed(
        "ご指名または30日以内に担当で100、1年前で40まで下がり以後40、担当歴なしは0。本人の修理後の再発は30、機器の指定なしは50",
        "100 when preferred or at the asset within 30 days, falling to 40 at a year and after, 0 for never; 30 after a recurrence of his own repair, 50 when no asset is named",
    );
    let fairness = fixed(
        "本日の件数がエリア平均より2件以上少なければ100、平均で50、2件以上多ければ0",
        "100 at two jobs or more below the territory's mean of today, 50 at the mean, 0 at two or more above",
    );
    vec![
        scale(GoalName::Arrival, arrival),
        scale(GoalName::Detour, detour),
        scale(GoalName::Disturbance, disturbance),
        scale(GoalName::KnowsAsset, knows_asset),
        scale(GoalName::Fairness, fairness),
    ]
}

fn knows(how: Knows) -> Pair {
    match how {
        Knows::RecurredAfterHim => {
            fixed("前回の修理担当です(再発のため注意)", "Did the last repair, and the fault recurred")
        }
        Knows::PreferredByCustomer => fixed("お客様のご指名です", "Preferred by the customer"),
        Knows::Visited { days_ago } => {
            made(format!("{days_ago}日前にこの機器を担当"), format!("Was at this asset {days_ago} days ago"))
        }
        Knows::Never => fixed("この機器の担当歴はありません", "Has not been at this asset"),
        Knows::NoAsset => fixed("機器の指定がありません", "No asset is named"),
    }
}
