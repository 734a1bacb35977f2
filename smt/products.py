"""Rows that multiply and divide, the product in them cut to fresh words of which `product` says what they are."""
from frame import Execution
from product import is_product
from shapes import Row
from solver import any_of, either, join, number, unknown
from specification.division import DIVISIONS


class Cut:
    """A row of a table with a product, without the product."""

    def __init__(self, table, product, instruction):
        self.outputs, cut = product.cut()
        self.product = product
        self.row = Row(table, without=product.constraints, cut=cut)
        self.e = Execution(self.row, instruction)
        self.e.go_on(self.e.cell.next)

    def node(self, name): return self.row.nodes[self.product.nodes[name][0]]
    def committed(self, name): return self.row.committed[self.row.table.committed.index(name)]

    def whole(self, correction=None):
        """The product of the factors, as a word."""
        product = unknown('product', self.product.limit)
        self.e.facts.append(is_product(self.product, self.outputs, product, correction))
        return product


def multiply(table, product, instruction):
    """MUL and MULW: the product modulo 2^64, of which the low half is that of the low halves."""
    c = Cut(table, product, instruction)
    c.e.goal('first factor', c.node('a') == c.e.a)
    c.e.goal('second factor', c.committed('rs2') == c.e.b)
    whole = c.whole()
    c.e.writes(whole if instruction.name == 'mul' else whole.bits(0, 32).sign_extend(64))
    return [c.e]


# Whether the operands are signed.
SIGNS = {'mulh': (True, True), 'mulhsu': (True, False), 'mulhu': (False, False)}


def multiply_high(table, product, instruction):
    """MULH, MULHSU, MULHU: bits 64 to 127 of the product of the operands as numbers of 65 bits."""
    c = Cut(table, product, instruction)
    a, b = c.e.a, c.e.b
    x, y = (w.bits(63, 1) if signed else number(0, 1) for w, signed in zip((a, b), SIGNS[instruction.name]))
    c.e.goal('first factor', c.node('a') == a)
    c.e.goal('second factor', c.committed('rs2') == b)
    c.e.goal('sign of the second factor', c.node('b sign') == y.zero_extend(64))
    # n_i = !b_i and n_64 = y; H_i = !(x ^ n_i).
    high = join(b ^ x.sign_extend(64), ~(x ^ y))
    given = join(c.node('given low'), c.node('given 64').bits(0, 1))
    wide = lambda word: word.zero_extend(product.limit + 1)
    whole = c.whole(wide(high) - wide(given) + wide(x) + wide(y))
    c.e.writes(whole.bits(64, 64))
    return [c.e]


def divide(table, product, instruction):
    """Division, in three claims. With n and d the magnitudes of dividend and divisor and q the row's quotient,
    of k bits:

    1. `0 <= n - q d < 2^64` modulo 2^65; call it r.
    2. d is the divisor's magnitude; d has at most 65 - k bits; r < d unless d is 0. So, for d > 0,
       `q d + r < (q + 1) d <= 2^k (2^(65 - k) - 1) < 2^65`: nothing wrapped, `q d + r = n` over the integers
       and q and r are quotient and remainder. For d = 0 the product is 0.
    3. The result is made of quotient and remainder of the magnitudes as the manual says.
    """
    division = DIVISIONS[instruction.name]
    c = Cut(table, product, instruction)
    a, b = division.operand(c.e.a), division.operand(c.e.b)
    n, d, q = division.magnitude(a), c.node('a'), c.committed('quotient')
    qd = c.whole()
    difference = n.zero_extend(65) - qd
    r = difference.bits(0, 64)
    in_range = c.e.then([], {'n - q d is a word': difference.bits(64, 1) == 0})
    magnitudes = c.e.then([], {
        'divisor': d == division.magnitude(b),
        'lengths': any_of((q >> k == 0) & (d >> 65 - k == 0) for k in range(65)),
        'the remainder is below the divisor': (d == 0) | r.below(d),
        **c.e.goals,
    })
    quotient, remainder = unknown('n / d'), unknown('n mod d')
    divided = either(d == 0, qd == 0, (q == quotient) & (r == remainder))
    right = c.e.register('rd').left == division.result(a, b, quotient, remainder)
    result = c.e.then([d == division.magnitude(b), divided], {'rd: what it holds': right})
    return [in_range, magnitudes, result]


DECOMPOSED = {
    **{name: multiply for name in ('mul', 'mulw')},
    **{name: multiply_high for name in SIGNS},
    **{name: divide for name in DIVISIONS},
}
