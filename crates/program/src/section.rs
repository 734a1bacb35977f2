//! Sections that are not loaded: read, and put into ELF files.

use object::build::elf::{Builder, SectionData};
use object::elf::SHT_PROGBITS;
use object::read::elf::ElfFile64;
use object::{Endianness, Object, ObjectSection};

/// The bytes of the section of this name, if there is one.
pub(crate) fn read<'e>(elf: &'e [u8], name: &str) -> Option<&'e [u8]> {
    let file = ElfFile64::<Endianness>::parse(elf).ok()?;
    file.section_by_name(name)?.data().ok()
}

/// The ELF file with a section of this name and these bytes, that is not loaded, in the place of one that it has.
pub(crate) fn replace(elf: &[u8], name: &str, bytes: Vec<u8>) -> Result<Vec<u8>, object::build::Error> {
    let mut builder = Builder::read(elf)?;
    let old: Vec<_> = builder
        .sections
        .iter()
        .filter(|s| *s.name == *name.as_bytes())
        .map(object::build::elf::Section::id)
        .collect();
    for id in old {
        builder.sections.get_mut(id).delete = true;
    }
    let section = builder.sections.add();
    section.name = name.as_bytes().to_vec().into();
    section.sh_type = SHT_PROGBITS;
    section.sh_addralign = 1;
    section.data = SectionData::Data(bytes.into());
    builder.set_section_sizes();
    let mut out = Vec::new();
    builder.write(&mut out)?;
    Ok(out)
}
