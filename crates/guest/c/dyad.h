/* Dyad guests in C: input, output, diagnostics, exit.
 *
 * Compile with -march=rv64imac -mabi=lp64 -mcmodel=medany, and link start.c with dyad.ld:
 * examples/c-hello/Makefile shows how, and what makes the most of packed structures. System calls have Linux's numbers: the program also runs
 * under qemu-riscv64.
 */
#ifndef DYAD_H
#define DYAD_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Reads at most `size` bytes of the private input; returns how many, 0 at its end. What is
 * delivered is the prover's choice: check it as a stranger's file. */
size_t dyad_read(void *buffer, size_t size);

/* Appends to the public output, which proofs speak about. */
void dyad_write(const void *bytes, size_t size);

/* Says something to the person who runs the program; not proved. */
void dyad_diagnostic(const char *text);

/* Ends the program; the code is public. Returning from main does the same. */
#if defined(__cplusplus)
[[noreturn]]
#else
_Noreturn
#endif
void dyad_exit(int code);

#ifdef __cplusplus
}
#endif

#endif
