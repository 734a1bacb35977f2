//! The verifier against `model/verify.py`, a second one written apart from it: every challenge in
//! order, and the step at which changed proofs are rejected.

mod toy;

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use dyad_prover::{ProvingKey, Rows, Setting, StoredRows, prove, reference};
use dyad_rules::form::{FormRef, Take, Term};
use dyad_rules::forms::TableForms;
use dyad_rules::{Rules, Table, TableRules, Word, fill, gadgets};
use dyad_verifier::hash::Domain;
use dyad_verifier::{Digest, Error, Hash, Level, Recorded, Statement, System, verify_recording};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// SHA-256 of the domain's byte and the parts: what Python has.
struct Sha;

impl Hash for Sha {
    fn hash(domain: Domain, parts: &[&[u8]]) -> Digest {
        let mut h = Sha256::new_with_prefix([domain as u8]);
        for p in parts {
            h.update(p);
        }
        h.finalize().into()
    }
}

/// A table without fixed columns, with an odd number of columns and the kinds of linear forms that
/// the toy machine lacks: a shift register whose states follow one another over the bus.
struct RegisterTable;

const TAPS: u64 = 0xd800_0000_0000_0000;

impl Table for RegisterTable {
    type Event = u64;
    const NAME: &'static str = "register";
    fn rules<R: Rules>(r: &mut R, e: &u64) {
        let x = r.commit("x", || *e);
        r.pull(7, &[x]);
        let next = (x >> 1) ^ (x.broadcast(0) & TAPS);
        r.push(7, &[next]);
        let both = r.and("x & rotated", x, x.rotate_right(9));
        gadgets::assert_zero(r, "bit 0 of both", (both & 1) ^ both.bit(0));
        r.commit("nothing", || 0);
    }
}

struct Instance {
    system: System,
    tables: Vec<&'static dyn TableRules>,
    key: ProvingKey,
    statement: Statement,
    rows: Vec<StoredRows>,
    level: Level,
}

fn register(steps: usize) -> Instance {
    let next = |x: u64| x >> 1 ^ (x & 1).wrapping_neg() & TAPS;
    let states: Vec<u64> =
        std::iter::successors(Some(0x1234_5678_9abc_def1), |&x| Some(next(x))).take(steps + 1).collect();
    let words: Vec<u64> = states[..steps].iter().flat_map(|s| fill::<RegisterTable>(s).committed).collect();
    let system = System::new::<Sha>(vec![TableRules::shape(&RegisterTable)]);
    Instance {
        key: ProvingKey::new::<Sha>(Level::L100, &system, &[]).unwrap(),
        system,
        tables: vec![&RegisterTable],
        statement: Statement {
            bytes: b"register".to_vec(),
            pushes: vec![[7, states[0], 0, 0, 0]],
            pulls: vec![[7, states[steps], 0, 0, 0]],
        },
        rows: vec![StoredRows { width: words.len() / steps, rows: steps, words }],
        level: Level::L100,
    }
}

fn machine(steps: usize, cells: usize) -> Instance {
    machine_with_products(steps, cells, 0)
}

fn machine_with_products(steps: usize, cells: usize, products: usize) -> Instance {
    let t = toy::toy_with_products::<Sha>(steps, cells, products);
    Instance {
        system: t.system,
        tables: toy::TABLES.to_vec(),
        key: t.key,
        statement: t.statement,
        rows: t.rows,
        level: Level::L100,
    }
}

impl Instance {
    fn small(mut self) -> Self {
        self.level = Level::L100_SMALL;
        self
    }

    fn level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    fn hiding(mut self) -> Self {
        self.level = self.level.hiding();
        self
    }

