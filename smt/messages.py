"""The messages of the bus, and accesses: a cell taken with its previous time and put back with its own."""
from solver import Bits, join, number

STATE, PROGRAM, REGISTER, RAM, ORDER, COPY_OUT, COPY_IN, OUTPUT, EXIT, WRITTEN = range(1, 11)
# Words of each, beside the tag.
WORDS = {
    STATE: 1, PROGRAM: 3, REGISTER: 2, RAM: 2, ORDER: 1, COPY_OUT: 2, COPY_IN: 2, OUTPUT: 2, EXIT: 3, WRITTEN: 3,
}

# Registers beside x0..x31, by index.
SINK = 32                       # what x0 as rd is decoded to
RESERVATION = 33                # the address that is reserved, 0 for none

ADDRESS = 0xfffffff8            # of a cell, within 32 bits
THE_WRITTEN = 0                 # where the one cell is that says how much was written to the output


def low(x): return x.bits(0, 32)
def high(x): return x.bits(32, 32)


def at(place, time):
    """A cell's address, or a pc, and a time, as a message has them: 32 bits each."""
    return join(number(place, 32) if isinstance(place, int) else place, time)


class Access:
    """The access of one cell: what it pulls and pushes, and its slot in the time of the row."""

    def __init__(self, claim, name, pulled, pushed, now):
        self.claim, self.name, self.now = claim, name, now
        self.place = low(pulled[0])
        self.found, self.left = pulled[1], pushed[1]
        claim.goal(f'{name}: later than before', high(pulled[0]).below(now))
        claim.goal(f'{name}: put back', pushed[0] == at(self.place, now))

    def is_at(self, place):
        self.claim.goal(f'{self.name}: which cell', self.place == place)

    def is_unchanged(self):
        self.claim.goal(f'{self.name}: unchanged', self.left == self.found)

    def holds(self, value: Bits):
        self.claim.goal(f'{self.name}: what it holds', self.left == value)
