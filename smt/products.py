"""Rows that multiply and divide. A constraint says that two words are the halves of the exact product of two others; a
solver is not asked what a product of 64 bits is: it is any word of 128 bits, of which the claims say what it has to be
for. What else is said of products of integers is said here, and is short."""
import itertools

from frame import Execution
from shapes import Row
from solver import either, number, unknown
from specification.division import DIVISIONS


class Exact:
    """A row with one product, whose factors and value are words."""

    def __init__(self, table, instruction):
        self.value = unknown('product', 128)
        row = Row(table, exact=lambda a, b: self.value)
        (self.factors, *others), = [(p[:2], *p[2:]) for p in row.products]
        self.low, self.high = self.value.bits(0, 64), self.value.bits(64, 64)
        self.e = Execution(row, instruction)
        self.e.go_on(self.e.cell.next)

    def multiplies_operands(self):
        for name, factor, operand in zip(('first', 'second'), self.factors, (self.e.a, self.e.b)):
            self.e.goal(f'{name} factor', factor == operand)


def multiply(table, instruction):
    """MUL and MULW: the low half of the product, of which the low half is that of the low halves."""
    c = Exact(table, instruction)
    c.multiplies_operands()
    c.e.writes(of_product(instruction.name, c.e.a, c.e.b, c.low, c.high))
    return [c.e]


# Whether the operands are signed.
SIGNS = {'mulh': (True, True), 'mulhsu': (True, False), 'mulhu': (False, False)}


def multiply_high(table, instruction):
    """MULH, MULHSU, MULHU: with signs x of a and y of b, bits 64 to 127 of `(a - 2^64 x) (b - 2^64 y)`, which by
    `check_signs` are the high half of `a b`, less x b and y a."""
    c = Exact(table, instruction)
    c.multiplies_operands()
    c.e.writes(of_product(instruction.name, c.e.a, c.e.b, c.low, c.high))
    return [c.e]


def of_product(name, a, b, low, high):
    """The result of an instruction that multiplies, given the words of its operands' product."""
    if name == 'mul': return low
    if name == 'mulw': return low.bits(0, 32).sign_extend(64)
    x, y = (w.bits(63, 1) if signed else number(0, 1) for w, signed in zip((a, b), SIGNS[name]))
    return high - (x.sign_extend(64) & b) - (y.sign_extend(64) & a)


def check_signs():
    """`(a - 2^64 x) (b - 2^64 y) = a b - 2^64 (x b + y a)` modulo 2^128. Both sides are polynomials in which no variable
    has a square: they are the same if they are where each is 0 or 1."""
    for a, b, x, y in itertools.product((0, 1), repeat=4):
        signed, unsigned = (a - (x << 64)) * (b - (y << 64)), a * b - (x * b + y * a << 64)
        assert (signed - unsigned) % 2**128 == 0, 'signed products are others'


def divide(table, instruction):
    """Division, in two claims. With n and d the magnitudes of dividend and divisor and q the row's quotient:

    1. d is the divisor's magnitude, `q d <= n`, and `r = n - q d` is below d unless d is 0. So, for d > 0, q and r are
       quotient and remainder: there is one such pair. For d = 0 the product is 0.
    2. The result is made of quotient and remainder of the magnitudes as the manual says.
    """
    division = DIVISIONS[instruction.name]
    c = Exact(table, instruction)
    a, b = division.operand(c.e.a), division.operand(c.e.b)
    goals, divided, result = quotient_of(division, a, b, c.factors, c.value)
    magnitudes = c.e.then([], {**goals, **c.e.goals})
    right = c.e.register('rd').left == result
    result = c.e.then([goals['divisor'], divided], {'rd: what it holds': right})
    return [magnitudes, result]


def quotient_of(division, a, b, factors, value):
    """The goals of the first claim, by name, where `value` is the product of the factors q and d; what follows from them of
    q and r; and the result."""
    n, (q, d) = division.magnitude(a), factors
    low, high = value.bits(0, 64), value.bits(64, 64)
    r = n - low
    goals = {
        'divisor': d == division.magnitude(b),
        'the product is at most the dividend': (high == 0) & low.at_most(n),
        'the remainder is below the divisor': (d == 0) | r.below(d),
    }
    quotient, remainder = unknown('n / d'), unknown('n mod d')
    divided = either(d == 0, value == 0, (q == quotient) & (r == remainder))
    return goals, divided, division.result(a, b, quotient, remainder)


DECOMPOSED = {
    **{name: multiply for name in ('mul', 'mulw')},
    **{name: multiply_high for name in SIGNS},
    **{name: divide for name in DIVISIONS},
}
