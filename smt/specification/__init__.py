"""What instructions, calls, copies and memory tables do, written from the RISC-V manual and from ARCHITECTURE.md,
apart from the machine's own `execute` and rules. Instructions are keyed by mnemonic."""
