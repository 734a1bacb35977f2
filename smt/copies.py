"""Rows of copies: a step moves a byte or a cell between memory and the input or output; the last one goes on
with the program. Their state has the pc to go on at, the time, the next address and the bytes left."""
import facts
from messages import (ADDRESS, COPY_IN, COPY_OUT, OUTPUT, RAM, STATE, THE_WRITTEN, WRITTEN, Access, at, high, low)
from shapes import Claim, Wrong
from solver import any_of, number


class Copy(Claim):
    def __init__(self, row, tag):
        super().__init__(row)
        (self.state, span), = row.pulled(tag)
        self.tag, self.time, self.address, self.left = tag, high(self.state), low(span), high(span)
        self.facts.append(facts.time_is_aligned(self.time))
        self.next_state = at(low(self.state), self.time + facts.TIME_STEP)
        self.shown = {'time': self.time, 'address': self.address, 'left': self.left}

    def messages(self, pushes, pulls):
        if (len(self.row.pushes), len(self.row.pulls)) != (pushes, pulls):
            raise Wrong('messages that no specification mentions')

    def access(self, name, tag):
        """The access of the one cell of a sort, in slot 1."""
        (pulled,), (pushed,) = self.row.pulled(tag), self.row.pushed(tag)
        made = Access(self, name, pulled, pushed, self.time | 1)
        self.shown |= {name: made.found, f'{name} after': made.left}
        return made

    def moves(self, size):
        """The copy goes on `size` bytes further; returns the access of the cell."""
        self.goal('enough is left', number(size, 32).at_most(self.left))
        (state, span), = self.row.pushed(self.tag)
        self.goal('next state', state == self.next_state)
        self.goal('next range', span == at(self.address + size, self.left - size))
        if size == 8:
            self.goal('the address is aligned', self.address & 7 == 0)
        return self.access('cell', RAM)

    @property
    def place(self): return self.address & ADDRESS

    @property
    def byte_at(self):
        """The bits of the cell below the byte at the address."""
        return (self.address & 7).zero_extend(64) << 3


def step_in(row, size):
    """The bytes moved are the prover's choice; all others stay. No read-only cell is written."""
    c = Copy(row, COPY_IN)
    cell = c.moves(size)
    cell.is_at(c.place)
    if size == 1:
        c.goal('other bytes', (cell.found ^ cell.left) & ~(number(0xff) << c.byte_at) == 0)
    c.messages(pushes=2, pulls=2)
    return c


def step_out(row, size):
    """The bytes moved follow those that are written. Eight of them that begin at a multiple of 8 of the output are
    put as one message as soon as all are there; those after the last such eight are kept as the rest."""
    c = Copy(row, COPY_OUT)
    cell = c.moves(size)
    c.goal('cell: which cell', any_of([cell.place == c.place, cell.place == c.place | 1]))
    cell.is_unchanged()
    length = c.access('output length', WRITTEN)
    length.is_at(THE_WRITTEN)
    length.holds(length.found + size)
    ((*_, rest),), ((*_, rest_after),) = row.pulled(WRITTEN), row.pushed(WRITTEN)
    c.facts.append(facts.rest_of_output(length.found, rest))
    c.goal('rest: zeros above', facts.rest_of_output(length.left, rest_after))
    c.shown |= {'rest': rest, 'rest after': rest_after}

    moved = (cell.found >> c.byte_at).bits(0, 8 * size)
    before = length.found & 7
    there = rest.zero_extend(128) | moved.zero_extend(128) << (before << 3).zero_extend(128)
    is_whole = number(8).at_most(before + size)
    outputs = row.pushed(OUTPUT)
    if outputs:
        (index, value), = outputs
        c.goal('eight bytes are there', is_whole)
        c.goal('which eight', index == length.found // 8)
        c.goal('the eight', value == there.bits(0, 64))
        c.goal('rest', rest_after == there.bits(64, 64))
        c.shown |= {'index': index, 'value': value}
    else:
        c.goal('eight bytes are not there yet', ~is_whole)
        c.goal('rest', rest_after == there.bits(0, 64))
    c.messages(pushes=3 + len(outputs), pulls=3)
    return c


def end(row, tag):
    """Nothing is left: the program goes on."""
    c = Copy(row, tag)
    c.goal('nothing is left', c.left == 0)
    (state,), = row.pushed(STATE)
    c.goal('next state', state == c.next_state)
    c.messages(pushes=1, pulls=1)
    return c


COPIES = {
    'copy out byte': lambda row: step_out(row, 1),
    'copy out eighth': lambda row: step_out(row, 1),
    'copy out word': lambda row: step_out(row, 8),
    'copy out end': lambda row: end(row, COPY_OUT),
    'copy in byte': lambda row: step_in(row, 1),
    'copy in word': lambda row: step_in(row, 8),
    'copy in end': lambda row: end(row, COPY_IN),
}