    fn setting(&self) -> Setting<'_> {
        let Self { level, system, tables, key, .. } = self;
        Setting { level: *level, system, tables, key, seed: &toy::SEED }
    }

    fn prove(&self) -> dyad_prover::Proof {
        let rows: Vec<&dyn Rows> = self.rows.iter().map(|r| r as &dyn Rows).collect();
        reference::prove::<Sha>(&self.setting(), &self.statement, &rows).expect("within the limits")
    }

    fn prove_fast(&self) -> dyad_prover::Proof {
        let rows: Vec<&dyn Rows> = self.rows.iter().map(|r| r as &dyn Rows).collect();
        prove::<Sha>(&self.setting(), &self.statement, &rows, &mut |_| ()).expect("within the limits")
    }

    /// The step that rejects a proof, and the challenges up to there.
    fn verify(&self, proof: &[u8]) -> (Option<String>, Vec<(&'static str, u128)>) {
        let mut recorded = Recorded::default();
        let (key, s) = (&self.key.key, &self.statement);
        let result = verify_recording::<Sha>(self.level, &self.system, key, s, proof, &mut recorded);
        let drawn = recorded.drawn.into_iter().map(|(l, c)| (l.name(), dyad_field::to_bits(c))).collect();
        (result.err().map(|e| step(&e)), drawn)
    }

    fn json(&self, proofs: &[Vec<u8>]) -> Value {
        json!({
            "tables": self.system.tables.iter().map(|t| table(t)).collect::<Vec<_>>(),
            "bits": self.level.bits(),
            "small": self.level.is_small(),
            "hiding": self.level.is_hiding(),
            "key": { "rows": self.key.key.rows, "root": hex(&self.key.key.root) },
            "statement": {
                "bytes": hex(&self.statement.bytes),
                "pushes": self.statement.pushes,
                "pulls": self.statement.pulls,
            },
            "proofs": proofs.iter().map(|p| hex(p)).collect::<Vec<_>>(),
        })
    }
}

