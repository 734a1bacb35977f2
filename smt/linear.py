"""Linear forms in canonical form: two nodes of a shape say the same exactly when their forms are equal."""


class Form:
    """64 bits, each a sum of committed bits and perhaps 1: a set, as an integer. Bit 0 stands for 1."""
    __slots__ = ('bits',)
    __hash__ = None

    def __init__(self, bits): self.bits = bits
    def __xor__(self, other): return Form([x ^ y for x, y in zip(self.bits, other.bits)])
    def __lshift__(self, n): return Form([0] * n + self.bits[:64 - n])
    def __rshift__(self, n): return Form(self.bits[n:] + [0] * n)
    def __and__(self, mask): return Form([x if mask >> i & 1 else 0 for i, x in enumerate(self.bits)])
    def __invert__(self): return Form([x ^ 1 for x in self.bits])
    def __eq__(self, other): return self.bits == other.bits

    def broadcast(self, bit): return Form([self.bits[bit]] * 64)
    def bit(self, at): return Form([self.bits[at]] + [0] * 63)


def constant(c): return Form([c >> i & 1 for i in range(64)])
def column(index): return Form([1 << 1 + 64 * index + i for i in range(64)])


def forms(table):
    """The form of every node of a table without fixed columns."""
    made = []
    operations = {
        'constant': lambda c, _: constant(c),
        'committed': lambda index, _: column(index),
        'xor': lambda a, b: made[a] ^ made[b],
        'shl': lambda a, n: made[a] << n,
        'shr': lambda a, n: made[a] >> n,
        'mask': lambda a, m: made[a] & m,
        'broadcast': lambda a, bit: made[a].broadcast(bit),
    }
    for kind, x, y in table.nodes:
        made.append(operations[kind](x, y))
    return made
