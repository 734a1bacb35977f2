//! What unknown code usually comes from, and what to do about it.

use dyad_machine::compressed::is_compressed;
use dyad_program::UNIMP;

/// Whether unknown code is a floating-point instruction.
pub(crate) fn is_of_floats(code: u32) -> bool {
    if is_compressed(code as u16) {
        return matches!((code & 3, code >> 13), (0 | 2, 1 | 5));
    }
    match code & 0x7f {
        0x43 | 0x47 | 0x4b | 0x4f | 0x53 => true,
        0x07 | 0x27 => (1..=4).contains(&(code >> 12 & 7)),
        _ => false,
    }
}

/// Extensions that compilers and libraries have code for and the machine lacks: the bits of their
/// instructions that are fixed, what these are, and the name. The first that fits counts.
const EXTENSIONS: &[(u32, u32, &str)] = &[
    // Halfwords.
    (0xf003, 0x8000, "Zcb"),
    (0xfc63, 0x9c41, "Zcb"),
    (0xfc63, 0x9c61, "Zcb"),
    (0xf8ff, 0x6081, "Zcmop"),
    // Words.
    (0xf800_707f, 0x2800_202f, "Zacas"),
    (0xf800_707f, 0x2800_302f, "Zacas"),
    (0xf800_707f, 0x2800_402f, "Zacas"),
    (0x0000_607f, 0x0000_002f, "Zabha"),
    (0xfff0_7fff, 0x0000_200f, "Zicbom"),
    (0xfff0_7fff, 0x0010_200f, "Zicbom"),
    (0xfff0_7fff, 0x0020_200f, "Zicbom"),
    (0xfff0_7fff, 0x0040_200f, "Zicboz"),
    (0xffff_ffff, 0x00d0_0073, "Zawrs"),
    (0xffff_ffff, 0x01d0_0073, "Zawrs"),
    (0xb3c0_707f, 0x81c0_4073, "Zimop"),
    (0xb200_707f, 0x8200_4073, "Zimop"),
    (0xfe00_507f, 0x0a00_1033, "Zbc"),
    (0xfe00_707f, 0x0a00_2033, "Zbc"),
    (0xfe00_707f, 0x2800_2033, "Zbkx"),
    (0xfe00_707f, 0x2800_4033, "Zbkx"),
];

/// The name of the extension that unknown code belongs to, if it is one of [`EXTENSIONS`].
fn extension(code: u32) -> Option<&'static str> {
    let halves = is_compressed(code as u16);
    let fits = |&&(mask, value, _): &&(u32, u32, &str)| {
        is_compressed(value as u16) == halves && code & mask == value
    };
    EXTENSIONS.iter().find(fits).map(|e| e.2)
}

/// What unknown code usually comes from, and what to do about it.
pub(crate) fn hint(code: u32) -> String {
    if code == 0 || code == u32::MAX {
        return ": control ran into data or padding".into();
    }
    if let Some(name) = extension(code) {
        return format!(": of the extension {name}, which the machine lacks; build without it");
    }
    if is_of_floats(code) {
        let what = "a floating-point instruction; build with soft floats, without the extensions F and D";
        return format!(": {what}");
    }
    if is_compressed(code as u16) {
        return String::new();
    }
    let funct3 = code >> 12 & 7;
    let what = match code & 0x7f {
        0x07 | 0x27 | 0x57 => "a vector instruction; build without the extension V",
        0x0f if funct3 == 1 => "FENCE.I; code cannot change here, so leave it out",
        0x73 if code == UNIMP => {
            "`unimp`, which compilers put where a program cannot come; it aborted, or ran past a function's end"
        }
        0x73 if funct3 & 3 != 0 => return register(code >> 20),
        0x73 => "a privileged instruction; there is machine mode only, without interrupts",
        0x13 | 0x1b | 0x33 | 0x3b => {
            "of an extension that the machine lacks; it has Zba, Zbb, Zbs, Zbkb and Zicond"
        }
        _ => return String::new(),
    };
    format!(": {what}")
}

/// What to do about the use of a control and status register.
fn register(number: u32) -> String {
    match number {
        0x001..=0x003 => {
            ": it reads or writes the state of floating point, and there is none; build with soft \
                          floats, without the extensions F and D"
                .into()
        }
        0xc00..=0xc02 => {
            let name = ["rdcycle", "rdtime", "rdinstret"][number as usize - 0xc00];
            format!(": `{name}`; there is no clock and no counter, which nothing could prove")
        }
        _ => ": it reads or writes a control and status register, and there are none".into(),
    }
}
