"""Rows that execute instructions: what the specification says of each, as goals."""
from messages import ADDRESS, high, low
from shapes import Wrong
from solver import any_of, choose, either, join, number
from specification import access, bits, control, division, integer

# Traps: no table may execute it. System calls have tables of their own.
TRAPS = {'ebreak'}
CALLS = {'ecall'}

RESULTS = integer.RESULTS | bits.RESULTS
# Instructions that have no use for rs1, whose tables need not read it.
NO_OPERANDS = {'lui', 'auipc'}


def compute(e):
    """rd gets a function of the operands."""
    a = None if e.instruction.name in NO_OPERANDS else e.a
    e.writes(RESULTS[e.instruction.name](a, e.b))
    e.go_on(e.cell.next)
    return e


def divide(e):
    """rd gets quotient or remainder: for given operands, as the solver's own division is no help with others."""
    rule = division.DIVISIONS[e.instruction.name]
    a, b = rule.operand(e.a), rule.operand(e.b)
    n, d = rule.magnitude(a), rule.magnitude(b)
    e.writes(rule.result(a, b, n // d, n % d))
    e.go_on(e.cell.next)
    return e


def branch(e):
    taken = control.TAKEN[e.instruction.name](e.a, e.register('rs2').found)
    e.go_on(choose(taken, low(e.cell.imm), e.cell.next))
    return e


def jump(e):
    """JAL: the immediate is the target."""
    e.writes(e.cell.next.zero_extend(64))
    e.go_on(low(e.cell.imm))
    return e


def jump_register(e):
    """JALR: to rs1 plus the immediate, bit 0 cleared; there is nothing at 2^32 and above."""
    target = (e.a + e.cell.imm) & ~1
    e.goal('the target is below 2^32', high(target) == 0)
    e.writes(e.cell.next.zero_extend(64))
    e.go_on(low(target))
    return e


class Bytes:
    """The bytes at `address`, within one cell, or two where a table accesses two."""

    def __init__(self, e, address, size):
        self.e, self.size, cells = e, size, e.ram
        self.offset = address & 7
        e.goal('the address is below 2^32', high(address) == 0)
        self.places = [low(address) & ADDRESS]
        if len(cells) == 1:
            e.goal('the address is aligned', address & size - 1 == 0)
        elif len(cells) == 2:
            self.places.append(low(address + (size - 1)) & ADDRESS)
        else:
            raise Wrong(f'{len(cells)} cells of memory')

    def shift(self, width): return (self.offset << 3).zero_extend(width)

    def is_read(self):
        """Every cell is left as it was; it may be read-only. Returns the bytes."""
        cells = self.e.ram
        for cell, place in zip(cells, self.places):
            self.e.goal(f'{cell.name}: which cell', any_of([cell.place == place, cell.place == place | 1]))
            cell.is_unchanged()
        return self.was()

    def was(self):
        """The bytes before."""
        found = join(*(cell.found for cell in self.e.ram))
        return (found >> self.shift(found.width)).bits(0, 8 * self.size)

    def becomes(self, value):
        """`value` is written over the bytes; all others stay. No read-only cell is written."""
        cells = self.e.ram
        for cell, place in zip(cells, self.places):
            cell.is_at(place)
        found = join(*(cell.found for cell in cells))
        mask = number((1 << 8 * self.size) - 1, found.width) << self.shift(found.width)
        new = (found & ~mask) | (value.zero_extend(found.width) << self.shift(found.width))
        if len(cells) == 1:
            cells[0].holds(new)
            return
        # Where both are the same cell, its first access finds it and its second leaves it.
        first, second = cells
        same = self.places[0] == self.places[1]
        crossing = (first.left == new.bits(0, 64)) & (second.left == new.bits(64, 64))
        self.e.goal('what the cells hold', either(same, second.left == new.bits(0, 64), crossing))


def load(e):
    size, signed = access.LOADS[e.instruction.name]
    value = Bytes(e, e.a + e.cell.imm, size).is_read()
    e.writes(value.sign_extend(64) if signed else value.zero_extend(64))
    e.go_on(e.cell.next)
    return e


def store(e):
    size = access.STORES[e.instruction.name]
    Bytes(e, e.a + e.cell.imm, size).becomes(e.register('rs2').found.bits(0, 8 * size))
    e.go_on(e.cell.next)
    return e
