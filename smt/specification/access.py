"""Loads, stores and atomics: bytes accessed, and what is done with their value."""
from .bits import RESULTS as BITS
from .integer import RESULTS as INTEGER

# Bytes, and whether the value is sign-extended.
LOADS = {
    'lb': (1, True), 'lh': (2, True), 'lw': (4, True), 'ld': (8, True),
    'lbu': (1, False), 'lhu': (2, False), 'lwu': (4, False),
}
STORES = {'sb': 1, 'sh': 2, 'sw': 4, 'sd': 8}

WIDTHS = {'w': 4, 'd': 8}
LOAD_RESERVED = {f'lr.{letter}': size for letter, size in WIDTHS.items()}
STORE_CONDITIONAL = {f'sc.{letter}': size for letter, size in WIDTHS.items()}

# What memory gets, given the value that was there and that of rs2; rd gets what was there.
UPDATES = {
    'swap': lambda _, b: b,
    **{name: INTEGER[name] for name in ('add', 'and', 'or', 'xor')},
    **{name: BITS[name] for name in ('min', 'max', 'minu', 'maxu')},
}
ATOMICS = {
    f'amo{name}.{letter}': (size, update)
    for name, update in UPDATES.items() for letter, size in WIDTHS.items()
}
