//! The examples, built from source: what they give here, under `qemu-riscv64`, and as it must be.

mod common;

use std::{
    fs::{self, File},
    path::PathBuf,
    process::{Command, Stdio},
};

use common::{Folder, built, hex, json, unhex};

/// Runs an example on `input`, here and under qemu; both must give this output and exit code.
fn check(example: &str, input: &[u8], output: &[u8], exit_code: u8) {
    check_elf(&built(example), input, output, exit_code);
}

fn check_elf(elf: &str, input: &[u8], output: &[u8], exit_code: u8) {
    let folder = Folder::new("check");
    let input_file = folder.write("in", input);

    let run = json(&folder.dyad(&["run", elf, "--input", &input_file, "--json"]));
    let hex = hex(output);
    assert_eq!(run["output_hex"], hex, "{elf} on {input:?}");
    assert_eq!(run["exit_code"], exit_code, "{elf} on {input:?}");

    let qemu = Command::new("qemu-riscv64")
        .arg(elf)
        .stdin(File::open(&input_file).unwrap())
        .stdout(Stdio::piped())
        .output()
        .expect("qemu-riscv64 can be run: install qemu-user");
    assert_eq!(qemu.stdout, output, "{elf} on {input:?} under qemu");
    assert_eq!(qemu.status.code(), Some(exit_code.into()), "{elf} on {input:?} under qemu");
    let diagnostics = run["diagnostics"].as_str().unwrap();
    assert_eq!(String::from_utf8(qemu.stderr).unwrap(), diagnostics);
}

#[test]
fn fibonacci() {
    check("fibonacci", b"0", b"0", 0);
    check("fibonacci", b"93\n", b"12200160415121876738", 0);
    check("fibonacci", b"many", b"", 1);
}

#[test]
fn sha256() {
    // FIPS 180-4's examples, and a message that fills its blocks.
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    check("sha256", b"abc", &unhex(abc), 0);
    let two_blocks = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    let its = "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1";
    check("sha256", two_blocks, &unhex(its), 0);
    let million = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
    check("sha256", &vec![b'a'; 1_000_000], &unhex(million), 0);
}

