"""Rows of first and last values: cells of the program, registers, the image, other RAM."""
import facts
from messages import ORDER, PROGRAM, RAM, REGISTER, high, low
from shapes import Claim, Wrong


def only(row, pushes, pulls):
    """The row's messages have these tags and no others."""
    if [tag for tag, _ in row.pushes] != pushes or [tag for tag, _ in row.pulls] != pulls:
        raise Wrong('other messages than specified')


def program(row):
    """The cell that the fixed columns say is put at time 0 and taken at any time, unchanged."""
    only(row, [PROGRAM], [PROGRAM])
    c = Claim(row)
    (first, last), (w0, w1_and_pc) = (row.pushed(PROGRAM) + row.pulled(PROGRAM)), row.fixed
    c.goal('first', first[0] == high(w1_and_pc).zero_extend(64))
    c.goal('w0', first[1] == w0)
    c.goal('w1', first[2] == low(w1_and_pc).zero_extend(64))
    c.goal('last', (low(last[0]) == high(w1_and_pc)) & (last[1] == first[1]) & (last[2] == first[2]))
    return c


def registers(row):
    """Takes a register: which, with what value and when, the bus says."""
    only(row, [], [REGISTER])
    return Claim(row)


def ram_cell(row):
    """A cell is put at time 0 and taken at any time; its address follows a smaller one in the chain."""
    only(row, [RAM, ORDER], [RAM, ORDER])
    c = Claim(row)
    ((place, first),), ((end, _),) = row.pushed(RAM), row.pulled(RAM)
    ((address,),), ((previous,),) = row.pushed(ORDER), row.pulled(ORDER)
    c.goal('at time 0', high(place) == 0)
    c.goal('the same cell', low(end) == low(place))
    c.goal('32 bits', (high(address) == 0) & (high(previous) == 0))
    c.goal('addresses increase', previous.below(address))
    c.goal('the address is the cell\'s', address == place & ~1)
    c.shown = {'place': place, 'first': first, 'previous': previous}
    return c, place, first


def image(row):
    """A cell of the image, as the fixed columns say."""
    c, place, first = ram_cell(row)
    where, value = row.fixed
    c.facts.append(facts.image_address(where))
    c.goal('which', place == where)
    c.goal('first value', first == value)
    return c


def ram(row):
    """Any other cell: a multiple of 8, writable, 0 at first."""
    c, place, first = ram_cell(row)
    c.goal('a multiple of 8', place & 7 == 0)
    c.goal('first value', first == 0)
    return c


MEMORY = {'program': program, 'registers': registers, 'image': image, 'ram': ram}
