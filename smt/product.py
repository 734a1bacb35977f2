"""Products by signed digits, as `crates/rules/src/product.rs` documents them: too large for a solver in one
piece, so they are shown in three.

1. *Structure*, exactly: as linear forms, the operands of the product's constraints are those of the documented
   algorithm, for factors a, b, a sign of b and 65 bits `given` that enter at the top.
2. *Steps*, by the solver: a step keeps the sum, `S_i + term_i + 2^64 given_i = bit_i + 2 S_{i+1}`, modulo 2 to
   (width + 1), or exactly where the width is 64.
3. *Sum*, exactly: with A = a - 2^64 x, B = b - 2^64 y and H_i the complement of `x ^ n_i`,
   `S_0 + sum_i 2^i (term_i + 2^64 H_i) + 1 + 2^64 (x + y) = 2AB` modulo 2^129.

Together: `2AB = 2 + 2 low + 2^65 (sum + carry) + 2^64 (H - given + x + y)` modulo 2^(limit + 1).
"""
import itertools
from dataclasses import dataclass

import solver
from linear import Form, column, constant, forms
from solver import number, unknown

TERMS = 65


def mask(width): return (1 << width) - 1


@dataclass
class Product:
    """The product in a table, found in its shape: indices of nodes by meaning, and of its constraints."""
    limit: int
    nodes: dict
    constraints: set

    def cut(self):
        """Fresh words for the outputs of the product, and where to put them."""
        outputs = {name: unknown(f'product {name}') for name in ('low', 'sum', 'carry')}
        return outputs, {node: word for name, word in outputs.items() for node in self.nodes.get(name, ())}


def is_in(table): return any(name == 'product 0' for name, _ in table.constraints)


def find(table):
    """Step 1. The product in a table."""
    made = forms(table)
    index = {name: i for i, name in enumerate(table.committed)}
    ands = {name: (i, [made[x] for x in operands]) for i, (name, operands) in enumerate(table.constraints)
            if name.startswith('product ')}
    words = len(ands)
    limit = {33: 64, 34: 65, 65: 128}[words]
    committed = [column(index[f'product {w}']) for w in range(words)]
    expect = [ands[f'product {w}'][1] for w in range(words)]

    b = column(index['quotient' if 'quotient' in index else 'rs2'])
    # The second operand of step 0 is `!b ^ term_0`, `term_0` being `a ^ n_0`.
    a = expect[0][1] ^ ~b ^ (~b).broadcast(0)
    if limit < 128:
        b_sign, given = constant(0), [b.bit(i) for i in range(64)] + [constant(1)]
    else:
        # Of a whole term the third operand is `m ^ term`, the first `sum ^ term`, and given enters sum at the top.
        term = [expect[w][2] ^ committed[w] for w in range(words)]
        b_sign = (term[64] ^ a).bit(0)
        given = [(expect[i + 1][0] ^ term[i + 1]).bit(63) for i in range(64)] + [None]
    operands, low, total, carry = algorithm(limit, committed, a, b, b_sign, given[:64])
    for w in range(words):
        assert all(x == y for x, y in zip(expect[w], operands[w])), f'{table.name}: product {w} is another'
    # The last given bit is seen in the output alone.
    last = given[64] or next(f.bit(63) for f in made if f & mask(63) == total >> 1 and f.bits[63])
    total = (total >> 1) ^ (last << 63)
    high = Form([given[i].bits[0] for i in range(64)])

    def nodes(form): return [i for i, f in enumerate(made) if f == form and any(x > 1 for x in f.bits)]
    meaning = {'a': a, 'low': low}
    if limit > 64:                              # else neither is below 2^(limit + 1)
        meaning |= {'sum': total, 'carry': carry}
    if limit == 128:
        meaning |= {'b sign': b_sign, 'given low': high, 'given 64': last}
    found = {name: nodes(form) for name, form in meaning.items()}
    assert all(found.values()), f'{table.name}: no node for {[n for n in found if not found[n]]}'
    return Product(limit, found, {i for i, _ in ands.values()})


