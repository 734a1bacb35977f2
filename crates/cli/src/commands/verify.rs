//! `dyad verify`: whether a proof holds, and what it proves.

use std::time::Instant;

use dyad::{Proof, Verified, VerifyingKey};
use serde_json::json;

use crate::{
    args::Verify,
    failure::{Failure, bad},
    files,
    report::{self, Report, hex, time, value},
};

pub fn run(args: &Verify) -> Result<(), Failure> {
    files::check_place(args.output.as_deref())?;
    let key = files::read(&args.key)?;
    let proof = files::read(&args.proof)?;
    let start = Instant::now();
    let result = check(&key, &proof, args.level);
    let seconds = start.elapsed().as_secs_f64();
    let verified = match result {
        Ok(verified) => verified,
        Err(error) => {
            let file = if error.is_of_key() { &args.key } else { &args.proof };
            let failure = bad(format_args!("{}: {}", file.display(), error.error));
            if args.json {
                let (error, reason) = (failure.to_string(), error.reason());
                // A proof that was not checked may be valid.
                let valid = if reason == "invalid" { Some(false) } else { None };
                report::print_json(
                    &json!({"valid": valid, "accepted": false, "reason": reason, "error": error}),
                );
            }
            return Err(failure);
        }
    };

    let accepted = verified.exit_code == args.exit_code;
    if args.json {
        let mut object = json!({
            "valid": true,
            "accepted": accepted,
            "reason": if accepted { None } else { Some("exit code") },
            "exit_code": verified.exit_code,
            "output_hex": hex(&verified.output),
            "security_bits": verified.security_bits,
            "proof_bytes": proof.len(),
            "seconds": seconds,
        });
        report::add_level(&mut object, Some(verified.level));
        report::print_json(&object);
    } else {
        if let Some(path) = &args.output {
            files::write(path, &verified.output)?;
        }
        Report::default()
            .title(format_args!("{} is valid", args.proof.display()))
            .fact("output", value(&verified.output))
            .fact("exit code", verified.exit_code)
            .fact("level", report::level(verified.level))
            .fact("security", format_args!("{:.1} bits at least in each move", verified.security_bits))
            .fact("time", time(seconds))
            .print(files::fills_stdout(args.output.as_deref()));
    }
    if accepted {
        return Ok(());
    }
    Err(Failure::Exited(format!(
        "the proof is valid, but of a run that exited with code {0}, not {1}; --exit-code {0} accepts it",
        verified.exit_code, args.exit_code
    )))
}

/// Why a proof is not accepted.
struct Rejection {
    error: dyad::Error,
    /// Whether the key could not be read.
    key: bool,
}

impl Rejection {
    /// Whether it is the key's file that is to blame.
    fn is_of_key(&self) -> bool {
        self.key || matches!(self.error, dyad::Error::Proof(dyad::ProofError::OtherRules))
    }

    /// One word or two for machines: what the matter is with, where it is not the proof that is invalid.
    fn reason(&self) -> &'static str {
        use dyad::ProofError::{Invalid, NotOne, OtherKey, OtherRules, Version};
        match &self.error {
            _ if self.is_of_key() => "key",
            dyad::Error::Proof(OtherKey { .. } | OtherRules) => "key",
            dyad::Error::Proof(NotOne(_) | Version { .. }) => "file",
            dyad::Error::Level { .. }
            | dyad::Error::Proof(Invalid(dyad::VerifierError::UnsupportedLevel(_))) => "level",
            _ => "invalid",
        }
    }
}

fn check(key: &[u8], proof: &[u8], level: u32) -> Result<Verified, Rejection> {
    let key = VerifyingKey::from_bytes(key).map_err(|error| Rejection { error: error.into(), key: true })?;
    let proof = Proof::from_bytes(proof).map_err(dyad::Error::from);
    proof
        .and_then(|proof| dyad::verify_at(&key, &proof, level))
        .map_err(|error| Rejection { error, key: false })
}
