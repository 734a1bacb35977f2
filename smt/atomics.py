"""Rows that execute atomics: LR, SC and AMOs. Their address is rs1.

The reservation is a register: it holds the address that LR reserved, 0 if there is none, and SC uses it up.
"""
from instructions import Bytes
from solver import choose, number
from specification import access, integer


def load_reserved(e):
    """rd gets the bytes, and their address is reserved."""
    size = access.LOAD_RESERVED[e.instruction.name]
    e.writes(Bytes(e, e.a, size).is_read().sign_extend(64))
    e.register('reservation').holds(e.a)
    e.go_on(e.cell.next)
    return e


def store_conditional(e):
    """Writes, and says 0, if its address is the reserved one; else says 1. No reservation is left."""
    size = access.STORE_CONDITIONAL[e.instruction.name]
    memory = Bytes(e, e.a, size)
    reservation = e.register('reservation')
    succeeds = reservation.found == e.a
    memory.becomes(choose(succeeds, e.register('rs2').found.bits(0, 8 * size), memory.was()))
    reservation.holds(number(0))
    e.writes(integer.truth(~succeeds))
    e.go_on(e.cell.next)
    return e


def update(e):
    """An AMO: rd gets the bytes, which become a function of them and rs2."""
    size, operation = access.ATOMICS[e.instruction.name]
    memory = Bytes(e, e.a, size)
    before = memory.was()
    memory.becomes(operation(before, e.register('rs2').found.bits(0, 8 * size)))
    e.writes(before.sign_extend(64))
    e.go_on(e.cell.next)
    return e