/// A name of the step that rejected, the same as the model's.
fn step(e: &Error) -> String {
    match e {
        Error::Truncated(section) => format!("Truncated({section})"),
        Error::TooLarge { .. } => "TooLarge".into(),
        Error::TooManyRows { .. } => "TooManyRows".into(),
        other => format!("{other:?}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|b| [b >> 4, b & 15])
        .map(|d| char::from_digit(d.into(), 16).expect("a digit"))
        .collect()
}

fn table(t: &TableForms) -> Value {
    let messages =
        |m: &[dyad_rules::shape::Message]| m.iter().map(|m| json!([m.tag, m.words])).collect::<Vec<_>>();
    let term = |t: &Term| match t.take {
        Take::Shift(n) => json!([t.column, 0, n, t.mask]),
        Take::Bit(bit) => json!([t.column, 1, bit, t.mask]),
    };
    let form = |f: FormRef<'_>| json!([f.constant, f.terms.iter().map(term).collect::<Vec<_>>()]);
    json!({
        "name": t.name,
        "committed": t.committed,
        "fixed": t.fixed,
        "forms": t.forms.iter().map(form).collect::<Vec<_>>(),
        "ands": t.ands,
        "products": t.products,
        "pushes": messages(&t.pushes),
        "pulls": messages(&t.pulls),
    })
}

/// The proof itself, and proofs that differ from it: a bit of each section, at its start, in its middle
/// and at its end, cut short, and extended. Of large instances only the opening, where they differ from
/// small ones.
fn variants(proof: &dyad_prover::Proof, large: bool) -> Vec<Vec<u8>> {
    let mut out = vec![proof.bytes.clone()];
    let ends = proof.sections.iter().skip(1).map(|s| s.1).chain([proof.bytes.len()]);
    let skipped = if large { proof.sections.len() - 1 } else { 0 };
    for (start, end) in proof.sections.iter().map(|s| s.1).zip(ends).skip(skipped).filter(|(s, e)| s < e) {
        // The end may be a nonce of little work, which many others are as good as.
        let last = end.saturating_sub(9).max(start);
        for (at, bit) in [(start, 0), (usize::midpoint(start, end), 3), (last, 7)] {
            let mut bytes = proof.bytes.clone();
            bytes[at] ^= 1 << bit;
            out.push(bytes);
        }
        out.push(proof.bytes[..end - 1].to_vec());
    }
    out.push([&proof.bytes[..], &[0; 3]].concat());
    out
}

fn model(input: &Value) -> Vec<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../model/verify.py");
    let mut child = Command::new("python3")
        .arg(&script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("this test compares with {}, which needs python3: {e}", script.display()));
    let mut stdin = child.stdin.take().expect("a pipe");
    let text = input.to_string();
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let out = child.wait_with_output().expect("python3 runs");
    writer.join().expect("no panic").expect("python3 reads its input");
    assert!(out.status.success(), "the model failed");
    let results: Value = serde_json::from_slice(&out.stdout).expect("the model writes JSON");
    results.as_array().expect("a list").clone()
}

/// Compares the model with the verifier on proofs of each instance, the first of them honest and the others not.
/// Returns the steps that rejected.
fn compare(instances: &[Instance], proofs: &[Vec<Vec<u8>>]) -> BTreeSet<String> {
    let input: Vec<Value> = instances.iter().zip(proofs).map(|(i, p)| i.json(p)).collect();
    let mut results = model(&Value::from(input)).into_iter();
    let mut steps = BTreeSet::new();
    for (i, (instance, proofs)) in instances.iter().zip(proofs).enumerate() {
        for (n, proof) in proofs.iter().enumerate() {
            let found = results.next().expect("a result a proof");
            let (step, drawn) = instance.verify(proof);
            let other = found["challenges"].as_array().expect("a list");
            for (k, ((label, value), other)) in drawn.iter().zip(other).enumerate() {
                let other = (other[0].as_str(), other[1].as_str());
                let own = format!("{value:032x}");
                assert_eq!(other, (Some(*label), Some(&own[..])), "instance {i}, proof {n}: challenge {k}");
            }
            assert_eq!(drawn.len(), other.len(), "instance {i}, proof {n}: challenges drawn");
            assert_eq!(found["step"].as_str(), step.as_deref(), "instance {i}, proof {n}");
            assert_eq!(step.is_none(), n == 0, "instance {i}, proof {n}: {step:?}");
            steps.extend(step);
        }
    }
    assert!(results.next().is_none());
    steps
}

/// Everything that is special at small sizes: what other builds run too.
#[test]
fn small_instances() {
    let instances = [
        machine(0, 1),
        machine(5, 3),
        machine(1, 90),
        register(9),
        register(9).small(),
        machine(5, 3).level(Level::L128),
        machine_with_products(5, 3, 1),
        machine_with_products(1, 1, 12),
    ];
    let proofs: Vec<_> = instances.iter().map(|i| variants(&i.prove(), false)).collect();
    let steps = compare(&instances, &proofs);
    // The changes reach most steps; `attack::proof` reaches all.
    for name in
        ["PowerLayer(0)", "BusBalance", "AndCheck", "ColumnReduction", "RingSwitch", "TrailingBytes(3)"]
    {
        assert!(steps.contains(name), "{name} is not among {steps:?}");
    }
}

#[test]
fn hiding_instances() {
    let instances = [
        machine(0, 1).hiding(),
        machine(5, 3).hiding(),
        register(9).small().hiding(),
        machine(5, 3).level(Level::L128.hiding()),
        register(9).level(Level::L128_SMALL.hiding()),
        machine_with_products(5, 3, 9).hiding(),
        machine_with_products(1, 1, 1).level(Level::L128.hiding()),
    ];
    // Of most only the opening, where they differ.
    let proofs = instances.iter().enumerate().map(|(n, i)| variants(&i.prove(), n != 1));
    compare(&instances, &proofs.collect::<Vec<_>>());
}

#[test]
fn instances_with_several_rounds() {
    let instances = [
        machine(300, 5),
        machine(1100, 40),
        register(2500),
        machine(300, 5).small(),
        machine(300, 5).hiding(),
        machine(300, 5).level(Level::L128_SMALL),
    ];
    let proofs: Vec<_> = instances.iter().map(|i| variants(&i.prove(), true)).collect();
    compare(&instances, &proofs);
}

/// Two trees after the first ones; and a change that only the last round knows of.
#[test]
fn an_instance_with_two_trees() {
    let huge = machine(34_000, 40);
    let honest = huge.prove_fast().bytes;
    let mut changed = honest.clone();
    *changed.last_mut().expect("bytes") ^= 1;
    compare(&[huge], &[vec![honest, changed]]);
}
