"""Branches: when they are taken, for the values of rs1 and rs2. Jumps are two, and stand in `instructions`."""

TAKEN = {
    'beq': lambda a, b: a == b,
    'bne': lambda a, b: a != b,
    'blt': lambda a, b: a.signed_below(b),
    'bge': lambda a, b: ~a.signed_below(b),
    'bltu': lambda a, b: a.below(b),
    'bgeu': lambda a, b: ~a.below(b),
}
