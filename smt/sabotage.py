#!/usr/bin/env python3
"""Are wrong blocks noticed? `cargo xtask smt` runs this on blocks of random programs.

    python3 smt/sabotage.py SHAPES BLOCKS [--each N]

Each block is changed in one place: a constraint is dropped, a term of a form is moved, a register is not taken from the
bus, a cell is put back at another time, another instruction stands on the path. Where a solver finds that the change
matters, by words that satisfy the changed block and say something that the block does not, the block must not be proved.

Prints a line of JSON for each sort of change, with how many of those that matter were noticed; ends with status 1 if one
was not, or if there was none.
"""
import argparse
import copy
import json
import sys

import shapes
import solver
from blocks import Whole, prove
from messages import REGISTER
from paths import Block
from solver import all_of

# The longest path that is changed, and the seconds for a question.
STEPS, SECONDS = 8, 20


def dropped(machine, block):
    """Without a constraint, where words break nothing else and a goal."""
    for index in range(len(block.table.constraints)):
        if Whole(machine, block, index).is_noticed(index, SECONDS):
            changed = copy.deepcopy(block)
            del changed.table.constraints[index]
            yield changed


def moved(machine, block):
    """A shift by one place more, a mask with one bit less, another bit at all places: where both rows can hold for the
    same words and take the same messages, and put others."""
    changes = {'shl': lambda n: n + 1 & 63, 'shr': lambda n: n + 1 & 63, 'broadcast': lambda n: n ^ 1,
               'mask': lambda m: m & m - 1, 'constant': lambda c: c ^ 1}
    for index, (kind, x, y) in enumerate(block.table.nodes):
        if kind not in changes: continue
        changed = copy.deepcopy(block)
        change = changes[kind]
        changed.table.nodes[index] = [kind, change(x), y] if kind == 'constant' else [kind, x, change(y)]
        if differ(block.table, changed.table):
            yield changed


def differ(right, wrong):
    """Whether rows of two tables can have the same words and take the same messages, and put others."""
    rows = [shapes.Row(table) for table in (right, wrong)]
    same = [a == b for a, b in zip(*(row.committed for row in rows))]
    equal = {side: all_of(a == b for (_, x), (_, y) in zip(*(getattr(row, side) for row in rows)) for a, b in zip(x, y))
             for side in ('pulls', 'pushes')}
    known = [*same, *rows[0].constraints, *rows[1].constraints, equal['pulls'], ~equal['pushes']]
    return solver.model(known, SECONDS) is not None


def left_out(machine, block):
    """A register that is neither taken nor put back."""
    for index, (tag, _) in enumerate(block.table.pulls):
        if tag == REGISTER:
            changed = copy.deepcopy(block)
            for side in (changed.table.pulls, changed.table.pushes):
                del side[index]
            yield changed


def another_time(machine, block):
    """A cell that is put back at another time than is said."""
    for index in range(len(block.slots)):
        changed = copy.deepcopy(block)
        changed.slots[index] ^= 1
        yield changed


def another_instruction(machine, block):
    """The last instruction is followed by another."""
    changed = copy.deepcopy(block)
    changed.steps[-1]['next'] += 2
    changed.steps[-1]['imm'] ^= 2
    yield changed


CHANGES = {
    'a constraint dropped': dropped, 'a term moved': moved, 'a register left out': left_out,
    'a cell put back at another time': another_time, 'another instruction': another_instruction,
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('shapes')
    parser.add_argument('blocks')
    parser.add_argument('--each', type=int, default=20, help='changes of each sort')
    arguments = parser.parse_args()
    machine = shapes.read(arguments.shapes)
    with open(arguments.blocks) as file:
        blocks = [Block.read(json.loads(line)) for line in file]
    blocks = [b for b in blocks if len(b.steps) <= STEPS and not b.table.products]
    good = True
    for name, change in CHANGES.items():
        made, noticed, missed = 0, 0, []
        for block in blocks:
            if made >= arguments.each: break
            # Few of each block, so that many blocks are changed.
            for changed, _ in zip(change(machine, block), range(2)):
                made += 1
                right = prove(machine, changed, SECONDS)['result'] != 'not proved'
                noticed += not right
                if right: missed.append(block.name)
        good &= 0 < made == noticed
        print(json.dumps({'change': name, 'made': made, 'noticed': noticed, 'missed': missed}))
    sys.exit(not good)


if __name__ == '__main__':
    main()
