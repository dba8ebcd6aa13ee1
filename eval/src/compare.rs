//! `compare`: what changed between two runs, and whether it is more than noise.

mod difference;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use self::difference::{Difference, Verdict, differences};
use crate::report::{self, Case, Listing, Report, Table};

/// Cases listed of each suite.
const LISTED: usize = 40;

/// Compare two runs, or two reports.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Folder of a run, or one suite's JSON.
    before: PathBuf,
    /// The same of a later run.
    after: PathBuf,
    /// Writes the comparison here too; the ending says how: .md, .html or .json.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Seed of the bootstrap.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Compares and prints Markdown.
pub(crate) fn run(options: &Options) -> Result<()> {
    let (before, after) = (reports(&options.before)?, reports(&options.after)?);
    let mut comparison = Report::new(
        "Comparison",
        format!("From {} to {}.", options.before.display(), options.after.display()),
    );
    let common: Vec<&String> = before.keys().filter(|name| after.contains_key(*name)).collect();
    if common.is_empty() {
        bail!(
            "the two have no suite in common: there {} and here {}",
            names(&before),
            names(&after)
        );
    }
    let only = |one: &BTreeMap<String, Report>, other: &BTreeMap<String, Report>| {
        let only: Vec<&str> =
            one.keys().filter(|name| !other.contains_key(*name)).map(String::as_str).collect();
        only.join(", ")
    };
    for (name, missing) in [("only before", only(&before, &after)), ("only after", only(&after, &before))] {
        if !missing.is_empty() {
            comparison.condition(name, missing);
        }
    }
    for name in common {
        tell(&mut comparison, &before[name], &after[name], options.seed);
    }
    let markdown = report::text(&comparison);
    std::io::stdout().write_all(markdown.as_bytes())?;
    if let Some(path) = &options.out {
        let text = match path.extension().and_then(|extension| extension.to_str()) {
            Some("html") => report::page(&comparison.title, &[], std::slice::from_ref(&comparison)),
            Some("json") => serde_json::to_string(&comparison)?,
            _ => markdown,
        };
        fs::write(path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}

/// The reports of a folder, or a single one, by name.
fn reports(path: &Path) -> Result<BTreeMap<String, Report>> {
    let named = |path: &Path| -> Result<(String, Report)> {
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        Ok((name.unwrap_or_default(), Report::read(path)?))
    };
    if path.is_file() {
        return Ok(BTreeMap::from([named(path)?]));
    }
    let entries = fs::read_dir(path).with_context(|| format!("there is no run in {}", path.display()))?;
    let mut reports = BTreeMap::new();
    for entry in entries {
        let path = entry?.path();
        // A suite's page stands beside its numbers; what has no page is a record of something else.
        let suite = path.extension().is_some_and(|extension| extension == "json")
            && path.with_extension("html").exists()
            && path.file_stem().is_some_and(|stem| stem != "report");
        if suite {
            reports.extend([named(&path)?]);
        }
    }
    if reports.is_empty() {
        bail!("there is no suite's report in {}", path.display());
    }
    Ok(reports)
}

fn names(reports: &BTreeMap<String, Report>) -> String {
    let names: Vec<&str> = reports.keys().map(String::as_str).collect();
    names.join(", ")
}

/// A section about one suite.
fn tell(comparison: &mut Report, before: &Report, after: &Report, seed: u64) {
    let differences = differences(before, after, seed);
    let same = differences.iter().filter(|one| one.verdict == Verdict::Same).count();
    let count = |verdict| differences.iter().filter(|one| one.verdict == verdict).count();
    let section = comparison.section(&after.title);
    if same == differences.len() {
        section.text(format!("Nothing has changed: all {same} measures are the same."));
    } else {
        section.text(format!(
            "Of {} measures {} are better, {} worse, {} within noise, {} differ without it being known how \
             much is noise, {same} are the same.",
            differences.len(),
            count(Verdict::Better),
            count(Verdict::Worse),
            count(Verdict::Noise),
            count(Verdict::Unknown),
        ));
    }
    for change in conditions(before, after) {
        section.text(change);
    }
    let mut table = Table::new("", ["measure", "before", "after", "difference", "cases", "verdict"]);
    for one in differences.iter().filter(|one| one.verdict != Verdict::Same) {
        table.push(
            one.name.clone(),
            [
                one.before.brief().into(),
                one.after.brief().into(),
                one.change.clone().into(),
                one.paired.map_or_else(|| "not the same".to_owned(), |cases| cases.to_string()).into(),
                one.verdict.shown().into(),
            ],
        );
    }
    if !table.rows.is_empty() {
        section.table(table);
    }
    let changed = changed(&differences);
    let total = changed.len();
    let listing = Listing::of(
        format!("Cases that changed, the worst first; {} of {total}", total.min(LISTED)),
        changed.into_iter().take(LISTED),
    );
    section.cases(listing);
}

/// What the runs were made with, where it differs.
fn conditions(before: &Report, after: &Report) -> Vec<String> {
    let of = |report: &Report| -> BTreeMap<String, String> {
        report.conditions.iter().map(|one| (one.name.clone(), one.value.clone())).collect()
    };
    let (before, after) = (of(before), of(after));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let value = |map: &BTreeMap<String, String>, name: &String| {
        map.get(name).cloned().unwrap_or_else(|| "not said".to_owned())
    };
    names
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| format!("Not the same: {name} was {}, is {}.", value(&before, name), value(&after, name)))
        .collect()
}

/// The cases with what changed of them.
fn changed(differences: &[Difference]) -> Vec<Case> {
    let mut cases: BTreeMap<(&str, &str), (f64, Case)> = BTreeMap::new();
    for one in differences {
        for case in &one.cases {
            let name = if case.text.is_empty() { case.id.clone() } else { format!("{} {}", case.id, case.text) };
            let (gain, shown) =
                cases.entry((&one.set, &case.id)).or_insert_with(|| (0.0, Case::new(name)));
            *gain += one.gain(case.before, case.after);
            let number = |value| one.after.unit.number(value);
            *shown = shown.clone().says(&one.name, format!("{} → {}", number(case.before), number(case.after)));
        }
    }
    let mut cases: Vec<(f64, Case)> = cases.into_values().collect();
    cases.sort_by(|one, other| one.0.total_cmp(&other.0));
    cases.into_iter().map(|(_, case)| case).collect()
}
