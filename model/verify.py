#!/usr/bin/env python3
"""A second verifier of Dyad proofs, written apart from the one in `crates/verifier`.

It has its own field arithmetic, layout, schedule and transcript, shares no code with the product,
and computes several things in another way: linear forms are expanded to sets of bits, the weights
of the ring switch are summed entry by entry, the Cantor basis is solved for. It is meant for toy
sizes, with SHA-256 in place of BLAKE3, and is the protocol in a form that can be read in one go.

    python3 model/verify.py < instances.json > results.json

The input lists systems with proofs, the output says of each proof whether it is accepted, at which
step it is rejected, and every challenge in order. `crates/prover/tests/model.rs` writes the input
and compares the output with the product's verifier.
"""
import functools, hashlib, itertools, json, math, sys
from fractions import Fraction

# ------------------------------------------------------------------ K = GF(2^128), polynomial basis
SPREAD = bytes.maketrans(b'01', b'\0\1')
PARITY = bytes(ord('0') + (i & 1) for i in range(256))

def spread(a):
    """The bits of a, one a byte: products of integers then count, without carries, 128 at most."""
    return int.from_bytes(format(a, 'b').encode().translate(SPREAD), 'big')

def mul(a, b):
    if a < 2 or b < 2:
        return a * b
    p = spread(a) * spread(b)
    c = int(p.to_bytes((p.bit_length() + 7) // 8, 'big').translate(PARITY), 2)
    for _ in range(2):                       # X^128 = X^7 + X^2 + X + 1
        high = c >> 128
        c = (c & (1 << 128) - 1) ^ high ^ high << 1 ^ high << 2 ^ high << 7
    return c

def xor(items): return functools.reduce(lambda a, b: a ^ b, items, 0)
def product(items): return functools.reduce(mul, items, 1)
def dot(a, b): return xor(mul(x, y) for x, y in zip(a, b))

def power(a, e):
    r = 1
    for bit in format(e, 'b'):
        r = mul(r, r)
        if bit == '1': r = mul(r, a)
    return r

@functools.lru_cache(None)
def inverse(a): return power(a, 2**128 - 2)

def eq(r, i): return product(rv if i >> v & 1 else 1 ^ rv for v, rv in enumerate(r))
def eq_points(r, s): return product(1 ^ a ^ b for a, b in zip(r, s, strict=True))
def eq_table(r):
    t = [1]
    for rv in r:
        high = [mul(x, rv) for x in t]
        t = [x ^ h for x, h in zip(t, high)] + high
    return t

def below(r, n):
    """The sum of eq(r, i) over i < n."""
    if n == 0 or n == 1 << len(r): return int(n > 0)
    half, top, rest = 1 << len(r) - 1, r[-1], r[:-1]
    if n <= half: return mul(1 ^ top, below(rest, n))
    return 1 ^ top ^ mul(top, below(rest, n - half))

# Bytes are the field of AES; Y is a root of Y^8 + Y^4 + Y^3 + Y + 1.
Y = 0x053d8555a9979a1ca13fe8ac5560ce0d
assert power(Y, 8) ^ power(Y, 4) ^ power(Y, 3) ^ Y ^ 1 == 0
POINTS = [xor(power(Y, i) for i in range(7) if j >> i & 1) for j in range(128)]

@functools.lru_cache(None)
def denominators(n):
    return [inverse(product(POINTS[j] ^ h for h in POINTS[:n] if h != POINTS[j])) for j in range(n)]

def lagrange(n, z):
    """The Lagrange polynomials of the first n points at z."""
    factors = [z ^ h for h in POINTS[:n]]
    before = list(itertools.accumulate([1] + factors, mul))
    after = list(itertools.accumulate([1] + factors[::-1], mul))
    return [mul(mul(before[j], after[n - 1 - j]), d) for j, d in enumerate(denominators(n))]

def cantor_basis(low_bits):
    """v_0 = 1, v_{i+1}^2 + v_{i+1} = v_i; of the two roots the one with the given lowest bit."""
    pivots = {}                              # highest bit of x^2 + x -> (x^2 + x, x)
    for i in range(1, 128):
        y, x = mul(1 << i, 1 << i) ^ 1 << i, 1 << i
        while y and (h := y.bit_length()) in pivots: y, x = y ^ pivots[h][0], x ^ pivots[h][1]
        pivots[y.bit_length()] = (y, x)
    basis = [1]
    for bit in low_bits[1:]:
        y, x = basis[-1], 0
        while y: (p, q) = pivots[y.bit_length()]; y, x = y ^ p, x ^ q
        basis.append(x if x & 1 == int(bit) else x ^ 1)
        assert mul(basis[-1], basis[-1]) ^ basis[-1] == basis[-2]
    return basis
CANTOR = cantor_basis('1011111110000011110001001001000111100111')

@functools.lru_cache(None)
def code_row(m, position):
    """W_0, ..., W_{m-1} at the domain's point: the code's row is the tensor product of (1, W_j)."""
    w = [xor(v for i, v in enumerate(CANTOR) if position >> i & 1)]
    while len(w) < m: w.append(mul(w[-1], w[-1]) ^ w[-1])
    return w[:m]

def tensor(w):
    t = [1]
    for wj in w: t = t + [mul(x, wj) for x in t]
    return t

# ------------------------------------------------------------------ hashing, transcript, reader
TRANSCRIPT, LEAF, NODE, GRIND, RULES = 1, 2, 3, 4, 5
def digest(domain, *parts): return hashlib.sha256(bytes([domain]) + b''.join(parts)).digest()
def u64(n): return n.to_bytes(8, 'little')
def u32(n): return n.to_bytes(4, 'little')
def pack(elements): return b''.join(e.to_bytes(16, 'little') for e in elements)

class Reject(Exception): pass
def check(ok, step):
    if not ok: raise Reject(step)

class Transcript:
    def __init__(self):
        self.state, self.drawn = digest(TRANSCRIPT, b'dyad proof system v7'), []
    def absorb(self, label, data):
        label = label.encode()
        self.state = digest(TRANSCRIPT, self.state, bytes([len(label)]), label, u64(len(data)), data)
    def draw(self, label):
        self.state = digest(TRANSCRIPT, self.state, b'\xff', label.encode())
        value = int.from_bytes(self.state[:16], 'little')
        self.drawn.append((label, value))
        return value
    def draws(self, label, n): return [self.draw(label) for _ in range(n)]

class Reader:
    def __init__(self, data): self.data, self.at, self.section = data, 0, 'header'
    def take(self, n):
        check(len(self.data) - self.at >= n, f'Truncated({self.section})')
        self.at += n
        return self.data[self.at - n:self.at]
    def number(self, size): return int.from_bytes(self.take(size), 'little')
    def elements(self, n):
        data = self.take(16 * n)
        return [int.from_bytes(data[16 * i:16 * i + 16], 'little') for i in range(n)]

# ------------------------------------------------------------------ tables
class Table:
    """The shape of a table. A word is a list of 64 integers, output bit -> set of the bits it XORs:
    bit 64 c + b of the integer stands for bit b of column c, fixed columns after committed ones,
    and the bit past all columns for the constant 1."""
    def __init__(self, t):
        self.source = t
        self.committed, self.fixed = t['committed'], t['fixed']
        one = 1 << 64 * (self.committed + self.fixed)
        words = []
        for value, terms in t['forms']:
            w = [one if value >> j & 1 else 0 for j in range(64)]
            for column, broadcast, by, mask in terms:
                for j in range(64):
                    if mask >> j & 1: w[j] ^= 1 << 64 * column + (by if broadcast else j - by)
            words.append(w)
        constant = lambda c: [one if c >> j & 1 else 0 for j in range(64)]
        message = lambda m: [constant(m[0])] + [words[w] for w in m[1]]
        self.pushes, self.pulls = [list(map(message, t[side])) for side in ('pushes', 'pulls')]
        self.ands, self.products = [[[words[o] for o in c] for c in t[kind]] for kind in ('ands', 'products')]

    def encode(self):
        t, text = self.source, lambda s: u64(len(s.encode())) + s.encode()
        out = text(t['name'])
        out += u64(t['committed']) + u64(t['fixed']) + u64(len(t['forms']))
        for value, terms in t['forms']:
            out += u64(value) + u64(len(terms))
            out += b''.join(u64(c | k << 32 | (n & 255) << 40) + u64(mask) for c, k, n, mask in terms)
        for kind in ('ands', 'products'):
            out += u64(len(t[kind])) + b''.join(b''.join(map(u64, c)) for c in t[kind])
        for side in ('pushes', 'pulls'):
            out += u64(len(t[side]))
            for tag, words in t[side]: out += u64(tag) + u64(len(words)) + b''.join(map(u64, words))
        return out

    def terms(self, bits):
        """The (column, bit) pairs of a set, and whether it has the constant."""
        out, width = [], 64 * (self.committed + self.fixed)
        while bits:
            i = (bits & -bits).bit_length() - 1
            bits ^= 1 << i
            out.append(None if i == width else divmod(i, 64))
        return out

# ------------------------------------------------------------------ layout and schedule
def log2_up(n): return max(n - 1, 0).bit_length()
LIMIT, LANE_LOG = 28, 4

def slabs_of(n):
    """(rows, log) of the slabs that n rows are cut into."""
    out, rest = [], n
    while rest:
        up = max(log2_up(rest), 3)
        if len(out) == 5 or (1 << up) - rest <= max(n // 32, 128): return out + [(rest, up)]
        out.append((1 << up - 1, up - 1))
        rest -= 1 << up - 1
    return out

def places(logs):
    """Where parts of these logarithms begin in one index space, the larger first; and its end."""
    bases, end = [0] * len(logs), 0
    for i in sorted(range(len(logs)), key=lambda i: -logs[i]):
        bases[i] = end
        end += 1 << logs[i]
    return bases, end

class Stack:
    def __init__(self, slabs, items, floor=0):
        self.blocks, self.length = [], 0     # (base, slab, item)
        for s in sorted(range(len(slabs)), key=lambda s: -slabs[s][2]):
            for item in range(items(slabs[s][0])):
                self.blocks.append((self.length, s, item))
                self.length += 1 << slabs[s][2]
        check(self.length <= 1 << LIMIT, 'TooLarge')
        self.log = max(log2_up(self.length), floor)

class Layout:
    def __init__(self, tables, rows, statement):
        check(sum(rows) <= (1 << 26) - 2, 'TooManyRows')
        self.slabs = s = [(t, n, log) for t, r in zip(tables, rows) for n, log in slabs_of(r)]
        tallest = max((log for _, _, log in s), default=0)
        self.main = Stack(s, lambda t: (t.committed + 1) // 2, LANE_LOG)
        self.fixed = Stack(s, lambda t: (t.fixed + 1) // 2, LANE_LOG)
        self.pushes, self.pulls = Stack(s, lambda t: len(t.pushes)), Stack(s, lambda t: len(t.pulls))
        self.ands = Stack(s, lambda t: len(t.ands), tallest)
        self.products = Stack(s, lambda t: len(t.products))
        self.bus_log = max(self.pushes.log, self.pulls.log, tallest)
        for stack, side in ((self.pushes, 'pushes'), (self.pulls, 'pulls')):
            check(stack.length + len(statement[side]) <= 1 << LIMIT, 'TooLarge')
        oracles = [self.main] + [self.fixed] * bool(self.fixed.blocks)
        bases, joint = places([o.log for o in oracles])
        self.oracles, self.joint_log = list(zip(oracles, bases)), log2_up(joint)
        # All pairs of columns: (joint base, slab, first column in the slab's numbering of both kinds).
        self.pairs = [(base + b, s, 2 * item + (0 if o is self.main else self.slabs[s][0].committed), o)
                      for o, base in self.oracles for b, s, item in o.blocks]
        self.column = {}                     # (slab, column) -> index of the column
        for i, (_, s, first, o) in enumerate(self.pairs):
            t = self.slabs[s][0]
            end = t.committed if o is self.main else t.committed + t.fixed
            for half in (0, 1):
                if first + half < end: self.column[s, first + half] = 2 * i + half
        self.column_log = max(log2_up(2 * len(self.pairs)), 1)
        # Values under pads: bus, AND check, columns, points, delta, the polynomial of the products.
        self.pads = (2 + sum(2 * i + 5 for i in range(self.bus_log)) + 64 + 2 * self.ands.log + 3
                     + 2 * (self.column_log + 6) + 2 + 2 * self.joint_log + 1 + 2 * self.bus_log + 2)
        if self.products.blocks:             # powers, factors, bases, powers of the generator; what that adds to others
            m = self.products.log
            self.pads += 1 + sum(2 * (m + i) + 2 for i in range(6)) + 2 * (m + 6) + 4 + 64 + 63 + 1 + 4 * m + 3
            self.pads += sum(2 * (m + 2 + i) + 2 for i in range(6)) + 2 + 15 + 2

class Level:
    """What is demanded: bits, and where between time and size a proof lies."""
    def __init__(self, bits, small, hiding):
        self.bits, self.small, self.hiding = bits, small, hiding
        self.number = bits | small << 16 | hiding << 17
        self.rates, self.lanes, self.work = SMALL if small else FAST
        self.from_queries = bits + 1 - self.work     # one bit more than the level, in every move
FAST, SMALL = ([1, 2, 3, 4], [5, 3, 3], 18), ([3, 3, 3, 4], [5, 3, 3], 22)

@functools.lru_cache(None)
def queries(miss, bits): return next(n for n in itertools.count(1) if miss**n <= Fraction(1, 2**bits))

@functools.lru_cache(None)
def cover(log, rate, lanes, pads, wanted):
    """Tails as short as they can be, with room for so many pads."""
    for tail in itertools.count():
        top, r = max(log, tail), rate
        while Fraction(2**top + 2**tail, 2**(top + r)) > Fraction(5, 8): r += 1
        n = queries((1 + Fraction(2**top + 2**tail, 2**(top + r))) / 2, wanted)
        if n + 1 + BLINDS + -(-(pads + 2 + 128) // lanes) <= 2**tail: return tail, top, r, n

class Code:
    def __init__(self, level, length, log, lane_log, rate, trusted=False):
        self.lane_log, self.log, self.rate = lane_log, log - lane_log, rate
        self.lanes = self.width = max(1, -(-length // (1 << self.log)))
        # A word is far from the code; or it is a codeword, and so is what it is compared with.
        rho = Fraction(1, 2**rate)
        self.queries = queries(rho if trusted else (1 + rho) / 2, level.from_queries)
        self.tail, self.top, self.positions, self.shift = None, self.log, self.log + rate, 0

    def cover(self, level, pads):
        self.lanes = max(self.lanes, 9)
        made = cover(self.log, self.rate, self.lanes, pads, level.from_queries)
        self.tail, self.top, self.rate, self.queries = made
        self.positions, self.width = self.top + self.rate, self.lanes + 1
        self.shift = 1 << self.positions     # on the subspace itself tails are 0

    def place(self, entry):
        """Lane, and index in its tail, of an entry of the cover."""
        return entry % self.lanes, self.queries + 1 + BLINDS + entry // self.lanes

    def row(self, position):
        """The functional on a folded lane and its tail that a symbol is."""
        values = code_row(self.top + 1, position + self.shift)
        tail = [] if self.tail is None else [mul(values[self.top], x) for x in tensor(values[:self.tail])]
        return values[:self.log], tail

class Schedule:
    def __init__(self, layout, level):
        first = lambda stack, *rate: Code(level, stack.length, stack.log, LANE_LOG, *rate)
        self.firsts = [first(layout.main, level.rates[0])] + [first(o, 3, True) for o, _ in layout.oracles[1:]]
        if level.hiding: self.firsts[0].cover(level, layout.pads)
        tails = [c.tail for c in self.firsts if c.tail is not None]
        self.bases, self.length = places([c.log for c in self.firsts] + tails)
        self.tail_base = self.bases[-1]      # of the one that has tails
        self.log = log2_up(self.length)
        self.rounds, log, length = [], self.log, self.length
        while log > 9:
            n = len(self.rounds)
            code = Code(level, length, log, min(level.lanes[min(n, 2)], log - 8), level.rates[min(1 + n, 3)])
            self.rounds.append(code)
            log, length = code.log, 1 << code.log
        self.final_log, self.final_length = log, length

# ------------------------------------------------------------------ values under pads
BLINDS = 2
class Form:
    """A constant, and multiples of entries of the cover."""
    def __init__(self, constant, entries=None): self.constant, self.entries = constant, entries or {}
    def __xor__(self, other):
        if not isinstance(other, Form): other = Form(other)
        entries = dict(self.entries)
        for i, x in other.entries.items(): entries[i] = entries.get(i, 0) ^ x
        return Form(self.constant ^ other.constant, entries)
    __rxor__ = __xor__
def scale(value, factor):
    if not isinstance(value, Form): return mul(value, factor)
    return Form(mul(value.constant, factor), {i: mul(x, factor) for i, x in value.entries.items()})
@functools.lru_cache(None)
def differences(n):
    """Of the points 0, 1, ..., n - 1: the inverse product of each one's differences to the others."""
    return [inverse(product(i ^ j for j in range(n) if j != i)) for i in range(n)]
def interpolate(values, z):
    """At z, the polynomial that has these values at 0, 1, 2, ..."""
    n = len(values)
    before = list(itertools.accumulate([z ^ i for i in range(n)], mul, initial=1))
    after = list(itertools.accumulate([z ^ i for i in reversed(range(n))], mul, initial=1))
    weights = [mul(mul(before[i], after[n - 1 - i]), d) for i, d in enumerate(differences(n))]
    return xor(scale(v, w) for v, w in zip(values, weights, strict=True))

# ------------------------------------------------------------------ the verifier
class Verifier:
    def __init__(self, instance, proof):
        self.tables = [Table(t) for t in instance['tables']]
        self.key, self.statement = instance['key'], instance['statement']
        self.level = Level(instance['bits'], instance['small'], instance['hiding'])
        self.hiding = self.level.hiding
        self.t, self.p = Transcript(), Reader(proof)
        self.received, self.equations, self.products, self.squares = 0, [], [], []

    def values(self, label, n):
        """Reads n values, which are under pads if the proof hides, and absorbs what it reads."""
        values = self.elements(label, n)
        if not self.hiding: return values
        self.received += n
        return [Form(x, {i: 1}) for i, x in enumerate(values, self.received - n)]

    def equal(self, a, b, step):
        if self.hiding: self.equations.append(a ^ b ^ Form(0))
        else: check(a == b, step)

    def is_product(self, a, b, c, step):
        if self.hiding: self.products.append((a, b, c))
        else: check(mul(a, b) == c, step)

    def product(self, a, b):
        if not self.hiding: return mul(a, b)
        c, = self.values('product', 1)
        self.is_product(a, b, c, None)
        return c

    def square(self, a):
        if not self.hiding: return mul(a, a)
        b, = self.values('square', 1)
        self.squares.append((a, b))
        return b

    def elements(self, label, n):
        """Reads n elements, and absorbs them."""
        values = self.p.elements(n)
        self.t.absorb(label, pack(values))
        return values

    def work(self, name, exceptional, attained=False):
        """The proof of work before challenges of which so many are exceptional; None for queries."""
        bits = self.level.work
        if exceptional is not None:
            bits = max(log2_up(exceptional) + self.level.bits + 1 - 128, 8 if attained else 0)
        if bits:
            nonce = self.p.take(-(-(bits + 8) // 8))
            found = int.from_bytes(digest(GRIND, self.t.state, nonce, bytes(32 - len(nonce)))[:16], 'little')
            self.t.absorb('nonce', nonce)
            check(found % (1 << bits) == 0, f'Work("{name}")')

    def plain(self, label, claim, n, name='rounds', exceptional=2, attained=False):
        point = []
        for _ in range(n):
            c0, c2 = (self.elements if label in ('fold', 'tail') else self.values)(label, 2)
            self.work(name, exceptional, attained)
            r = self.t.draw(label)
            c1 = claim ^ c2                  # p(0) + p(1) = c1 + c2
            claim = c0 ^ scale(c1, r) ^ scale(c2, mul(r, r))
            point.insert(0, r)
        return claim, point

    def with_eq(self, label, claim, q, name):
        point = []
        for qv in reversed(q):
            c1, c2 = self.values(label, 2)
            self.work(name, 2)
            r = self.t.draw(label)
            c0 = claim ^ scale(c1 ^ c2, qv)  # (1 + q) p(0) + q p(1) = c0 + q (c1 + c2)
            claim = c0 ^ scale(c1, r) ^ scale(c2, mul(r, r))
            point.insert(0, r)
        return claim, point

    def run(self):
        t, p, key, st = self.t, self.p, self.key, self.statement
        p.section = 'rows'
        given = iter(key['rows'])
        rows = [next(given) if table.fixed else p.number(4) for table in self.tables]
        self.layout = L = Layout(self.tables, rows, st)
        self.schedule = Schedule(L, self.level)
        # What the protocol takes for granted: layout, codes, covers.
        numbers = [3, 6, LANE_LOG, 128, 32] + [8, LANE_LOG, 3]
        for rates, lanes, work in (FAST, SMALL): numbers += [work] + rates + lanes
        numbers += [BLINDS, 9, 5, 8] + [128, 8, 1]
        rules = b"Cantor's basis" + b''.join(map(u64, numbers))
        rules += b''.join(u64(len(e)) + e for e in (table.encode() for table in self.tables))
        t.absorb('level', u32(self.level.number))
        t.absorb('rules', digest(RULES, rules))
        t.absorb('key root', bytes.fromhex(key['root']))
        t.absorb('key rows', b''.join(map(u32, key['rows'])))
        t.absorb('statement', bytes.fromhex(st['bytes']))
        for side in ('pushes', 'pulls'):
            t.absorb(f'statement {side}', u64(len(st[side])))
            for i in range(0, len(st[side]), 4096):
                t.absorb(f'statement {side}', b''.join(u64(w) for m in st[side][i:i + 4096] for w in m))
        t.absorb('rows', b''.join(map(u32, rows)))
        p.section = 'commitment'
        self.root = p.take(32)
        t.absorb('commitment', self.root)
        messages = max(stack.length + len(st[side]) for stack, side in ((L.pushes, 'pushes'), (L.pulls, 'pulls')))
        self.work('alpha, gamma', messages, True)
        self.bus(); self.and_check(); self.word_products(); self.columns(); self.points(); self.ring_switch(); self.opening()
        check(p.at == len(p.data), f'TrailingBytes({len(p.data) - p.at})')

    def bus(self):
        t, L = self.t, self.layout
        self.p.section = 'bus'
        self.alpha, self.gamma = t.draws('alpha', 5), t.draw('gamma')
        push, pull = self.values('products', 2)
        leaf = lambda m: self.gamma ^ dot(self.alpha, m)
        sides = [scale(x, product(map(leaf, self.statement[s]))) for x, s in ((push, 'pushes'), (pull, 'pulls'))]
        self.equal(*sides, 'BusBalance')
        point = []
        def before(layer):                   # the last variable of the layer above, and what comes with it
            if layer < L.bus_log: self.work('layer variable, lambda', 2)
            else: self.work('layer variable, rho', max(L.ands.log, 1))
        before(0)
        for layer in range(L.bus_log):
            combine = t.draw('lambda')
            claim, at = self.with_eq('product layer', push ^ scale(pull, combine), point, 'product layer rounds')
            a0, a1, b0, b1 = self.values('layer values', 4)
            second = self.product(b0, b1)
            self.is_product(a0, a1, claim ^ scale(second, combine), f'ProductLayer({layer})')
            before(layer + 1)
            top = t.draw('layer variable')
            push, pull = a0 ^ scale(a0 ^ a1, top), b0 ^ scale(b0 ^ b1, top)
            point = at + [top]
        self.leaves, self.bus_point = [push, pull], point
        self.covered_by_bus = {s for stack in (L.pushes, L.pulls) for _, s, _ in stack.blocks}

    def and_check(self):
        t, L = self.t, self.layout
        self.p.section = 'and check'
        rho = t.draws('rho', L.ands.log)
        skip = self.values('skip', 64)
        self.work('z', 127)
        z = t.draw('z')
        claim = xor(scale(v, l) for v, l in zip(skip, lagrange(128, z)[64:], strict=True))
        claim, self.and_point = self.with_eq('and', claim, rho, 'rounds')
        a, b, c = self.operands = self.values('and values', 3)
        self.is_product(a, b, claim ^ c, 'AndCheck')
        self.bit_weights = lagrange(64, z)

    def power_layers(self, claim, point, step):
        """Six layers of products, of trees whose roots are at `point`."""
        for layer in range(6):
            claim, at = self.with_eq('power layer', claim, point, 'power rounds')
            low, high = self.values('power values', 2)
            self.is_product(low, high, claim, f'{step}({layer})')
            self.work('power variable', 2)
            top = self.t.draw('power variable')
            claim, point = low ^ scale(low ^ high, top), at + [top]
        return claim, point

    def word_products(self):
        """a b = low + 2^64 high, as (g^a)^b = g^low (g^(2^64))^high and a_0 b_0 = low_0."""
        t, m, self.word_claims = self.t, self.layout.products.log, []
        if not self.layout.products.blocks: return
        self.p.section = 'products'
        self.work('power point', max(m, 1))
        start = t.draws('power point', m)
        side, = self.values('power', 1)
        claim, point = self.power_layers(side, start, 'PowerLayer')
        low_bits = t.draw('low bits')
        claim, point = self.with_eq('power factors', claim ^ 1, point, 'power rounds')
        exponent, a_0, b_0, low_0 = words = self.values('power words', 4)
        bases = self.values('conjugates', 64)
        roots = [[power(x, 2**(128 - j)) for x in point] for j in range(64)]
        factor = scale(bases[63], eq(roots[63][m:], 63))
        for j in reversed(range(63)): factor = self.square(factor) ^ scale(bases[j], eq(roots[j][m:], j))
        low = self.product(a_0, b_0) ^ low_0
        self.is_product(exponent, factor ^ 1, claim ^ scale(low, low_bits), 'PowerFactors')
        self.work('conjugates', 63)
        alpha = t.draw('conjugate factor')
        base = xor(scale(b, power(alpha, j)) for j, b in enumerate(bases))
        base_point = []
        for q in reversed(start):
            c0, c2, d1, d2 = self.values('bases', 4)
            self.work('power rounds', 2)
            r = t.draw('bases')
            base = c0 ^ scale(base ^ c2, r) ^ scale(c2, mul(r, r))
            side = side ^ scale(d1 ^ d2, q) ^ scale(d1, r) ^ scale(d2, mul(r, r))
            base_point.insert(0, r)
        of_a, of_low, of_high = self.values('base values', 3)
        weight = xor(mul(power(alpha, j), eq_points(root[:m], base_point)) for j, root in enumerate(roots))
        self.equal(base, scale(of_a, weight), 'PowerBases')
        self.is_product(of_low, of_high, side, 'PowerProducts')
        self.work('trees', 2)
        trees = t.draws('trees', 2)
        claim = xor(scale(v, e) for v, e in zip((of_a, of_low, of_high, 1), eq_table(trees), strict=True))
        claim, leaves = self.power_layers(claim, trees + base_point, 'GeneratorLayer')
        # What is left: at each of two points, claims on weighted bits of operands.
        lowest = [1] + [0] * 63
        of_words = [[(1, eq_table(point[m:]))], [(0, lowest)], [(1, lowest)], [(2, lowest)]]
        trees, bits = eq_table(leaves[:2]), eq_table(leaves[2 + m:])
        weights = lambda tree, first: [mul(mul(tree, bits[j // 8 + 8 * (j % 8)]), power(2, 2**(first + j)) ^ 1) for j in range(64)]
        of_leaves = [(0, weights(trees[0], 0)), (2, weights(trees[1], 0)), (3, weights(trees[2], 64))]
        self.word_claims = [(point[:m], list(zip(words, of_words, strict=True))), (leaves[2:2 + m], [(claim ^ 1, of_leaves)])]

    def functionals(self):
        """Of all claims: weights {(column, bit): weight} and the constant part."""
        L, out = self.layout, []
        def form(weights, s, word, scales, scale, active):
            constant = 0
            for bits, w in zip(word, scales):
                for term in L.slabs[s][0].terms(bits):
                    if term is None: constant ^= mul(scale, mul(active, w))
                    else:
                        index = L.column[s, term[0]], term[1]
                        weights[index] = weights.get(index, 0) ^ mul(scale, w)
            return constant
        def place(point, base, s):
            _, n, log = L.slabs[s]
            return eq(point[log:], base >> log), below(point[:log], n)
        for stack, side in ((L.pushes, 'pushes'), (L.pulls, 'pulls')):
            weights, constant = {}, 1        # a leaf is 1 where there is no message
            for base, s, item in stack.blocks:
                scale, active = place(self.bus_point, base, s)
                constant ^= mul(scale, mul(active, self.gamma ^ 1))
                for a, word in zip(self.alpha, getattr(L.slabs[s][0], side)[item]):
                    constant ^= form(weights, s, word, [mul(a, 1 << j) for j in range(64)], scale, active)
            out.append((weights, constant))
        for operand in range(3):
            weights, constant = {}, 0
            for base, s, item in L.ands.blocks:
                scale, active = place(self.and_point, base, s)
                constant ^= form(weights, s, L.slabs[s][0].ands[item][operand], self.bit_weights, scale, active)
            out.append((weights, constant))
        for point, claims in self.word_claims:
            for _, operands in claims:
                weights, constant = {}, 0
                for base, s, item in L.products.blocks:
                    scale, active = place(point, base, s)
                    for operand, bits in operands:
                        constant ^= form(weights, s, L.slabs[s][0].products[item][operand], bits, scale, active)
                out.append((weights, constant))
        return out

    def columns(self):
        t, L = self.t, self.layout
        self.p.section = 'columns'
        # The claims, by points.
        groups = [self.leaves, self.operands] + [[value for value, _ in claims] for _, claims in self.word_claims]
        self.work('eta', sum(map(len, groups)) - 1)
        eta, claim, factor = t.draw('eta'), 0, 1
        functionals = self.functionals()
        for value, (_, constant) in zip(sum(groups, []), functionals, strict=True):
            claim ^= scale(value ^ constant, factor)
            factor = mul(factor, eta)
        claim, point = self.plain('columns', claim, L.column_log + 6)
        self.m = self.values('column values', len(groups))
        bit_eq, column_eq = eq_table(point[:6]), eq_table(point[6:])
        w, factor = [0] * len(groups), 1
        groups = [i for i, group in enumerate(groups) for _ in group]
        for i, (weights, _) in zip(groups, functionals, strict=True):
            at = xor(mul(x, mul(column_eq[c], bit_eq[b])) for (c, b), x in weights.items())
            w[i] ^= mul(factor, at)
            factor = mul(factor, eta)
        self.equal(claim, xor(map(scale, self.m, w)), 'ColumnReduction')
        self.bits, self.pair_point = point[:7], point[7:]

    def points(self):
        t, L = self.t, self.layout
        self.p.section = 'points'
        self.work('theta', len(self.m) - 1)
        theta = t.draw('theta')
        claim = xor(scale(m, power(theta, i)) for i, m in enumerate(self.m))
        self.value, self.index = self.plain('points', claim, L.joint_log)
        covered = lambda stack: {s for _, s, _ in stack.blocks}
        points = [(self.bus_point, self.covered_by_bus), (self.and_point, covered(L.ands))]
        points += [(point, covered(L.products)) for point, _ in self.word_claims]
        omega, pair_eq = 0, eq_table(self.pair_point)
        for i, (base, s, _, _) in enumerate(L.pairs):
            log = L.slabs[s][2]
            rows = xor(mul(power(theta, k), eq_points(q[:log], self.index[:log])) for k, (q, slabs) in enumerate(points) if s in slabs)
            omega ^= mul(mul(pair_eq[i], eq(self.index[log:], base >> log)), rows)
        self.omega = omega

    def ring_switch(self):
        self.p.section = 'ring switch'
        delta, xi = 0, 0
        if self.hiding:                      # the folded block, before what keeps it apart
            delta, = self.values('delta', 1)
            self.work('xi', 1)
            xi = self.t.draw('xi')
        sums = self.elements('bit sums', 128)
        folded = dot(eq_table(self.bits), sums) ^ scale(delta, xi)
        self.equal(self.value, scale(folded, self.omega), 'RingSwitch')
        if self.hiding: self.settle()
        self.work('ring, chi' if self.hiding else 'ring', max(7, len(self.equations)))
        self.images = eq_table(self.t.draws('ring', 7))
        across = [sum((s >> v & 1) << u for u, s in enumerate(sums)) for v in range(128)]
        self.claim, self.entries = dot(across, self.images), {}
        if self.hiding:
            chi = self.t.draw('chi')
            combined = xor(scale(e, power(chi, i + 1)) for i, e in enumerate(self.equations))
            self.claim ^= combined.constant
            self.entries = combined.entries
            for j in range(128):
                of_block, entry = mul(xi, 1 << j), self.layout.pads + 2 + j
                self.entries[entry] = xor(im for v, im in enumerate(self.images) if of_block >> v & 1)

    def settle(self):
        """All products as one of polynomials; all squares as the square of one sum."""
        n, pads = len(self.products), self.layout.pads
        first, = self.values('product values', 1)
        last = self.values('product values', n)
        if self.squares:
            mask, self.received = Form(0, {self.received: 1}), self.received + 1
            square, = self.values('square mask', 1)
        self.work('product point', max(2 * n, len(self.squares)))
        point = self.t.draw('product point')
        while point <= 2 * n: point = self.t.draw('product point')
        factor = self.t.draw('square factor') if self.squares else None
        seen = self.elements('product factors', 2)
        x, y, z = map(list, zip(*self.products))
        for values, value in (([Form(0, {pads: 1})] + x, seen[0]), ([Form(0, {pads + 1: 1})] + y, seen[1]),
                              ([first] + z + last, mul(*seen))):
            self.equations.append(interpolate(values, point) ^ value)
        if self.squares:
            total, = self.elements('square sum', 1)
            roots, squares = zip((mask, square), *self.squares)
            for values, f, value in ((roots, factor, total), (squares, mul(factor, factor), mul(total, total))):
                self.equations.append(xor(scale(v, power(f, i)) for i, v in enumerate(values)) ^ value)
        assert self.received == pads

    def draw_positions(self, code):
        return sorted({self.t.draw('query') % (1 << code.positions) for _ in range(code.queries)})

    def open(self, code, positions, root, round):
        """Rows and folded symbols of the queries of one code."""
        t, p = self.t, self.p
        rows = [p.elements(code.width) for _ in positions]
        padding = bytes(-16 * code.width % 64)        # leaves are whole blocks of the hash
        level = {q: digest(LEAF, pack(row), padding) for q, row in zip(positions, rows)}
        for _ in range(code.positions):
            for q in sorted(level):
                if q ^ 1 not in level: level[q ^ 1] = p.take(32)
            level = {q >> 1: digest(NODE, level[q], level[q | 1]) for q in sorted(level) if q % 2 == 0}
        check(level == {0: root}, f'MerklePath({round})')
        for row in rows: t.absorb('opened row', pack(row))
        fold = lambda row: mul(self.factor, dot(row[:code.lanes], self.lane_eq)) ^ xor(row[code.lanes:])
        return [(fold(row), code.row(q)) for q, row in zip(positions, rows)]

    def opening(self):
        t, p, L, S = self.t, self.p, self.layout, self.schedule
        p.section = 'opening'
        value, blind, self.factor, covered = self.claim, 1, 1, S.firsts[0]
        if self.hiding:
            weights = [t.draws('blind', BLINDS) for _ in range(covered.lanes)]
            blinded, = self.elements('blinded', 1)
            self.work('blind factor', 1)
            blind = t.draw('blind factor')
            value = mul(blind, value) ^ blinded
        value, lane_point = self.plain('fold', value, LANE_LOG, 'fold', max(1 << covered.positions, 2), True)
        if self.hiding:
            masked, = self.elements('masked', 1)
            self.work('mask factor', 1 << covered.positions)
            self.factor = t.draw('mask factor')
            value = mul(self.factor, value) ^ masked
        self.lane_eq, point, root = eq_table(lane_point), [], None
        first_equations, equations = [[] for _ in S.firsts], []
        roots = [self.root, bytes.fromhex(self.key['root'])]
        for round in range(len(S.rounds) + 1):
            last = round == len(S.rounds)
            if last: clear = self.elements('final vector', S.final_length)
            else:
                next_root = p.take(32)
                t.absorb('root', next_root)
            self.work('queries', None)
            codes = S.firsts if round == 0 else [S.rounds[round - 1]]
            drawn = [self.draw_positions(c) for c in codes]      # all of them before any row
            opened = [self.open(c, d, r, round) for c, d, r in zip(codes, drawn, roots if round == 0 else [root])]
            if last: break
            self.work('beta', sum(c.queries for c in codes))
            beta = t.draw('beta')
            coefficient = beta
            for i, symbols in enumerate(opened):
                for y, row in symbols:
                    value ^= mul(coefficient, y)
                    (first_equations[i] if round == 0 else equations).append((coefficient, row))
                    coefficient = mul(coefficient, beta)
            code = S.rounds[round]
            value, r = self.plain('fold', value, code.lane_log, 'fold', 1 << code.positions)
            self.lane_eq, self.factor, point, root = eq_table(r), 1, r + point, next_root
        for i, symbols in enumerate(opened):
            base = S.bases[i] if round == 0 else 0
            for y, (row, tail) in symbols:
                seen = dot(tensor(row), clear[base:base + (1 << len(row))])
                seen ^= dot(tail, clear[S.tail_base:S.tail_base + len(tail)])
                check(seen == y, f'QueryValue({round})')
        value, r = self.plain('tail', value, S.final_log, 'tail')
        point = r + point
        at = lambda row: product(1 ^ rv ^ mul(rv, w) for rv, w in zip(point, row))
        weight = xor(mul(c, at(row)) for c, (row, _) in equations)
        for code, base, (stack, joint_base), own in zip(S.firsts, S.bases, L.oracles, first_equations):
            total = xor(mul(c, at(row)) for c, (row, _) in own)
            # Entry by entry: phi(eq(index, i)) at the oracle's indices, against eq of the point.
            above = eq(self.index[stack.log:], joint_base >> stack.log)
            inner = eq_table(point[:code.log] + lane_point)
            for e, x in zip(eq_table(self.index[:stack.log]), inner, strict=True):
                e = mul(e, above)
                total ^= mul(blind, mul(x, xor(im for v, im in enumerate(self.images) if e >> v & 1)))
            weight ^= mul(total, eq(point[code.log:], base >> code.log))
        if self.hiding:                      # the tails, entry by entry
            tails = [[0] * (1 << covered.tail) for _ in range(covered.lanes)]
            for entry, w in self.entries.items():
                lane, index = covered.place(entry)
                tails[lane][index] ^= mul(blind, w)
            for lane, both in zip(tails, weights, strict=True):
                for j, w in enumerate(both): lane[covered.queries + 1 + j] ^= w
            folded = [xor(mul(e, lane[j]) for e, lane in zip(eq_table(lane_point), tails)) for j in range(1 << covered.tail)]
            for c, (_, tail) in first_equations[0]:
                folded = [w ^ mul(c, x) for w, x in zip(folded, tail, strict=True)]
            inner = dot(folded, eq_table(point[:covered.tail]))
            weight ^= mul(inner, eq(point[covered.tail:], S.tail_base >> covered.tail))
        check(value == mul(weight, dot(clear, eq_table(r))), 'OpeningValue')

def main():
    results = []
    for instance in json.load(sys.stdin):
        for proof in instance['proofs']:
            v, step = Verifier(instance, bytes.fromhex(proof)), None
            try: v.run()
            except Reject as reject: step = str(reject)
            results.append({'step': step, 'challenges': [[l, format(x, '032x')] for l, x in v.t.drawn]})
    json.dump(results, sys.stdout)

if __name__ == '__main__':
    main()
