"""A block's row: it does what the instructions of its path do, one after the other.

The instructions are those of `claims.EXECUTED`, the same functions that say what rows of single instructions do. Here
each is a step that finds its operands where the steps before left them, and memory is the cells that the row takes from
the bus. What the compiler notes of a block (which word of the row an instruction's result is, which cell an access is in)
is a hint and no more: every hint is a question to the solver before anything follows from it.
"""
from dataclasses import dataclass

import facts
import products
from claims import EXECUTED
from messages import RAM, REGISTER, RESERVATION, SINK, STATE, at, high, low
from shapes import ALL_ONES, Row, Table, Wrong, constants
from solver import all_of, number, unknown
from specification.division import DIVISIONS

# Times of accesses within that of a row.
SLOTS = 64


@dataclass
class Block:
    """What is exported of a block."""
    program: str
    table: Table
    steps: list                 # of the path's instructions: decoded words, and hints
    slots: list                 # when each cell is put back, within the row's time: a hint
    constants: dict             # read-only cells of the image: value, by address

    @staticmethod
    def read(exported):
        table, values = Table(**exported['table']), dict(exported['constants'])
        return Block(**exported | {'table': table, 'constants': values})

    @property
    def name(self): return self.table.name


class Operands:
    """The decoded words of an instruction, as numbers: what the cell of a row holds."""

    def __init__(self, step):
        self.rd, self.rs1, self.rs2 = (number(step[name], 6) for name in ('rd', 'rs1', 'rs2'))
        self.imm, self.next = number(step['imm']), number(step['next'], 32)


def find_instruction(machine, step):
    """The instruction that the words of a step are decoded from, by kind, flags and the form of its operands, as for
    program cells. Where several have the same words, the tables are proved to do what each says."""
    for instruction in machine.instructions:
        same = (instruction.kind, instruction.flags) == (step['kind'], step['flags'])
        if same and instruction.name in EXECUTED and all(
                facts.holds(fact) for fact in facts.FORMS[instruction.format](Operands(step))):
            return instruction
    raise Wrong(f'no instruction of a path is decoded to {step}')


class Place:
    """A register or cell that the row takes from the bus and puts back; `value` is what it holds as the path goes on."""

    def __init__(self, pulled, pushed):
        self.pulled, self.pushed = pulled, pushed
        self.place, self.before = low(pulled[0]), high(pulled[0])
        self.found, self.value = pulled[1], pulled[1]
        self.accesses, self.writes, self.address = [], [], None


class Register:
    """A register, as a step accesses it."""

    def __init__(self, step, index): self.step, self.index = step, index

    @property
    def found(self):
        return number(0) if self.index == 0 else self.step.path.register(self.index).value

    def holds(self, value):
        """What is written to x0 nobody reads."""
        if self.index != SINK:
            self.step.path.register(self.index).value = value


class Cell:
    """A cell of memory that the row has, as a step accesses it."""

    def __init__(self, step, index):
        self.step, self.cell, self.name = step, step.path.cells[index], f'cell {index}'
        self.place, self.found = self.cell.place, self.cell.value
        self.cell.accesses.append(step.position)

    def is_at(self, place):
        self.step.goal('which cell', self.place == place)

    def is_unchanged(self): pass

    def holds(self, value):
        self.cell.value = value
        self.cell.writes.append(self.step.position)


class Constant:
    """A read-only cell of the image."""
    name = 'constant cell'

    def __init__(self, address, value):
        self.place, self.found = facts.read_only_cell(address), number(value)

    def is_at(self, _): raise Wrong('a read-only cell is written')
    def holds(self, _): raise Wrong('a read-only cell is written')
    def is_unchanged(self): pass


class Step:
    """An instruction on a path: what `frame.Execution` is for a row of its own."""

    def __init__(self, path, position):
        self.path, self.position = path, position
        self.words = path.block.steps[position]
        self.instruction = find_instruction(path.machine, self.words)
        self.cell = Operands(self.words)
        self.ram = self.find_ram()

    def find_ram(self):
        hint = self.words['cell']
        if hint is None: return []
        if 'found' in hint: return [Cell(self, hint['found'])]
        address, known = hint['constant'], self.path.block.constants
        if address not in known:
            raise Wrong(f'the cell at {address:#x} is a constant of the row, and not read-only')
        return [Constant(address, known[address])]

    def goal(self, name, prop):
        self.path.goal(f'step {self.position} ({self.instruction.name} at {self.words["pc"]:#x}): {name}', prop)

    def register(self, name):
        return Register(self, RESERVATION if name == 'reservation' else self.words[name])

    @property
    def a(self): return self.register('rs1').found

    @property
    def b(self): return self.register('rs2').found if self.instruction.format == 'R' else self.cell.imm

    def writes(self, value): self.register('rd').holds(value)

    def go_on(self, pc):
        """Where the path goes on, or the row's next state."""
        if self.position + 1 < len(self.path.block.steps):
            self.goal('the path goes on', pc == self.path.block.steps[self.position + 1]['pc'])
        else:
            self.path.next = pc

    def execute(self):
        if not (self.instruction.name in MULTIPLICATIONS and self.multiply()
                or self.instruction.name in DIVISIONS and self.divide()):
            EXECUTED[self.instruction.name](self)
        self.find_again()

    def multiply(self):
        """By the product of the row that has the operands as factors; False if there is none."""
        for exact in self.path.products:
            for x, y in (exact.factors, exact.factors[::-1]):
                if self.path.judge.holds((x == self.a) & (y == self.b)):
                    words = exact.value.bits(0, 64), exact.value.bits(64, 64)
                    self.writes(products.of_product(self.instruction.name, self.a, self.b, *words))
                    self.go_on(self.cell.next)
                    return True
        return False

    def divide(self):
        """By the product of the row that is that of quotient and divisor; False if there is none."""
        division = DIVISIONS[self.instruction.name]
        a, b = division.operand(self.a), division.operand(self.b)
        for exact in self.path.products:
            for factors in (exact.factors, exact.factors[::-1]):
                goals, divided, result = products.quotient_of(division, a, b, factors, exact.value)
                if self.path.judge.holds(all_of(goals.values())):
                    self.path.judge.learn(divided)
                    self.writes(result)
                    self.go_on(self.cell.next)
                    return True
        return False

    def find_again(self):
        """What the step left, as words of the row."""
        if self.words['result']:
            place = self.path.register(self.words['rd'])
            place.value = self.path.as_word(place.value, self.words['result'])
        if self.words['stored']:
            place = self.path.cells[self.words['cell']['found']]
            place.value = self.path.as_word(place.value, self.words['stored'])


