"""What all rows that execute an instruction share: fetch, accesses, and where execution goes on."""
import facts
from cell import Cell
from messages import PROGRAM, RAM, REGISTER, RESERVATION, STATE, Access, at, high, low
from shapes import Claim, Wrong
from solver import model

# When an instruction accesses what, within its time.
SLOTS = {'rs1': 1, 'rs2': 2, 'rd': 3, 'reservation': 1}


class Frame(Claim):
    """The claim that a row executes an instruction: its program cell, its pc and its time."""

    def __init__(self, row, instruction):
        super().__init__(row)
        (state,), = row.pulled(STATE)
        self.pc, self.time = low(state), high(state)
        self.facts.append(facts.time_is_aligned(self.time))
        (address, w0, w1), = row.pulled(PROGRAM)
        self.cell = Cell(instruction.fields)
        self.facts += [w0 == self.cell.w0, w1 == self.cell.w1, self.cell.flags == instruction.flags]
        self.goal('the cell is the one at the pc', low(address) == self.pc)
        self.goal('the kind is the table\'s', self.cell.kind == instruction.kind)
        self.goal('fetch: later than before', high(address).below(self.time))
        back, = row.pushed(PROGRAM)
        self.goal('the cell is put back', (back[0] == state) & (back[1] == w0) & (back[2] == w1))
        self.shown = {'pc': self.pc, 'time': self.time, 'imm': self.cell.imm}
        self.accounted = 2                  # messages on each side

    def now(self, slot): return self.time | slot

    def accesses(self, tag, names, slots):
        """The accesses of one kind of cell, in the order of the row's messages."""
        pulled, pushed = self.row.pulled(tag), self.row.pushed(tag)
        if not len(pulled) == len(pushed) == len(names):
            raise Wrong(f'{len(pulled)} and {len(pushed)} messages of tag {tag} for {names}')
        self.accounted += len(names)
        made = [Access(self, *parts) for parts in zip(names, pulled, pushed, map(self.now, slots))]
        for access in made:
            self.shown |= {access.name: access.found, f'{access.name} after': access.left}
        return made

    def go_on(self, pc):
        """The next state, and nothing else, follows."""
        (state,), = self.row.pushed(STATE)
        self.goal('next state', state == at(pc, self.time + facts.TIME_STEP))
        self.no_other_messages()

    def no_other_messages(self, taken=0):
        """There are no messages but those spoken of, of which so many are taken and not put back."""
        if not len(self.row.pushes) == len(self.row.pulls) - taken == self.accounted:
            raise Wrong('messages that no specification mentions')


class Execution(Frame):
    """A row that executes `instruction`, with its registers and cells of memory."""

    def __init__(self, row, instruction):
        super().__init__(row, instruction)
        self.instruction = instruction
        self.facts += facts.FORMS[instruction.format](self.cell)
        self.find_registers()
        self.ram = self.find_ram()

    def find_registers(self):
        """rs1, rs2 and rd as the table says that it accesses them, in this order, and the reservation if it does,
        wherever that stands."""
        names = [name for name in ('rs1', 'rs2', 'rd') if self.row.table.executes[name]]
        for place, (address, _) in enumerate(self.row.pulled(REGISTER)):
            if model([low(address) != RESERVATION]) is None:
                names.insert(place, 'reservation')
        found = dict(zip(names, self.accesses(REGISTER, names, [SLOTS[name] for name in names])))
        for name in ('rs1', 'rs2'):
            if name in found:
                index = getattr(self.cell, name)
                found[name].is_at(index.zero_extend(32))
                found[name].is_unchanged()
                self.facts.append(facts.zero_register(index, found[name].found))
        if 'rd' in found:
            found['rd'].is_at(self.cell.rd.zero_extend(32))
        if 'reservation' in found:
            found['reservation'].is_at(RESERVATION)
        self.registers = found

    def find_ram(self):
        """The cells of memory, in slots 1 and 2."""
        count = len(self.row.pulled(RAM))
        cells = self.accesses(RAM, [f'cell {i}' for i in range(count)], range(1, count + 1))
        if count == 2:
            self.facts.append(facts.second_access(*cells))
        return cells

    def register(self, name):
        if name not in self.registers:
            raise Wrong(f'the table does not access {name}')
        return self.registers[name]

    @property
    def a(self):
        """The value of rs1."""
        return self.register('rs1').found

    @property
    def b(self):
        """The second operand: rs2, or the immediate."""
        return self.register('rs2').found if self.instruction.format == 'R' else self.cell.imm

    def writes(self, value):
        """What rd gets."""
        self.register('rd').holds(value)
