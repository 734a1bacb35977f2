"""System calls: numbers and files as Linux has them, registers as the calling convention has them."""

A0, A1, A2, A7 = 10, 11, 12, 17

EXIT, READ, WRITE = 93, 63, 64
INPUT, OUTPUT, DIAGNOSTICS = 0, 1, 2
