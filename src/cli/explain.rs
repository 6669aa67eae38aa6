//! `explain`: why a visit went to its technician, from the decision log.

use std::fmt::Write;

use crate::domain::access::Actor;
use crate::domain::ids::VisitId;
use crate::node::settings::Settings;
use crate::planner::answer::{Candidate, GoalName, RuleName};
use crate::store::decisions::Decision;

use super::import::open;

#[derive(clap::Args)]
pub struct Options {
    /// The visit, vis_… as its history and the board's addresses name it
    visit: VisitId,
    /// ja or en
    #[arg(long, default_value = "ja")]
    lang: Language,
    /// The whole entry as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Language {
    Ja,
    En,
}

impl Language {
    fn say<'a>(self, ja: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Ja => ja,
            Self::En => en,
        }
    }
}

pub async fn run(settings: Settings, options: Options) -> anyhow::Result<()> {
    let store = open(&settings)?;
    let zone = store.zone();
    let decision = store.read(move |reader| reader.decision(options.visit)).await?;
    if options.json {
        println!("{}", serde_json::to_string_pretty(&decision)?);
    } else {
        print!("{}", told(&decision, options.lang, zone));
    }
    Ok(())
}

fn told(decision: &Decision, lang: Language, zone: chrono_tz::Tz) -> String {
    let mut text = String::new();
    let at = decision.at.utc().with_timezone(&zone).format("%Y-%m-%d %H:%M");
    let who = match &decision.actor {
        Actor::User { name, .. } | Actor::System { name } => name.as_str(),
        Actor::Track { .. } => "",
    };
    let chosen = &decision.decision.technician_name;
    let _ = writeln!(text, "{at}  {who} → {chosen}");
    if !decision.reason.is_empty() {
        let _ = writeln!(text, "{}: {}", lang.say("理由", "Reason"), decision.reason);
    }
    match &decision.ranking {
        None => candidate(&mut text, &decision.decision, lang, zone),
        Some(ranking) => ranking.candidates.iter().for_each(|one| candidate(&mut text, one, lang, zone)),
    }
    let scales = decision.ranking.iter().flat_map(|ranking| &ranking.scales);
    for (index, scale) in scales.enumerate() {
        text.push_str(if index == 0 { "\n" } else { "" });
        let _ = writeln!(text, "{}: {}", goal_name(scale.goal, lang), lang.say(&scale.ja, &scale.en));
    }
    if decision.left_out > 0 {
        let (ja, en) = (format!("ほか{}名", decision.left_out), format!("and {} others", decision.left_out));
        let _ = writeln!(text, "\n{}", lang.say(&ja, &en));
    }
    text
}

fn candidate(text: &mut String, one: &Candidate, lang: Language, zone: chrono_tz::Tz) {
    let place = one.rank.map_or_else(|| "✕".to_owned(), |rank| rank.to_string());
    let total = one.total.map_or_else(String::new, |total| format!("  {total:.1} / 100"));
    let _ = writeln!(text, "\n{place}  {}{total}", one.technician_name);
    for rule in &one.rules {
        let mark = if rule.passed { "○" } else { "✕" };
        let _ = writeln!(text, "   {mark} {}: {}", rule_name(rule.rule, lang), lang.say(&rule.ja, &rule.en));
    }
    let weights: u32 = one.goals.iter().map(|goal| goal.weight).sum();
    for goal in &one.goals {
        let (name, why) = (goal_name(goal.goal, lang), lang.say(&goal.ja, &goal.en));
        let weight = lang.say("重み", "weight");
        let _ = writeln!(text, "   {:>3} / 100  {name} ({weight} {} / {weights}): {why}", goal.grade, goal.weight);
    }
    if let Some(place) = &one.insertion {
        let (from, to) = (place.arrive_earliest.clock_face(zone), place.arrive_latest.clock_face(zone));
        let _ = writeln!(text, "   {}: {from}–{to}", lang.say("到着", "Arrival"));
    }
    for moved in &one.moves {
        let (from, to) = (moved.from_start.clock_face(zone), moved.to_start.clock_face(zone));
        let kept = if moved.promise_kept {
            lang.say("約束は守れます", "promise kept")
        } else {
            lang.say("約束に間に合いません", "promise broken")
        };
        let _ = writeln!(text, "   {}: {from} → {to} ({kept})", moved.customer_name);
    }
    for broken in &one.breaks {
        let (from, to) = (broken.promised.from.clock_face(zone), broken.promised.to.clock_face(zone));
        let (promised, would) = (lang.say("約束", "promised"), broken.would_start.clock_face(zone));
        let _ = writeln!(text, "   ✕ {}: {promised} {from}–{to} → {would}", broken.customer_name);
    }
}

fn rule_name(rule: RuleName, lang: Language) -> &'static str {
    let (ja, en) = match rule {
        RuleName::Skill => ("スキル", "Skill"),
        RuleName::Qualification => ("資格", "Qualification"),
        RuleName::Shift => ("勤務", "Shift"),
        RuleName::Absence => ("不在", "Absence"),
        RuleName::Territory => ("担当エリア", "Territory"),
        RuleName::MaxJobs => ("件数上限", "Jobs a day"),
        RuleName::Parts => ("部品", "Parts"),
        RuleName::Excluded => ("除外指定", "Excluded"),
    };
    lang.say(ja, en)
}

fn goal_name(goal: GoalName, lang: Language) -> &'static str {
    let (ja, en) = match goal {
        GoalName::Arrival => ("到着", "Arrival"),
        GoalName::Detour => ("回り道", "Detour"),
        GoalName::Disturbance => ("他への影響", "Disturbance"),
        GoalName::KnowsAsset => ("機器の経験", "Experience"),
        GoalName::Fairness => ("公平", "Fairness"),
    };
    lang.say(ja, en)
}
