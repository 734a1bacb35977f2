//! The examples, proved and verified through the command, and what must be refused.

mod common;

use std::fs;

use common::{Folder, built, hex, json, unhex};
use serde_json::Value;

/// A proof of an example's run, and its key, in files `proof` and `key` of a folder.
fn proved(example: &str, input: &[u8]) -> (Folder, Value) {
    let folder = Folder::new(example);
    let elf = built(example);
    let input = folder.write("in", input);
    folder.dyad(&["key", &elf, "-o", "key"]);
    let report = json(&folder.dyad(&["prove", &elf, "--input", &input, "-o", "proof", "--json"]));
    (folder, report)
}

/// Proves, verifies and compares.
fn check(example: &str, input: &[u8], output: &[u8], exit_code: u8) {
    let (folder, report) = proved(example, input);
    let hex = hex(output);
    assert_eq!((&report["output_hex"], &report["exit_code"]), (&hex.clone().into(), &exit_code.into()));
    for key in ["cycles", "execute_seconds", "prove_seconds", "khz", "threads", "peak_rss_bytes"] {
        assert!(report[key].as_f64().is_some_and(|number| number > 0.0), "{key}: {report}");
    }
    assert!(report["security_bits"].as_f64().unwrap() >= 100.0, "{report}");
    assert!(report["timings"].as_array().unwrap().len() >= 10, "{report}");
    let size = fs::metadata(folder.path("proof")).unwrap().len();
    assert_eq!(report["proof_bytes"], size);

    // Neither the program nor the input is needed, here nor for the caller.
    fs::remove_file(folder.path("in")).unwrap();
    let verified = json(&folder.dyad(&[
        "verify",
        "proof",
        "--key",
        "key",
        "--json",
        "--exit-code",
        &exit_code.to_string(),
    ]));
    assert_eq!((&verified["valid"], &verified["output_hex"]), (&true.into(), &hex.into()));
    assert_eq!((&verified["accepted"], &verified["exit_code"]), (&true.into(), &exit_code.into()));
    let other = (exit_code ^ 1).to_string();
    let refused = folder.try_dyad(&["verify", "proof", "--key", "key", "--json", "--exit-code", &other]);
    assert_eq!(refused.status.code(), Some(1));
    let refused: Value = serde_json::from_slice(&refused.stdout).unwrap();
    assert_eq!((&refused["valid"], &refused["accepted"]), (&true.into(), &false.into()));

    let inspected = json(&folder.dyad(&["inspect", "proof", "--key", "key", "--json"]));
    let lengths: u64 =
        inspected["sections"].as_array().unwrap().iter().map(|s| s["bytes"].as_u64().unwrap()).sum();
    assert_eq!(lengths, size);
}