def algorithm(limit, committed, a, b, b_sign, given):
    """The documented algorithm on linear forms: operands of its constraints, and its state after the last term,
    whose total has yet to be shifted."""
    words = len(committed)
    width = [max(0, min(64, limit - i)) for i in range(TERMS)]
    used = [0] * words                          # bits of each word that some term has
    operands = [[constant(0)] * 3 for _ in range(words)]
    state, carry, low = ~a, ~b, constant(0)
    for i in range(TERMS):
        term = a ^ ((~b).broadcast(i) if i < 64 else b_sign.broadcast(0))
        majority = constant(0)
        if width[i]:
            # From the last word on, a term shares the word of an earlier one, above it.
            other = 2 * limit - 64 - i
            w, place = (i, 0) if i < words else (other, width[other])
            bits = mask(width[i]) << place
            assert bits <= mask(64) and not used[w] & bits
            used[w] |= bits
            majority = (committed[w] >> place) & mask(width[i])
            for k, x in enumerate((state ^ term, carry ^ term, majority ^ term)):
                operands[w][k] ^= (x & mask(width[i])) << place
        total = state ^ carry ^ term
        if i == 0: assert total.bits[0] == 1    # the constant
        else: low ^= total.bit(0) << i - 1
        if i < 64:
            state = (total >> 1) ^ (given[i] << 63)
        carry = majority
    for w in range(words):                      # bits of no term are 0
        operands[w][2] ^= committed[w] & ~used[w] & mask(64)
    return operands, low, total, carry


def check_steps():
    """Step 2, for every width that a term may have."""
    size = 68                                   # enough for the sum of a step
    for width in range(65):
        state, carry, term, majority = (unknown(n) for n in ('sum', 'carry', 'term', 'majority'))
        given = unknown('given', 1)
        wide = lambda x: x.zero_extend(size)
        wrong = ((state ^ term) & (carry ^ term)) ^ majority ^ term
        facts = [wrong & mask(width) == 0, majority & ~mask(width) == 0]
        total = state ^ carry ^ term
        after = (total >> 1) ^ (given.zero_extend(64) << 63)
        left = wide(state) + wide(carry) + wide(term) + (wide(given) << 64)
        right = wide(total & 1) + (wide(after) + wide(majority) << 1)
        modulus = size if width == 64 else width + 1
        assert solver.model(facts) is not None, 'facts of a step that cannot hold'
        assert solver.model([*facts, left.bits(0, modulus) != right.bits(0, modulus)]) is None, f'width {width}'


def check_sum():
    """Step 3. The difference of the two sides is a polynomial in a, x, y and the bits of b without squares,
    of degree two at most: it is 0 if it is at all points with at most two ones and else zeros."""
    variables = [f'b{i}' for i in range(64)] + ['a', 'x', 'y']
    points = itertools.chain.from_iterable(itertools.combinations(variables, n) for n in range(3))
    assert all(difference(set(ones)) % 2**129 == 0 for ones in points), 'the sum of a product is another'


def difference(ones):
    """The left side of the sum less its right side, where some variables are 1 and the others 0."""
    a, x, y = (int(name in ones) for name in 'axy')
    b = sum(1 << i for i in range(64) if f'b{i}' in ones)
    digits = [1 - (b >> i & 1) for i in range(64)] + [y]
    terms = [a + n * (mask(64) - 2 * a) for n in digits]                # a, or its complement of 64 bits
    high = [1 - (x + n - 2 * x * n) for n in digits]
    total = (mask(64) - a) + (mask(64) - b) + sum(t + (h << 64) << i for i, (t, h) in enumerate(zip(terms, high)))
    return total + 1 + (x + y << 64) - 2 * (a - (x << 64)) * (b - (y << 64))


def is_product(product, outputs, whole, correction=None):
    """What steps 1 to 3 say: `whole`, of `limit` bits, is the product AB. `correction`, of limit + 1 bits,
    is H - given + x + y; none where it is 0."""
    size = product.limit + 1
    wide = lambda x: x.zero_extend(size) if x.width < size else x.bits(0, size)
    twice = (wide(outputs['low']) << 1) + 2
    # 2^65 (sum + carry), of which little or nothing may be below 2^size.
    twice = twice + ((wide(outputs['sum']) + wide(outputs['carry'])) << number(65, size))
    if correction is not None:
        twice = twice + (correction << number(64, size))
    return twice.bits(1, product.limit) == whole
