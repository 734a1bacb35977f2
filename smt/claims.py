"""All that is to be shown, table by table: which claims there are, and how each is made."""
import atomics
import instructions
from calls import CALLS
from copies import COPIES
from frame import Execution
from memory import MEMORY
from products import DECOMPOSED
from shapes import Row, Wrong
from specification import access, control
from specification.division import DIVISIONS

# How an instruction is executed, by mnemonic: by a row of its own, or as a step of a path.
EXECUTED = {
    **{name: instructions.compute for name in instructions.RESULTS},
    **{name: instructions.divide for name in DIVISIONS},
    **{name: instructions.branch for name in control.TAKEN},
    **{name: instructions.load for name in access.LOADS},
    **{name: instructions.store for name in access.STORES},
    **{name: atomics.load_reserved for name in access.LOAD_RESERVED},
    **{name: atomics.store_conditional for name in access.STORE_CONDITIONAL},
    **{name: atomics.update for name in access.ATOMICS},
    'jal': instructions.jump,
    'jalr': instructions.jump_register,
}


class Subject:
    """A table, and the instruction that its rows execute if they do."""

    def __init__(self, table, instruction=None):
        self.table, self.instruction = table, instruction

    @property
    def name(self): return self.instruction.name if self.instruction else self.table.name

    @property
    def has_product(self): return bool(self.table.products)

    def whole(self, without=()):
        """The claim about the row as it is, but for constraints left out."""
        row, name = Row(self.table, without), self.table.name
        if self.table.executes: return EXECUTED[self.name](Execution(row, self.instruction))
        if name in CALLS: return CALLS[name](row, self.instruction)
        return (COPIES | MEMORY)[name](row)

    def claims(self):
        """The claims that together say that the row is right."""
        if not self.has_product: return [self.whole()]
        return DECOMPOSED[self.name](self.table, self.instruction)


def subjects(machine):
    """All subjects, in the order of tables. Raises `Wrong` where something has no specification."""
    ecall = next(i for i in machine.instructions if i.name in instructions.CALLS)
    found = []
    for table in machine.tables.values():
        if table.executes:
            found += [Subject(table, i) for i in machine.instructions if i.kind == table.executes['kind']]
        elif table.name in CALLS:
            found.append(Subject(table, ecall))
        elif table.name in COPIES | MEMORY:
            found.append(Subject(table))
        else:
            raise Wrong(f'table {table.name} has no specification')
    check_complete(machine, found)
    return found


def check_complete(machine, found):
    """Every instruction is specified, and executed by a table exactly if it does not trap or make a call."""
    executed = {s.name for s in found if s.table.executes}
    for i in machine.instructions:
        not_by_tables = i.name in instructions.TRAPS | instructions.CALLS
        if i.name not in EXECUTED and not not_by_tables:
            raise Wrong(f'instruction {i.name} has no specification')
        if (i.name in executed) == not_by_tables:
            raise Wrong(f'instruction {i.name}: executed by {"a" if not_by_tables else "no"} table')
