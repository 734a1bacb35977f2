/* From the machine's first instruction to main, and what a C library asks of a system. */

#include "dyad.h"
#include "dyad_abi.h"

#include <errno.h>
#include <stdint.h>
#include <sys/types.h>

extern char _heap_start[], _heap_end[];
extern void (*const __init_array_start[])(void);
extern void (*const __init_array_end[])(void);
int main(void);

static long call(long number, long a, long b, long c)
{
    register long a0 __asm__("a0") = a;
    register long a1 __asm__("a1") = b;
    register long a2 __asm__("a2") = c;
    register long a7 __asm__("a7") = number;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
    return a0;
}

void dyad_exit(int code)
{
    call(DYAD_CALL_EXIT, code & 0xff, 0, 0);
    __builtin_unreachable();
}

size_t dyad_read(void *buffer, size_t size)
{
    unsigned long got = (unsigned long)call(DYAD_CALL_READ, DYAD_FILE_INPUT, (long)buffer, (long)size);
    if (got > size) {
        dyad_diagnostic("read failed\n");
        dyad_exit(DYAD_EXIT_PANIC);
    }
    return got;
}

static void write_all(long file, const char *bytes, size_t size)
{
    while (size > 0) {
        long done = call(DYAD_CALL_WRITE, file, (long)bytes, (long)size);
        if (done <= 0)
            dyad_exit(DYAD_EXIT_PANIC);
        bytes += done;
        size -= (size_t)done;
    }
}

void dyad_write(const void *bytes, size_t size)
{
    write_all(DYAD_FILE_OUTPUT, bytes, size);
}

void dyad_diagnostic(const char *text)
{
    size_t size = 0;
    while (text[size])
        size++;
    write_all(DYAD_FILE_DIAGNOSTICS, text, size);
}

/* Memory is zero where the file says nothing, so there is no .bss to clear. */
__attribute__((noreturn, used)) static void start(void)
{
    for (void (*const *run)(void) = __init_array_start; run != __init_array_end; run++)
        (*run)();
    dyad_exit(main());
}

__asm__(
    ".section .text._start, \"ax\", @progbits\n"
    ".globl _start\n"
    ".type _start, @function\n"
    "_start:\n"
    ".option push\n"
    ".option norelax\n"
    "la gp, __global_pointer$\n"
    ".option pop\n"
    "la sp, _stack_top\n"
    "la tp, __tls_base\n"
    "call start\n"
    "unimp\n"
    ".size _start, . - _start\n"
    ".text\n");

/* For the C library: malloc, exit, abort, assert. With link-time optimization, calls from it are seen after
 * what nobody called has been left out. */

__attribute__((used)) void *sbrk(ptrdiff_t bytes)
{
    static char *end = _heap_start;
    if (bytes > _heap_end - end || bytes < _heap_start - end) {
        errno = ENOMEM;
        return (void *)-1;
    }
    char *block = end;
    end += bytes;
    return block;
}

__attribute__((noreturn, used)) void _exit(int code)
{
    dyad_exit(code);
}

__attribute__((noreturn, used)) void abort(void)
{
    dyad_exit(DYAD_EXIT_PANIC);
}

__attribute__((noreturn, used)) void __assert_func(const char *file, int line, const char *function, const char *what)
{
    (void)file, (void)line, (void)function;
    dyad_diagnostic("assertion failed: ");
    dyad_diagnostic(what);
    dyad_diagnostic("\n");
    abort();
}