/// Proofs hide unless they are asked not to, and say what they are.
#[test]
fn proofs_name_what_they_are() {
    let (folder, report) = proved("fibonacci", b"93");
    let (elf, input) = (built("fibonacci"), folder.write("in", b"93"));
    let flags = |v: &Value| (v["hiding"].as_bool(), v["small"].as_bool(), v["level"].as_u64());
    assert_eq!(flags(&report), (Some(true), Some(false), Some(100)));
    let inspect = |proof: &str| json(&folder.dyad(&["inspect", proof, "--json"]));
    assert_eq!(flags(&inspect("proof")), (Some(true), Some(false), Some(100)));
    let prove = ["prove", &elf, "--input", &input, "--transparent", "--small", "--json", "-o"];
    let high =
        json(&folder.dyad(&["prove", &elf, "--input", &input, "--level", "128", "--json", "-o", "high"]));
    for report in [&high, &inspect("high")] {
        assert_eq!(flags(report), (Some(true), Some(false), Some(128)));
    }
    assert!(high["security_bits"].as_f64().unwrap() >= 129.0, "{high}");
    folder.dyad(&["verify", "high", "--key", "key", "--level", "128"]);
    let usage = folder.try_dyad(&["prove", &elf, "--input", &input, "--level", "99"]);
    assert!(String::from_utf8(usage.stderr).unwrap().contains("[possible values: 100, 128]"));
    let [one, other] = ["one", "other"].map(|place| json(&folder.dyad(&[&prove[..], &[place]].concat())));
    for report in [&one, &other, &inspect("one")] {
        assert_eq!(flags(report), (Some(false), Some(true), Some(100)));
    }
    // In the clear, the same run gives the same bytes.
    assert_eq!(fs::read(folder.path("one")).unwrap(), fs::read(folder.path("other")).unwrap());
    let text = String::from_utf8(folder.dyad(&["prove", &elf, "--input", &input, "-o", "p"]).stdout).unwrap();
    assert!(text.contains("level 100; hides all but the numbers of rows"), "{text}");

    // A verifier says what it accepts, and may ask for more than a proof has.
    let accepted = json(&folder.dyad(&["verify", "proof", "--key", "key", "--level", "100", "--json"]));
    assert_eq!(flags(&accepted), (Some(true), Some(false), Some(100)));
    assert_eq!(accepted["reason"], Value::Null);
    let more = ["verify", "proof", "--key", "key", "--level", "128"];
    let refused = folder.try_dyad(&more);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("of level 100, and at least 128 is asked for"), "{said}");
    let refused = json(&folder.try_dyad(&[&more[..], &["--json"]].concat()));
    let told = |v: &Value| (v["valid"].clone(), v["accepted"].clone(), v["reason"].clone());
    assert_eq!(told(&refused), (Value::Null, false.into(), "level".into()));
    let usage = folder.try_dyad(&["verify", "proof", "--key", "key", "--level", "101"]);
    assert_eq!(usage.status.code(), Some(2));

    // A key of other rules is the key's matter.
    let mut old = fs::read(folder.path("key")).unwrap();
    old[20] ^= 1;
    fs::write(folder.path("old"), old).unwrap();
    let refused = json(&folder.try_dyad(&["verify", "proof", "--key", "old", "--json"]));
    assert_eq!(told(&refused), (Value::Null, false.into(), "key".into()));
    assert!(refused["error"].as_str().unwrap().starts_with("old: this key"), "{refused}");
    assert_eq!(json(&folder.dyad(&["inspect", "old", "--json"]))["current"], false);
    assert_eq!(json(&folder.dyad(&["inspect", "key", "--json"]))["current"], true);
}

#[test]
fn fibonacci_is_proved() {
    check("fibonacci", b"93", b"12200160415121876738", 0);
}

#[test]
fn a_proof_that_takes_too_much_memory_is_refused() {
    let (folder, report) = proved("fibonacci", b"93");
    let (elf, input) = (built("fibonacci"), folder.write("in", b"93"));
    let run = json(&folder.dyad(&["run", &elf, "--input", &input, "--json"]));
    let expected = report["expected_memory_bytes"].as_u64().unwrap();
    assert!(
        expected > 1_000_000 && run["proof_memory_bytes"].as_u64().unwrap() > 1_000_000,
        "{report} {run}"
    );
    folder.dyad(&["prove", &elf, "--input", &input, "-o", "again", "--memory", "1GiB"]);
    let refused = folder.try_dyad(&["prove", &elf, "--input", &input, "-o", "refused", "--memory", "1M"]);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("of memory, more than the 1 MB allowed"), "{said}");
    assert!(!fs::exists(folder.path("refused")).unwrap());
}

