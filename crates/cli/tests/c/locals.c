/* Thread-local variables, errno of the C library among them: exits with 0 if each holds its value. */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dyad.h"

_Thread_local char greeting[6] = "hello";
_Thread_local unsigned char table[6000] = {[5000] = 7};
_Thread_local int zero;
_Thread_local _Alignas(64) long aligned;
_Thread_local _Alignas(256) char scratch[300];
static char other[300];
static int plain;

int main(void)
{
    volatile int far = 5000;
    if (table[far] != 7 || zero != 0 || aligned != 0 || (uintptr_t)&aligned % 64 != 0)
        return 1;
    for (size_t i = 0; i < sizeof scratch; i++)
        scratch[i] = 'X';
    for (size_t i = 0; i < sizeof other; i++)
        if (other[i] != 0)
            return 5;
    if ((uintptr_t)scratch % 256 != 0 || strcmp(greeting, "hello") != 0)
        return 6;
    zero = 1;
    aligned = 2;
    plain = 3;
    if (errno != 0 || table[5999] != 0 || zero != 1 || aligned != 2 || plain != 3)
        return 2;
    if (strtoul("99999999999999999999999", NULL, 10) != ~0ul || errno != ERANGE)
        return 3;
    errno = 0;
    if (malloc((size_t)1 << 30) != NULL || errno != ENOMEM)
        return 4;
    dyad_write("fine\n", 5);
    return 0;
}
