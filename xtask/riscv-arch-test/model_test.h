/* The model of riscv-arch-test on a machine without privileged instructions: a test writes its signature to
 * standard output. If REFERENCE names a file with the signature of another machine, the test exits with 1
 * where the two differ, and with 0 otherwise. docs/testing.md says how to build with it. */
#ifndef MODEL_TEST_H
#define MODEL_TEST_H

#ifdef REFERENCE
#define REFERENCE_BYTES .incbin REFERENCE;
#else
#define REFERENCE_BYTES
#endif

#define RVMODEL_BOOT .globl _start; .set _start, rvtest_entry_point;

#define RVMODEL_HALT                            \
    j halt;                                     \
    .pushsection .text.halt, "ax", @progbits;   \
    halt:                                       \
    la s0, begin_signature;                     \
    la s1, end_signature;                       \
    li a0, 1;                                   \
    mv a1, s0;                                  \
    sub a2, s1, s0;                             \
    li a7, 64;                                  \
    ecall;                                      \
    la s2, reference;                           \
    la s3, reference_end;                       \
    li a0, 0;                                   \
    beq s2, s3, 3f;                             \
    sub t0, s1, s0;                             \
    sub t1, s3, s2;                             \
    bne t0, t1, 2f;                             \
    1: lbu t0, 0(s0);                           \
    lbu t1, 0(s2);                              \
    bne t0, t1, 2f;                             \
    addi s0, s0, 1;                             \
    addi s2, s2, 1;                             \
    bne s0, s1, 1b;                             \
    j 3f;                                       \
    2: li a0, 1;                                \
    3: li a7, 93;                               \
    ecall;                                      \
    .popsection;                                \
    .pushsection .sdata.reference, "aw", @progbits;     \
    reference: REFERENCE_BYTES                  \
    reference_end:                              \
    .popsection

#define RVMODEL_DATA_BEGIN .align 4; .globl begin_signature; begin_signature:
#define RVMODEL_DATA_END .align 4; .globl end_signature; end_signature:

#define RVMODEL_IO_INIT
#define RVMODEL_IO_WRITE_STR(register, string)
#define RVMODEL_IO_CHECK()
#define RVMODEL_IO_ASSERT_GPR_EQ(spare, register, value)

#endif
