/* What csmith's runtime asks of a C library beside memory and strings: printf, to the public output. */

#include "dyad.h"

#include <stdarg.h>
#include <string.h>

/* Digits of a number, the last one first. */
static size_t digits(char *text, unsigned long long value, unsigned base)
{
    size_t size = 0;
    do {
        text[size++] = "0123456789ABCDEF"[value % base];
        value /= base;
    } while (value > 0);
    return size;
}

static void write_number(unsigned long long value, unsigned base)
{
    char text[24];
    for (size_t size = digits(text, value, base); size > 0; size--)
        dyad_write(&text[size - 1], 1);
}

static void write_signed(long long value)
{
    if (value < 0)
        dyad_write("-", 1);
    write_number(value < 0 ? 0 - (unsigned long long)value : (unsigned long long)value, 10);
}

/* Conversions d, u, x, X and s, with any number of l; other characters stand for themselves. */
int printf(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    for (; *format; format++) {
        if (*format != '%') {
            dyad_write(format, 1);
            continue;
        }
        int is_long = 0;
        while (*++format == 'l')
            is_long = 1;
        if (*format == 's') {
            const char *text = va_arg(list, const char *);
            dyad_write(text, strlen(text));
        } else if (*format == 'd') {
            write_signed(is_long ? va_arg(list, long) : va_arg(list, int));
        } else {
            unsigned long value = is_long ? va_arg(list, unsigned long) : va_arg(list, unsigned);
            write_number(value, *format == 'u' ? 10 : 16);
        }
    }
    va_end(list);
    return 0;
}
