"""Rows that execute ECALL, one table for each call: what each may find in registers, leave and put on the bus."""
import facts
from frame import Frame
from messages import COPY_IN, COPY_OUT, EXIT, REGISTER, THE_WRITTEN, WRITTEN, at, high, low
from solver import join
from specification import system
from specification.system import A0, A1, A2, A7

# All registers are accessed in slot 1.
SLOT = 1


class Call(Frame):
    """A row that makes the call with a number, for a file if it is for one."""

    def __init__(self, row, instruction, number, file=None):
        super().__init__(row, instruction)
        indices = [A7, A0, A1, A2]
        made = self.accesses(REGISTER, [f'x{i}' for i in indices], [SLOT] * len(indices))
        self.registers = dict(zip(indices, made))
        for index, access in self.registers.items():
            access.is_at(index)
            if index != A0:
                access.is_unchanged()
        self.goal('number', self.registers[A7].found == number)
        if file is not None:
            self.goal('file', self.registers[A0].found == file)

    def found(self, index): return self.registers[index].found
    def returns(self, value): self.registers[A0].holds(value)
    def fits(self, index): self.goal(f'x{index} has 32 bits', high(self.found(index)) == 0)

    def copies(self, tag, length):
        """A copy of `length` bytes (32 bits) from or to a1 begins, in the next state."""
        self.fits(A1)
        self.fits(A2)
        (state, span), = self.row.pushed(tag)
        self.goal('copy: next state', state == at(self.cell.next, self.time + facts.TIME_STEP))
        self.goal('copy: range', span == join(low(self.found(A1)), length))
        self.no_other_messages()


def exit_(row, instruction):
    """The run ends with the low byte of a0, the length of the output and its last bytes that were not put; these
    are taken for good."""
    c = Call(row, instruction, system.EXIT)
    c.returns(c.found(A0))
    (place, length, rest), = row.pulled(WRITTEN)
    c.goal('written: which cell', low(place) == THE_WRITTEN)
    c.goal('written: later than before', high(place).below(c.now(SLOT)))
    (code, length_shown, rest_shown), = row.pushed(EXIT)
    c.goal('exit code', code == c.found(A0) & 0xff)
    c.goal('length of the output', length_shown == length)
    c.goal('rest of the output', rest_shown == rest)
    c.shown |= {'output length': length, 'rest': rest}
    c.no_other_messages(taken=1)
    return c


def read(row, instruction):
    """Any number of bytes up to a2 is delivered to a1, and returned."""
    c = Call(row, instruction, system.READ, system.INPUT)
    delivered = c.registers[A0].left
    c.goal('at most what is asked for', delivered.at_most(c.found(A2)))
    c.copies(COPY_IN, low(delivered))
    return c


def write(row, instruction):
    """a2 bytes from a1 are output."""
    c = Call(row, instruction, system.WRITE, system.OUTPUT)
    c.returns(c.found(A2))
    c.copies(COPY_OUT, low(c.found(A2)))
    return c


def diagnostic(row, instruction):
    """a2 is returned; nothing else happens."""
    c = Call(row, instruction, system.WRITE, system.DIAGNOSTICS)
    c.returns(c.found(A2))
    c.go_on(c.cell.next)
    return c


CALLS = {'exit': exit_, 'read': read, 'write': write, 'diagnostic': diagnostic}
