/* The environment of riscv-tests on a machine without privileged instructions: a test ends with exit code
 * 0, or with the number of the case that failed. docs/testing.md says how to build with it. */
#ifndef RISCV_TEST_H
#define RISCV_TEST_H

#define RVTEST_RV64U
#define TESTNUM gp

#define RVTEST_CODE_BEGIN .section .text._start, "ax", @progbits; .globl _start; _start: li TESTNUM, 0;
#define RVTEST_CODE_END unimp

#define RVTEST_EXIT li a7, 93; ecall
#define RVTEST_PASS li a0, 0; RVTEST_EXIT
#define RVTEST_FAIL mv a0, TESTNUM; RVTEST_EXIT

#define EXTRA_DATA
#define RVTEST_DATA_BEGIN .balign 16; .globl begin_signature; begin_signature:
#define RVTEST_DATA_END .balign 16; .globl end_signature; end_signature:

#endif
