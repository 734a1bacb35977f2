/* Greets whoever the input names: a guest in C, with malloc and the string functions. */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "dyad.h"

int main(void)
{
    size_t size = 0, room = 16;
    char *name = malloc(room);
    for (;;) {
        assert(name != NULL);
        size_t got = dyad_read(name + size, room - size);
        if (got == 0)
            break;
        size += got;
        if (size == room)
            name = realloc(name, room *= 2);
    }
    if (size > 0 && name[size - 1] == '\n')
        size--;
    if (size == 0) {
        dyad_diagnostic("the input is empty: whom to greet?\n");
        return 1;
    }
    dyad_write("Hello, ", 7);
    dyad_write(name, size);
    dyad_write("!\n", 2);
    return 0;
}
