//! One file an instruction family: encodings, `execute`, rules.