#[test]
fn timings_are_compared_with_a_floor() {
    let folder = Folder::new("floor");
    let (elf, input) = (built("fibonacci"), folder.write("in", b"93"));
    let kinds = ["products", "encoded", "hashed", "mapped", "summed", "skipped", "moved", "fresh"];
    let floor = |threads: u64, each: f64| -> Value {
        let each = kinds.iter().map(|kind| ((*kind).to_owned(), Value::from(each)));
        [("threads".to_owned(), threads.into())].into_iter().chain(each).collect()
    };
    let floors = Value::Array(vec![floor(1, 1.0), floor(2, 1e-9)]);
    folder.write("floor", floors.to_string().as_bytes());
    let prove = |more: &[&str]| {
        let common = ["prove", &elf, "--input", &input, "-o", "proof", "--floor", "floor"];
        folder.try_dyad(&[&common, more].concat())
    };
    let report = json(&prove(&["--threads", "2", "--json"]));
    for step in report["timings"].as_array().unwrap() {
        let costs = kinds.iter().map(|kind| step["cost"][kind].as_f64().unwrap());
        let (moved, fresh) =
            (step["cost"]["moved"].as_f64().unwrap(), step["cost"]["fresh"].as_f64().unwrap());
        let arithmetic = costs.sum::<f64>() - moved - fresh;
        let least = step["floor_seconds"].as_f64().unwrap();
        assert!((least - (arithmetic.max(moved) + fresh) * 1e-9).abs() <= 1e-12 * least, "{step}");
    }
    let text = String::from_utf8(prove(&["--threads", "2"]).stdout).unwrap();
    assert!(text.contains("ratio") && text.contains("bus products"), "{text}");
    let unknown = prove(&["--threads", "3"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8(unknown.stderr).unwrap().contains("for 1 and 2 threads, not for 3"));
}

#[test]
fn sha256_is_proved() {
    let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    check("sha256", b"abc", &unhex(digest), 0);
}

#[test]
fn json_is_proved() {
    check("json", br#"{"age": 36, "name": "Ada \u00e9"}"#, "Ada é".as_bytes(), 0);
}

#[test]
fn a_failed_run_is_proved_as_one() {
    let (folder, report) = proved("fibonacci", b"many");
    assert_eq!(report["exit_code"], 1);
    let refused = folder.try_dyad(&["verify", "proof", "--key", "key"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("exited with code 1, not 0"));
    assert!(folder.try_dyad(&["verify", "proof", "--key", "key", "--exit-code", "1"]).status.success());
}

#[test]
fn what_does_not_hold_is_refused() {
    let (folder, _) = proved("fibonacci", b"50");
    let proof = fs::read(folder.path("proof")).unwrap();
    folder.dyad(&["key", &built("json"), "-o", "other.key"]);
    let refused = |arguments: &[&str], message: &str| {
        let output = folder.try_dyad(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.contains(message) && said.lines().count() == 1, "{arguments:?}: {said}");
        assert!(!fs::exists(folder.path("out")).unwrap());
    };
    refused(&["verify", "proof", "--key", "other.key", "--output", "out"], "another program");
    refused(&["verify", "key", "--key", "key", "--output", "out"], "not a Dyad proof");
    refused(&["verify", "proof", "--key", "proof", "--output", "out"], "not a Dyad verifying key");
    for (name, bytes) in [
        ("short", proof[..proof.len() - 1].to_vec()),
        ("long", [&proof[..], &[0]].concat()),
        (
            "changed",
            [&proof[..proof.len() / 2], &[proof[proof.len() / 2] ^ 1], &proof[proof.len() / 2 + 1..]]
                .concat(),
        ),
        ("empty", Vec::new()),
    ] {
        folder.write(name, &bytes);
        refused(&["verify", name, "--key", "key", "--output", "out"], name);
    }
    // Another output, in the proof's head.
    let at = proof.windows(11).position(|window| window == b"12586269025").unwrap();
    let mut forged = proof.clone();
    forged[at] = b'2';
    folder.write("forged", &forged);
    refused(&["verify", "forged", "--key", "key", "--output", "out"], "forged: the proof is not valid");

    assert!(folder.try_dyad(&["verify", "proof", "--key", "key", "--output", "out"]).status.success());
    assert_eq!(fs::read(folder.path("out")).unwrap(), b"12586269025");
}
