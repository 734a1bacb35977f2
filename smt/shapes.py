"""The exported shapes of tables, and a row of one as terms."""
import copy
import json
from dataclasses import dataclass

import solver
from messages import WORDS
from solver import choose, number, unknown

ALL_ONES = (1 << 64) - 1


class Wrong(Exception):
    """What the machine exports is not what the checks say of it."""


@dataclass
class Table:
    """What the machine says of a table: columns, linear forms, constraints `a & b = c`, products, messages.

    Constraints are numbered: those of the list, then two of each product, of its low and of its high word."""
    name: str
    executes: dict              # kind, rs1, rs2, rd; None for tables of other things
    committed: list
    fixed: list
    nodes: list
    constraints: list           # (name, [a, b, c]), nodes by index
    products: list              # (name, [a, b, low, high]), nodes by index: a b = low + 2^64 high
    pushes: list                # (tag, nodes)
    pulls: list

    def all_constraints(self):
        """The names of all constraints, by number."""
        words = [f'{name}: {word}' for name, _ in self.products for word in ('low', 'high')]
        return [name for name, _ in self.constraints] + words

    def deletable(self):
        """The numbers of constraints that must be missed. A word of a product that is committed and that nothing else
        speaks of is whatever the product says: without that, no row says anything else."""
        uses = [x for _, operands in self.constraints + self.products for x in operands]
        uses += [x for _, words in self.pushes + self.pulls for x in words]
        for kind, x, y in self.nodes:
            uses += [] if kind in ('constant', 'committed', 'fixed') else [x, y] if kind == 'xor' else [x]
        words = [operand for _, operands in self.products for operand in operands[2:]]
        idle = [self.nodes[word][0] == 'committed' and uses.count(word) == 1 for word in words]
        first = len(self.constraints)
        return [*range(first), *(first + i for i, only_named in enumerate(idle) if not only_named)]


@dataclass
class Instruction:
    """An instruction's encoding."""
    name: str
    format: str
    kind: int
    flags: int
    fields: dict                # of a program cell's second word: lowest bit and width, by name
    samples: list               # decoded words, with the cells made of them


@dataclass
class Machine:
    tables: dict                # by name
    instructions: list


def read(path):
    with open(path) as file:
        exported = json.load(file)
    tables = {t['name']: Table(**t) for t in exported['tables']}
    return Machine(tables, [Instruction(**i, fields=exported['fields']) for i in exported['instructions']])


class Row:
    """A row of a table: its words are unknown, its constraints and messages follow.

    `without` are the numbers of constraints to leave out; `exact` gives the term of 128 bits that the product of two
    words is.
    """

    def __init__(self, table, without=(), exact=lambda a, b: a.zero_extend(128) * b.zero_extend(128)):
        self.table = table
        columns = {
            'committed': [unknown(f'committed {name}') for name in table.committed],
            'fixed': [unknown(f'fixed {name}') for name in table.fixed],
        }
        self.committed, self.fixed = columns['committed'], columns['fixed']
        self.nodes = []
        for kind, x, y in table.nodes:
            self.nodes.append(self.evaluate(kind, x, y, columns))
        every = [self.nodes[a] & self.nodes[b] == self.nodes[c] for _, (a, b, c) in table.constraints]
        self.products = [[self.nodes[x] for x in operands] for _, operands in table.products]
        for a, b, low, high in self.products:
            product = exact(a, b)
            every += [product.bits(0, 64) == low, product.bits(64, 64) == high]
        self.constraints = [constraint for index, constraint in enumerate(every) if index not in without]
        self.pushes, self.pulls = self.messages(table.pushes), self.messages(table.pulls)

    def evaluate(self, kind, x, y, columns):
        nodes = self.nodes
        if kind == 'constant': return number(x)
        if kind in columns: return columns[kind][x]
        if kind == 'xor': return nodes[x] ^ nodes[y]
        if kind == 'shl': return nodes[x] << y
        if kind == 'shr': return nodes[x] >> y
        if kind == 'mask': return nodes[x] & y
        if kind == 'broadcast': return choose(nodes[x].bit(y), number(ALL_ONES), number(0))
        raise ValueError(f'unknown node {kind}')

    def messages(self, shape):
        for tag, words in shape:
            if len(words) != WORDS.get(tag):
                raise Wrong(f'a message of tag {tag} with {len(words)} words')
        return [(tag, [self.nodes[w] for w in words]) for tag, words in shape]

    def pushed(self, tag): return [words for t, words in self.pushes if t == tag]
    def pulled(self, tag): return [words for t, words in self.pulls if t == tag]


def evaluate(table, committed, fixed):
    """The nodes of a row, computed on integers."""
    nodes = []
    operations = {
        'constant': lambda c, _: c,
        'committed': lambda i, _: committed[i],
        'fixed': lambda i, _: fixed[i],
        'xor': lambda a, b: nodes[a] ^ nodes[b],
        'shl': lambda a, n: nodes[a] << n & ALL_ONES,
        'shr': lambda a, n: nodes[a] >> n,
        'mask': lambda a, m: nodes[a] & m,
        'broadcast': lambda a, bit: ALL_ONES * (nodes[a] >> bit & 1),
    }
    for kind, x, y in table.nodes:
        nodes.append(operations[kind](x, y))
    return nodes


def constants(table, node):
    """The constant part of a node."""
    return evaluate(table, [0] * len(table.committed), [0] * len(table.fixed))[node]


def broken(table, committed, fixed):
    """The numbers of the constraints that the words of a row break."""
    nodes = evaluate(table, committed, fixed)
    kept = [nodes[a] & nodes[b] == nodes[c] for _, (a, b, c) in table.constraints]
    for _, (a, b, low, high) in table.products:
        product = nodes[a] * nodes[b]
        kept += [nodes[low] == product & ALL_ONES, nodes[high] == product >> 64]
    return [i for i, holds in enumerate(kept) if not holds]


class Claim:
    """What is to be shown of a row: whatever satisfies `facts` satisfies all `goals`, propositions by name.
    `shown` are words worth seeing in a counterexample, by name."""

    def __init__(self, row):
        self.row, self.facts, self.goals, self.shown = row, list(row.constraints), {}, {}

    def goal(self, name, prop):
        assert name not in self.goals, name
        self.goals[name] = prop

    def then(self, facts, goals):
        """A claim of the same row that assumes more, with other goals."""
        other = copy.copy(self)
        other.facts, other.goals = [*self.facts, *facts], dict(goals)
        return other

    def is_satisfiable(self): return solver.model(self.facts) is not None

    def counterexample(self, extra=(), seconds=600):
        """A model in which the facts hold and a goal does not, or None."""
        return solver.model([*self.facts, *extra, ~solver.all_of(self.goals.values())], seconds)

    def describe(self, found):
        """The goals that a counterexample breaks, and its words."""
        broken = [name for name, prop in self.goals.items() if not found(prop)]
        words = [f'{name} = {found(word):#x}' for name, word in self.shown.items()]
        return f'not {", not ".join(broken)} where {", ".join(words)}'
