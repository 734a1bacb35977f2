/* What guests and the machine agree on. Made from crates/guest/abi, which a test compares: change it
 * there. */
#ifndef DYAD_ABI_H
#define DYAD_ABI_H

/* Linux's number of `read`: bytes of the private input into memory. */
#define DYAD_CALL_READ 0x3fUL

/* Linux's number of `write`: bytes of memory to the public output or the diagnostics. */
#define DYAD_CALL_WRITE 0x40UL

/* Linux's number of `exit`. */
#define DYAD_CALL_EXIT 0x5dUL

/* The file that `read` reads: the private input. */
#define DYAD_FILE_INPUT 0x0UL

/* The file that `write` writes public output to. */
#define DYAD_FILE_OUTPUT 0x1UL

/* The file that `write` writes diagnostics to: not proved, not public. */
#define DYAD_FILE_DIAGNOSTICS 0x2UL

/* The exit code of a program that gives up: a panic in Rust, `abort` in C. */
#define DYAD_EXIT_PANIC 0x65UL

/* The lowest address of memory: the page below is never there. */
#define DYAD_RAM_START 0x1000UL

/* One past the highest address of memory. */
#define DYAD_RAM_END 0x100000000UL

/* The first value of the stack pointer; programs with a stack of their own replace it. */
#define DYAD_STACK_TOP 0xfffff000UL

#endif
