//! Names and source lines.

use dyad_program::testing::{CODE, Elf, asm};
use dyad_program::{Lines, Location, Program};

fn load(elf: &Elf) -> Program {
    Program::from_elf(&elf.build()).expect("loads")
}

fn code() -> Elf {
    Elf::new(CODE).code(CODE, &[asm::nop(); 16])
}

#[test]
fn addresses_get_the_name_of_their_function() {
    let p = load(
        &code()
            .symbol("_start", CODE, 0)
            .symbol("_ZN4core9panicking5panic17h0123456789abcdefE", CODE + 16, 32)
            .symbol(".Llocal", CODE + 20, 0)
            .symbol("$x", CODE + 20, 0)
            .symbol("inside", CODE + 24, 0),
    );
    let symbols = p.symbols();
    assert_eq!(symbols.symbol(CODE - 4), None);
    assert_eq!(symbols.symbol(CODE + 4), Some(("_start".into(), 4)));
    assert_eq!(symbols.symbol(CODE + 16), Some(("core::panicking::panic".into(), 0)));
    assert_eq!(symbols.symbol(CODE + 28), Some(("core::panicking::panic".into(), 12)));
    assert_eq!(symbols.symbol(CODE + 60), Some(("inside".into(), 36)));
    assert_eq!(symbols.location(CODE + 28).to_string(), "core::panicking::panic+0xc");
}

#[test]
fn addresses_get_the_name_of_their_variable_or_section() {
    let elf = code().data_section(".rodata", 0x2_0000, &[0; 64]).variable("_ZN1a5TABLEE", 0x2_0010, 16);
    let p = load(&elf.symbol("main", CODE, 64));
    let symbols = p.symbols();
    let cases =
        [(0x2_0010, "a::TABLE"), (0x2_001f, "a::TABLE+0xf"), (0x2_0020, ".rodata"), (0x2_003f, ".rodata")];
    for (address, name) in cases {
        assert_eq!(symbols.data(address).as_deref(), Some(name));
    }
    assert_eq!(symbols.data(0x2_0040), None);
    assert_eq!(symbols.data(0), None);
    assert_eq!(symbols.symbol(CODE + 4), Some(("main".into(), 4)));
}

#[test]
fn a_file_without_symbols_says_so() {
    let p = load(&code());
    assert_eq!(p.symbols().location(CODE), Location::default());
    assert_eq!(p.symbols().location(CODE).to_string(), "unknown function");
}

#[test]
fn names_stay_on_their_line() {
    let p = load(&code().symbol("ma\nin\u{1b}[31m", CODE, 64));
    assert_eq!(p.symbols().location(CODE).to_string(), "ma\u{fffd}in\u{fffd}[31m");
}

/// DWARF 4 for one unit, whose first two instructions are line 7 of `main.rs`, the others line 9.
fn dwarf() -> [(&'static str, Vec<u8>); 3] {
    let sized = |body: Vec<u8>| [(body.len() as u32).to_le_bytes().to_vec(), body].concat();
    // One kind of entry: compile unit without children; stmt_list, low_pc, high_pc.
    let abbrev = vec![1, 0x11, 0, 0x10, 0x17, 0x11, 0x01, 0x12, 0x07, 0, 0, 0];
    let mut info = vec![4, 0, 0, 0, 0, 0, 8, 1, 0, 0, 0, 0];
    info.extend(CODE.to_le_bytes());
    info.extend(64u64.to_le_bytes());
    // Minimum length 1, one operation, is_stmt, line base 0, line range 1, opcode base 10.
    let mut header = vec![1, 1, 1, 0, 1, 10, 0, 1, 1, 1, 1, 0, 0, 0, 1];
    header.extend(b"\0main.rs\0\0\0\0\0");
    let mut line = vec![4, 0];
    line.extend((header.len() as u32).to_le_bytes());
    line.extend(header);
    line.extend([0, 9, 2]);
    line.extend(CODE.to_le_bytes());
    // Lines + 6, row; address + 8, lines + 2, row; address + 56, end.
    line.extend([3, 6, 1, 2, 8, 3, 2, 1, 2, 56, 0, 1, 1]);
    [(".debug_abbrev", abbrev), (".debug_info", sized(info)), (".debug_line", sized(line))]
}

#[test]
fn addresses_get_their_source_lines() {
    let elf =
        dwarf().iter().fold(code().symbol("main", CODE, 64), |elf, (name, bytes)| elf.section(name, bytes));
    let p = load(&elf);
    let text = |offset| p.symbols().location(CODE + offset).to_string();
    assert_eq!(text(0), "main at main.rs:7");
    assert_eq!(text(4), "main+0x4 at main.rs:7");
    assert_eq!(text(8), "main+0x8 at main.rs:9");
    assert_eq!(text(60), "main+0x3c at main.rs:9");
}

#[test]
fn code_gets_the_lines_that_it_comes_from() {
    let elf =
        dwarf().iter().fold(code().symbol("main", CODE, 64), |elf, (name, bytes)| elf.section(name, bytes));
    let p = load(&elf);
    let lines = |offsets: &[u64]| p.symbols().lines(offsets.iter().map(|offset| CODE + offset));
    let of =
        |first, last, addresses| Lines { function: None, file: "main.rs".into(), first, last, addresses };
    assert_eq!(lines(&[0]), [of(7, 7, 1)]);
    assert_eq!(lines(&[8, 4, 12]), [of(7, 9, 3)]);
    // Of what is outside nothing is known.
    assert_eq!(lines(&[100, 0]), [of(7, 7, 1)]);
    assert_eq!(load(&code()).symbols().lines([CODE]), []);
}

#[test]
fn broken_debug_information_is_left_out() {
    for (section, _) in dwarf() {
        for junk in [vec![0xff; 40], vec![1], Vec::new()] {
            let elf = dwarf().iter().fold(code().symbol("main", CODE, 64), |elf, (name, bytes)| {
                elf.section(name, if *name == section { &junk } else { bytes })
            });
            assert_eq!(load(&elf).symbols().location(CODE).line, None, "{section}");
        }
    }
}
