"""Everything that the checks assume of a row beside its own constraints, with the reason.

All of it concerns messages that a row takes from the bus: what other rows and the verifier can have put there.
Each check first shows that its facts can hold together with the row's constraints.
"""
from shapes import Wrong
from solver import model, number

# What time goes on by from a row to the next.
TIME_STEP = 64


def holds(fact):
    """Whether a fact about numbers holds."""
    return model([fact]) is not None


# ---------------------------------------------------------------------------------------- program cells
# A program cell is what a decoded instruction is made to (`cell.Cell`): the program's table is fixed by the
# verifying key, and nobody else puts cells of the program on the bus first. Its kind is not assumed: that it
# is the table's is shown. Of the operands:


def register_form(cell):
    """Two registers and no immediate."""
    return [cell.imm == 0]


def immediate_form(cell):
    """The second operand is the immediate, the register beside it is x0."""
    return [cell.rs2 == 0]


def unary_form(cell):
    """One operand, a register."""
    return [cell.rs2 == 0, cell.imm == 0]


def target_form(cell):
    """The immediate is the target, decoded to 32 bits; one that does not fit is an odd address there."""
    return [cell.imm.bits(32, 32) == 0]


def no_operands(cell):
    """All fields that name operands are ignored: x0, x0, the sink, 0."""
    return [cell.rs1 == 0, cell.rs2 == 0, cell.rd == 32, cell.imm == 0]


def any_form(_):
    """Nothing need be known: the immediate is an address's offset or the result."""
    return []


class Decoded:
    """The operands of a decoded instruction, as the fields of its cell."""

    def __init__(self, sample):
        self.rd, self.rs1, self.rs2 = (number(sample[name], 6) for name in ('rd', 'rs1', 'rs2'))
        self.imm = number(sample['imm'])


# By the format of the instruction.
FORMS = {
    'R': register_form, 'Atomic': register_form, 'Unary': unary_form,
    'I': immediate_form, 'Shift': immediate_form, 'S': any_form, 'U': any_form, 'UPc': any_form,
    'B': target_form, 'J': target_form, 'None': no_operands,
}


def check_forms(machine):
    """The facts on operands hold of decoded instructions."""
    for instruction in machine.instructions:
        if instruction.format not in FORMS:
            raise Wrong(f'{instruction.name}: nothing is known of format {instruction.format}: see smt/facts.py')
        for sample in instruction.samples:
            for fact in FORMS[instruction.format](Decoded(sample)):
                if not holds(fact):
                    raise Wrong(f'{instruction.name}: {sample} is not as smt/facts.py says')


# ------------------------------------------------------------------------------------- state, registers, RAM
def time_is_aligned(time):
    """The time of a state, or of a copy's, is a multiple of the step: the verifier puts it, and each row adds it."""
    return time & (TIME_STEP - 1) == 0


def zero_register(index, value):
    """Register 0 holds 0: the verifier puts 0, and no decoded instruction writes it, nor does any call."""
    return (index == 0).implies(value == 0)


def second_access(first, second):
    """A cell that a row accesses twice holds, the second time, what the first access left: times are
    distinct over all rows, so nothing lies between the slots of one row."""
    return (first.place == second.place).implies(second.found == first.left)


def rest_of_output(length, rest):
    """What is written of the output and not put yet, of a length, is its last length % 8 bytes, zeros above:
    the verifier puts 0 and 0, and whatever else puts the cell is a row of a copy, of which `copies.step_out`
    shows that this still holds of what it leaves if it holds of what it finds."""
    return rest >> ((length & 7) << 3) == 0


def image_address(place):
    """The fixed column of the image holds multiples of 8 within 32 bits, and at bit 0 whether the cell is
    read-only."""
    return (place.bits(32, 32) == 0) & (place & 6 == 0)


# ---------------------------------------------------------------------------------------- rows of blocks
# Cells that a row has twice. A row of a block takes cells from the bus in slots of its time; `paths.Path.are_apart` relies
# on this: the accesses of a cell are one chain by time, as each takes what the one before put, with an earlier time, and
# the first value is put once. So of two accesses of the same cell in one row the one in the later slot finds what the
# other left (times of different rows differ in more than slots), none are in the same slot, and a cell's place is the
# same for all of them, read-only or not.


def read_only_cell(address):
    """The place of a cell that the image says is read-only. It holds what the image says: its place on the bus has the
    read-only bit, since the image's row puts it so, `ram_cell` has no other row of its address, and no row that writes
    a cell has that bit in its place."""
    return number(address | 1, 32)
