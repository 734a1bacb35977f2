//! What the header and the sections of an ELF file say.

use dyad_program::testing::{CODE, Elf, asm::*};
use dyad_program::{FloatAbi, Program, UNIMP};

const FADD_D: u32 = 0x02c5_8553;

fn load(elf: &Elf) -> Program {
    Program::from_elf(&elf.build()).expect("loads")
}

#[test]
fn flags_are_read_and_decide_nothing() {
    let code = Elf::new(CODE).code(CODE, &exit(0));
    let plain = load(&code);
    for (bits, compressed, abi, name) in [
        (0, false, FloatAbi::Soft, "soft-float"),
        (1, true, FloatAbi::Soft, "soft-float"),
        (2, false, FloatAbi::Single, "single-float"),
        (5, true, FloatAbi::Double, "double-float"),
        (6, false, FloatAbi::Quad, "quad-float"),
        (u32::MAX, true, FloatAbi::Quad, "quad-float"),
    ] {
        let program = load(&code.clone().flags(bits));
        let flags = program.flags();
        assert_eq!((flags.bits, flags.compressed, flags.float_abi), (bits, compressed, abi));
        assert_eq!(flags.float_abi.to_string(), name);
        assert_eq!(program.digest(), plain.digest());
    }
}

#[test]
fn the_first_unknown_instruction_of_executable_sections() {
    let words = [nop(), 0, UNIMP, nop(), FADD_D, 0xffff_ffff];
    let elf = Elf::new(CODE).code(CODE, &words);
    // Without sections nobody knows what is code.
    assert_eq!(load(&elf).first_unknown(), None);
    assert_eq!(load(&elf.clone().section(".text", b"no code")).first_unknown(), None);
    let text = elf.clone().code_section(".text", CODE, &words);
    assert_eq!(load(&text).first_unknown(), Some((CODE + 16, FADD_D)));
    // The section of the lowest address comes first.
    let before = text.clone().code_section(".init", CODE - 8, &[nop(), 0x2000_0001]);
    assert_eq!(load(&before).first_unknown(), Some((CODE - 2, 0x2000)));
    // Addresses of sections may be anything.
    let high = elf.code_section(".text", u64::MAX - 1, &[0, 0]);
    assert_eq!(load(&high).first_unknown(), None);
    // An instruction is taken as a whole: its second half is none.
    let whole = Elf::new(CODE).code(CODE, &words).code_section(".text", CODE, &[lui(1, 0x2000 << 4)]);
    assert_eq!(load(&whole).first_unknown(), None);
}