#[test]
fn json_documents() {
    check("json", br#"{"age": 36, "name": "Ada \u00e9"}"#, "Ada é".as_bytes(), 0);
    check("json", br#"{"name": [1.5, -2e-3, null]}"#, b"[1.5,-0.002,null]", 0);
    check("json", br#"{"name": "Ada""#, b"", 1);
    check("json", b"", b"", 1);
}

#[test]
fn sorting_and_loops() {
    check("sort", b"pear\napple\n\nfig", b"\napple\nfig\npear\n", 0);
    check("loops", b"0", &0x9e37_79b9_7f4a_7c15u64.to_le_bytes(), 0);
    check("loops", b"", b"", 1);
}

#[test]
fn one_instruction_in_13_multiplies() {
    let elf = built("multiply");
    check_elf(&elf, b"0", &0x9e37_79b9_7f4a_7c15u64.to_le_bytes(), 0);
    let folder = Folder::new("multiply");
    let turns = |n: &[u8]| {
        let run = json(&folder.dyad(&["run", &elf, "--input", &folder.write("in", n), "--json"]));
        let tables = run["tables"].as_array().unwrap();
        let multiply =
            tables.iter().find(|t| t["name"] == "multiply").map_or(0, |t| t["rows"].as_u64().unwrap());
        (run["cycles"].as_u64().unwrap(), multiply)
    };
    // As many digits, so that nothing else differs.
    let (few, many) = (turns(b"1000"), turns(b"9000"));
    assert_eq!((many.0 - few.0, many.1 - few.1), (13 * 8000, 8000));
}

#[test]
fn a_panic_is_exit_code_101_and_a_full_heap_says_so() {
    let folder = Folder::new("panics");
    let project = folder.path("grow");
    folder.dyad(&["new", &project]);
    let main = format!("{project}/src/main.rs");
    let source = r#"
        #![cfg_attr(target_os = "none", no_std, no_main)]
        extern crate alloc;
        dyad_guest::entry!(grow);
        fn grow() {
            let wish = dyad_guest::read_input().len();
            if wish == 0 {
                panic!("no {}", "input");
            }
            if wish == 1 {
                let wild = core::hint::black_box(16 as *mut u8);
                unsafe { wild.write_volatile(1) };
            }
            let mut zeroed = alloc::vec![0u8; wish << 20];
            zeroed[wish] = 7;
            dyad_guest::write_output(&zeroed[wish..][..2]);
        }
    "#;
    fs::write(&main, source).unwrap();
    let elf = folder.path("grow.elf");
    let guests = common::guests();
    folder.dyad(&["build", &project, "-q", "-o", &elf, "--target-dir", &guests]);

    let run = |megabytes: usize| {
        let input = folder.write("in", &vec![0; megabytes]);
        json(&folder.dyad(&["run", &elf, "--input", &input, "--json"]))
    };
    let empty = run(0);
    assert_eq!(empty["exit_code"], 101);
    assert!(empty["diagnostics"].as_str().unwrap().contains("no input"), "{empty}");

    // The store is in code of the standard library, which stands inlined: its caller is named.
    let input = folder.write("in", &[0]);
    let wild = folder.try_dyad(&["run", &elf, "--input", &input]);
    let said = String::from_utf8(wild.stderr).unwrap();
    assert!(said.contains("a store at 0x10, outside memory (a null pointer?)"), "{said}");
    assert!(said.contains(", called at ") && said.contains("src/main.rs:12"), "{said}");

    // Memory starts as zero, so this costs next to nothing.
    let fits = run(200);
    assert_eq!((&fits["exit_code"], &fits["output_hex"]), (&0.into(), &"0700".into()));
    assert!(fits["cycles"].as_u64().unwrap() < 10_000, "{fits}");

    let full = run(300);
    assert_eq!(full["exit_code"], 101);
    assert!(full["diagnostics"].as_str().unwrap().contains("[package.metadata.dyad]"), "{full}");
}

#[test]
fn a_full_stack_traps() {
    let folder = Folder::new("stack");
    let project = folder.path("deep");
    folder.dyad(&["new", &project]);
    let source = r#"
        #![cfg_attr(target_os = "none", no_std, no_main)]
        dyad_guest::entry!(start);
        fn start() {
            dyad_guest::write_output(&[deep(dyad_guest::read_input().len() as u64) as u8]);
        }
        fn deep(n: u64) -> u64 {
            let here = core::hint::black_box([n; 64]);
            here[(n % 64) as usize] + core::hint::black_box(deep(n + 1))
        }
    "#;
    fs::write(format!("{project}/src/main.rs"), source).unwrap();
    let elf = folder.path("deep.elf");
    let guests = common::guests();
    folder.dyad(&["build", &project, "-q", "-o", &elf, "--target-dir", &guests]);
    // The guard: code, at least a page of it, right below the stack.
    let inspected = json(&folder.dyad(&["inspect", &elf, "--json"]));
    let segments = inspected["segments"].as_array().unwrap();
    let stack = segments.iter().position(|s| s["access"] == "read, write").unwrap();
    let number = |s: usize, key: &str| segments[s][key].as_u64().unwrap();
    let (start, bytes) = (number(stack - 1, "address"), number(stack - 1, "bytes"));
    assert!(segments[stack - 1]["access"] == "read, execute" && bytes >= 4096, "{inspected}");
    assert_eq!(number(stack, "address"), (start + bytes).next_multiple_of(4096), "{inspected}");

    let run = folder.try_dyad(&["run", &elf]);
    let said = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(1), "{said}");
    for part in ["stack overflow", "read-only", "deep::deep", "`stack` in [package.metadata.dyad]"] {
        assert!(said.contains(part), "{said}");
    }
}

/// Makes an ELF file of a source in C as the example is made, with more flags; none where there is no
/// compiler.
fn made(folder: &Folder, source: &str, flags: &str) -> Option<String> {
    if Command::new("riscv64-unknown-elf-gcc").arg("--version").output().is_err() {
        eprintln!("left out: riscv64-unknown-elf-gcc is not installed");
        return None;
    }
    let project = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/c-hello");
    let elf = folder.path("made.elf");
    let arguments = [format!("ELF={elf}"), format!("SOURCE={source}"), format!("EXTRA={flags}")];
    let make = Command::new("make").args(["-s", "-B", "-C", project]).args(arguments).output().unwrap();
    assert!(make.status.success(), "{}", String::from_utf8_lossy(&make.stderr));
    Some(elf)
}

#[test]
fn c() {
    let folder = Folder::new("c");
    let Some(elf) = made(&folder, "hello.c", "") else { return };
    check_elf(&elf, b"Ada\n", b"Hello, Ada!\n", 0);
    check_elf(&elf, b"", b"", 1);
}

#[test]
fn thread_local_variables_of_c() {
    let folder = Folder::new("locals");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/c/locals.c");
    // Both linkers that the script is for: Rust brings one of them.
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let sysroot = Command::new(rustc).args(["--print", "sysroot"]).output().unwrap().stdout;
    let libraries = PathBuf::from(String::from_utf8(sysroot).unwrap().trim()).join("lib/rustlib");
    let mut folders = fs::read_dir(libraries).into_iter().flatten().flatten();
    let lld = folders.find_map(|f| Some(f.path().join("bin/gcc-ld")).filter(|p| p.join("ld.lld").exists()));
    let lld = lld.map(|lld| format!("-fuse-ld=lld -B{}", lld.display()));
    if lld.is_none() {
        eprintln!("left out: this Rust has no LLD");
    }
    for flags in ["", "-O0", "-flto"].map(String::from).into_iter().chain(lld) {
        let Some(elf) = made(&folder, source, &flags) else { return };
        check_elf(&elf, b"", b"fine\n", 0);
    }
}
