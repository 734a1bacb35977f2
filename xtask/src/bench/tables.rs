//! What the benchmark prints.

use serde_json::Value;

use crate::table::table;

/// A proof of an example.
pub struct Row {
    /// The example; `NAME-static` and `NAME-tuned` for its builds with blocks.
    pub example: String,
    /// The cycles that were asked for.
    pub target: u64,
    /// What `dyad prove --json` printed.
    pub result: Value,
}

impl Row {
    fn steps(&self) -> &[Value] {
        self.result["timings"].as_array().map(Vec::as_slice).unwrap_or_default()
    }

    fn threads(&self) -> f64 {
        float(&self.result, "threads")
    }

    /// What tells the row from others.
    fn head(&self) -> [String; 3] {
        [self.example.clone(), self.result["cycles"].to_string(), self.result["threads"].to_string()]
    }

    /// A line of a figure for each step and one for all of them.
    fn by_step(&self, figure: impl Fn(&[Value]) -> String) -> Vec<String> {
        let steps = self.steps().iter().map(|step| figure(std::slice::from_ref(step)));
        self.head().into_iter().chain(steps).chain([figure(self.steps())]).collect()
    }
}

pub fn float(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap_or(f64::NAN)
}

fn sum(steps: &[Value], key: &str) -> f64 {
    steps.iter().map(|step| float(step, key)).sum()
}

/// All tables that these rows have something for.
pub fn all(rows: &[Row], floor: bool) -> String {
    let mut text = figures(rows) + "\n" + &scaling(rows);
    let times = by_step(rows, "ns·core a cycle", |row, steps| {
        format!("{:.0}", 1e9 * row.threads() * sum(steps, "seconds") / float(&row.result, "cycles"))
    });
    let busy = by_step(rows, "cores busy", |_, steps| {
        format!("{:.2}", sum(steps, "processor_seconds") / sum(steps, "seconds"))
    });
    let alone = by_step(rows, "one thread alone, % of all", |row, steps| {
        format!("{:.1}", 100.0 * sum(steps, "alone_seconds") / float(&row.result, "prove_seconds"))
    });
    for table in [times, busy, alone] {
        text += "\n";
        text += &table;
    }
    if floor {
        text += "\n";
        text += &by_step(rows, "time / floor", |_, steps| {
            let floor = sum(steps, "floor_seconds");
            if floor > 0.0 { format!("{:.1}", sum(steps, "seconds") / floor) } else { "-".to_owned() }
        });
    }
    if rows.iter().any(|row| row.result["threads"] != rows[0].result["threads"]) {
        text += "\n";
        text += &speedups(rows);
    }
    text
}

fn figures(rows: &[Row]) -> String {
    let head = [
        "example",
        "cycles",
        "threads",
        "kHz",
        "execute s",
        "prove s",
        "peak MB",
        "expected MB",
        "proof kB",
        "verify ms",
        "bits",
    ];
    let lines = rows.iter().map(|row| {
        let r = &row.result;
        let figures = [
            format!("{:.0}", float(r, "khz")),
            format!("{:.3}", float(r, "execute_seconds")),
            format!("{:.2}", float(r, "prove_seconds")),
            format!("{:.0}", float(r, "peak_rss_bytes") / 1e6),
            format!("{:.0}", float(r, "expected_memory_bytes") / 1e6),
            format!("{:.0}", float(r, "proof_bytes") / 1e3),
            format!("{:.1}", float(r, "verify_milliseconds")),
            format!("{:.1}", float(r, "security_bits")),
        ];
        row.head().into_iter().chain(figures).collect()
    });
    table(&head.map(str::to_owned), &lines.collect::<Vec<_>>())
}

/// Time and memory a cycle of each example at all sizes, and the largest over the least of each.
fn scaling(rows: &[Row]) -> String {
    let mut targets: Vec<u64> = rows.iter().map(|row| row.target).collect();
    targets.sort_unstable();
    targets.dedup();
    let sizes = targets.iter().map(|&target| format!("{} M", target as f64 / 1e6));
    let head: Vec<String> = ["ns·core, bytes a cycle".to_owned(), "threads".to_owned()]
        .into_iter()
        .chain(sizes)
        .chain(["largest / least".to_owned()])
        .collect();
    let time =
        |row: &Row| 1e9 * row.threads() * float(&row.result, "prove_seconds") / float(&row.result, "cycles");
    let memory = |row: &Row| float(&row.result, "peak_rss_bytes") / float(&row.result, "cycles");
    let mut lines: Vec<Vec<String>> = Vec::new();
    let mut groups: Vec<(&str, String)> =
        rows.iter().map(|r| (r.example.as_str(), r.head()[2].clone())).collect();
    let mut seen = std::collections::HashSet::new();
    groups.retain(|group| seen.insert(group.clone()));
    for (example, threads) in groups {
        let group: Vec<&Row> =
            rows.iter().filter(|row| row.example == example && row.head()[2] == threads).collect();
        let cells = targets.iter().map(|&target| {
            let row = group.iter().find(|row| row.target == target);
            row.map_or(String::new(), |row| format!("{:.0}, {:.0}", time(row), memory(row)))
        });
        let spread = |of: &dyn Fn(&Row) -> f64| {
            let (least, most) = group
                .iter()
                .map(|row| of(row))
                .fold((f64::INFINITY, 0.0_f64), |(a, b), x| (a.min(x), b.max(x)));
            most / least
        };
        let spread = format!("{:.2}, {:.2}", spread(&time), spread(&memory));
        lines.push([example.to_owned(), threads].into_iter().chain(cells).chain([spread]).collect());
    }
    table(&head, &lines)
}

/// A figure for each step and for all together.
fn by_step(rows: &[Row], title: &str, figure: impl Fn(&Row, &[Value]) -> String) -> String {
    let Some(first) = rows.first() else { return String::new() };
    let names = first.steps().iter().map(|step| step["step"].as_str().unwrap_or_default());
    let head: Vec<String> =
        [title, "cycles", "threads"].into_iter().chain(names).chain(["all"]).map(str::to_owned).collect();
    let lines: Vec<_> = rows.iter().map(|row| row.by_step(|steps| figure(row, steps))).collect();
    table(&head, &lines)
}

/// How much faster each step is than with the number of threads of the first proof of the same run.
fn speedups(rows: &[Row]) -> String {
    by_step(rows, "times faster", |row, steps| {
        let base = rows.iter().find(|other| other.example == row.example && other.target == row.target);
        let whole = steps.len() == row.steps().len();
        let same = |step: &&Value| whole || step["step"] == steps[0]["step"];
        let base: f64 =
            base.iter().flat_map(|base| base.steps()).filter(same).map(|step| float(step, "seconds")).sum();
        format!("{:.2}", base / sum(steps, "seconds"))
    })
}