MULTIPLICATIONS = {'mul', 'mulw', *products.SIGNS}


class Exact:
    """A product of the row: its factors, and its value, any 128 bits of which the row's words are the halves."""

    def __init__(self, a, b, value): self.factors, self.value = (a, b), value


class Path:
    """The row of a block, and what is asked of it, of a judge: each goal by name, in the order in which they are needed;
    whether a hint holds; to learn what follows from a hint that does."""

    def __init__(self, machine, block, judge, without=()):
        self.machine, self.block, self.judge = machine, block, judge
        self.next = None
        self.products = []
        self.row = Row(block.table, without, exact=self.exact)
        for exact, words in zip(self.products, self.row.products):
            exact.factors = tuple(words[:2])
        self.find_messages()
        self.facts = [*self.row.constraints, facts.time_is_aligned(self.time)]

    def exact(self, a, b):
        self.products.append(Exact(a, b, unknown('product', 128)))
        return self.products[-1].value

    def find_messages(self):
        """State, registers and cells, each taken and put back, in the same order."""
        tags = [tag for tag, _ in self.row.pulls]
        if tags != [tag for tag, _ in self.row.pushes] or not set(tags) <= {STATE, REGISTER, RAM}:
            raise Wrong('messages that are not put back as they are taken')
        (pulled,), = self.row.pulled(STATE)
        (self.pushed_state,), = self.row.pushed(STATE)
        self.pc, self.time = low(pulled), high(pulled)
        places = {tag: [Place(*both) for both in zip(self.row.pulled(tag), self.row.pushed(tag))]
                  for tag in (REGISTER, RAM)}
        indices = [constants(self.block.table, words[0]) & 0xffffffff for words in pulls(self.block.table, REGISTER)]
        self.registers, self.cells = dict(zip(indices, places[REGISTER])), places[RAM]
        if len(self.registers) < len(indices) or len(self.cells) != len(self.block.slots):
            raise Wrong('a register that is taken twice, or cells without slots')

    def goal(self, name, prop): self.judge.goal(name, prop)

    def register(self, index):
        if index not in self.registers:
            raise Wrong(f'register {index} is accessed by the path, and not by the row')
        return self.registers[index]

    def as_word(self, value, hint):
        """A value as the word of the row that it is said to be; bits on which nothing depends stay as they are."""
        node, mask = hint
        word = self.row.nodes[node] & mask
        if not self.judge.holds(value & mask == word):
            return value
        return word if mask == ALL_ONES else word | (value & ~number(mask))

    def run(self):
        """All that is to be shown of the row."""
        self.goal('entry', self.pc == self.block.steps[0]['pc'])
        for position in range(len(self.block.steps)):
            step = Step(self, position)
            step.execute()
            for cell in step.ram:
                if isinstance(cell, Cell) and cell.cell.address is None:
                    cell.cell.address = cell.place & ~1
        self.goal('next state', self.pushed_state == at(self.next, self.time + facts.TIME_STEP))
        for index, register in self.registers.items():
            self.access(f'register {index}', register, index, self.time)
        for index, (cell, slot) in enumerate(zip(self.cells, self.block.slots)):
            self.access(f'cell {index}', cell, None, self.time | slot)
        self.are_apart()

    def access(self, name, place, index, now):
        if index is not None:
            self.goal(f'{name}: which', place.place == index)
        self.goal(f'{name}: later than before', place.before.below(now))
        self.goal(f'{name}: put back', place.pushed[0] == at(place.place, now))
        self.goal(f'{name}: what it holds', place.pushed[1] == place.value)

    def are_apart(self):
        """Any two cells are different ones, or `in_order`. Then each step finds what the last one before it left that wrote
        the same cell: `facts.py`, cells that a row has twice."""
        if any(not cell.accesses for cell in self.cells) or any(slot >= SLOTS for slot in self.block.slots):
            raise Wrong('a cell that no step accesses, or a time that is not the row\'s')
        for k, cell in enumerate(self.cells):
            others = [other for j, other in enumerate(self.cells[:k])
                      if not self.in_order(j, k) and not self.in_order(k, j)]
            if others:
                self.goal(f'cell {k}: no other', all_of(cell.address != other.address for other in others))

    def in_order(self, j, k):
        """If these are one cell, cell k is the row's later access of it, and finds what cell j leaves: so what is written as
        cell j has to be before all accesses as cell k, and what is written as cell k after all as cell j. Where neither
        is written, their slots do not matter."""
        first, second = self.cells[j], self.cells[k]
        if not first.writes and not second.writes: return True
        before = all(w < a for w in first.writes for a in second.accesses)
        after = all(a < w for a in first.accesses for w in second.writes)
        return before and after and self.block.slots[j] < self.block.slots[k]


def pulls(table, tag): return [words for t, words in table.pulls if t == tag]
