//! `dyad verify`: whether a proof holds, and what it proves.

use std::time::Instant;

use dyad::{Proof, VerifyingKey};
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
    let result = VerifyingKey::from_bytes(&key)
        .map_err(|error| bad(format_args!("{}: {error}", args.key.display())))
        .and_then(|key| {
            let verified = Proof::from_bytes(&proof)
                .map_err(dyad::Error::from)
                .and_then(|proof| dyad::verify_at(&key, &proof, args.level));
            verified.map_err(|error| bad(format_args!("{}: {error}", args.proof.display())))
        });
    let seconds = start.elapsed().as_secs_f64();
    let verified = match result {
        Ok(verified) => verified,
        Err(failure) => {
            if args.json {
                let error = failure.to_string();
                report::print_json(&json!({"valid": false, "accepted": false, "error": error}));
            }
            return Err(failure);
        }
    };

    let accepted = verified.exit_code == args.exit_code;
    if args.json {
        report::print_json(&json!({
            "valid": true,
            "accepted": accepted,
            "exit_code": verified.exit_code,
            "output_hex": hex(&verified.output),
            "security_bits": verified.security_bits,
            "proof_bytes": proof.len(),
            "seconds": seconds,
        }));
    } else {
        if let Some(path) = &args.output {
            files::write(path, &verified.output)?;
        }
        Report::default()
            .title(format_args!("{} is valid", args.proof.display()))
            .fact("output", value(&verified.output))
            .fact("exit code", verified.exit_code)
            .fact("security", format_args!("{:.1} bits", verified.security_bits))
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
