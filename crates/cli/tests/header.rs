//! What the command says of ELF files that were built for a machine with floating point.

mod common;

use common::{Folder, json};
use dyad_program::testing::{CODE, Elf, asm::*};

const FLD: u32 = 0x0005_3507;

/// A program for RV64GC and lp64d that loads a floating-point number if its input is not empty.
fn program() -> Vec<u8> {
    let read = [syscall(63, 0, 0x10_0000, 1), vec![beq(A0, ZERO, 8), FLD]].concat();
    let code = [read, exit(0)].concat();
    let elf = Elf::new(CODE).code(CODE, &code).bss(0x10_0000, 8).flags(5);
    elf.code_section(".text", CODE, &code).symbol("main", CODE, 4 * code.len() as u64).build()
}

#[test]
fn inspect_tells_it_by_its_header_and_its_first_unknown_instruction() {
    let folder = Folder::new("header");
    folder.write("elf", &program());
    let text = String::from_utf8(folder.dyad(&["inspect", "elf"]).stdout).unwrap();
    for part in
        ["compressed instructions, double-float ABI (e_flags 0x5)", "0x00053507 is not an", "in main+"]
    {
        assert!(text.contains(part), "{text}");
    }
    let header = json(&folder.dyad(&["inspect", "elf", "--json"]))["header"].clone();
    assert_eq!((&header["e_flags"], &header["compressed"]), (&5.into(), &true.into()));
    assert_eq!(
        (&header["float_abi"], &header["first_unknown"]["code"]),
        (&"double-float".into(), &FLD.into())
    );
    assert!(header["first_unknown"]["cause"].as_str().unwrap().contains("soft floats"), "{header}");

    folder.write("plain", &Elf::new(CODE).code(CODE, &exit(0)).code_section(".text", CODE, &exit(0)).build());
    let text = String::from_utf8(folder.dyad(&["inspect", "plain"]).stdout).unwrap();
    assert!(text.contains("no compressed instructions, soft-float ABI (e_flags 0x0)"), "{text}");
    assert!(!text.contains("first unknown"), "{text}");
    assert!(json(&folder.dyad(&["inspect", "plain", "--json"]))["header"]["first_unknown"].is_null());
}

#[test]
fn key_and_prove_warn_and_the_trap_explains() {
    let folder = Folder::new("warned");
    folder.write("elf", &program());
    folder.write("in", b"x");
    // The header decides nothing: a run that comes to no such instruction is proved.
    for command in [&["key", "elf", "-o", "key"][..], &["prove", "elf", "-o", "proof"]] {
        let said = String::from_utf8(folder.dyad(command).stderr).unwrap();
        assert!(said.starts_with("warning: elf: the file was built for the double-float ABI"), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
    assert!(folder.dyad(&["verify", "proof", "--key", "key"]).stderr.is_empty());
    // A run that ends well needs no warning.
    assert!(folder.dyad(&["run", "elf"]).stderr.is_empty());
    let run = folder.try_dyad(&["run", "elf", "--input", "in"]);
    let said = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(1));
    assert!(said.starts_with("warning: elf: the file was built for the double-float ABI"), "{said}");
    assert!(said.contains("the ELF file was built for it, for the double-float ABI"), "{said}");
}
