#!/usr/bin/env python3
"""Are blocks right? `cargo xtask smt --blocks` runs this.

    python3 smt/blocks.py SHAPES BLOCKS [--seconds S] [--deletions S]

SHAPES is what `crates/machine/examples/shapes.rs` prints, BLOCKS what `crates/blocks/examples/blocks.rs` does. For each
block a solver is asked whether a row can satisfy the constraints while something that it puts on the bus is other than
what the instructions of the path make of what it takes, one after the other.

A line of JSON for each block says `proved`, `not proved` with the reason, or `not decided`: the solver did not answer in
time. With `--deletions`, each constraint of the blocks that are proved within so many seconds is deleted in turn, and the
solver asked for words that break it alone and something else that is to be shown. Ends with status 1 if a block is not
proved; that one is not decided is no failure.
"""
import argparse
import json
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed

import shapes
import solver
from paths import Block, Path
from solver import Session, Unanswered

# Of the seconds that a block may take, the part that one question may take.
PART = 2
# Seconds for the solver to find words that show one deletion.
DELETION = 20


class NotProved(Exception):
    """A goal does not follow."""


class Undecided(Exception):
    """The time is over: seconds are those of the processor, so that what else the machine does decides nothing."""


class Prover:
    """Asks a solver each goal of a path, knowing those before."""

    def __init__(self, machine, block, seconds):
        self.end = time.process_time() + seconds
        self.path = Path(machine, block, self)
        self.session = Session(self.path.facts, seconds / PART)
        # Hints that are not right, or not decided.
        self.missed = 0

    def learn(self, prop): self.session.learn(prop)

    def check_time(self):
        if time.process_time() > self.end: raise Undecided('no time is left')

    def goal(self, name, prop):
        self.check_time()
        try:
            found = self.session.counterexample(prop)
        except Unanswered as why:
            raise Undecided(f'{name}: {why}') from why
        if found is not None: raise NotProved(name)

    def holds(self, prop):
        """Whether a hint is right; one that is not decided is as good as none."""
        self.check_time()
        try:
            right = self.session.counterexample(prop) is None
        except Unanswered:
            right = False
        self.missed += not right
        return right


def prove(machine, block, seconds):
    """What is found out of a block: `proved`, `not proved` or `not decided`, and why."""
    try:
        prover = Prover(machine, block, seconds)
        if solver.model(prover.path.facts, seconds) is None:
            return {'result': 'not proved', 'why': 'no row exists'}
        prover.path.run()
    except (Undecided, Unanswered) as why:
        return {'result': 'not decided', 'why': str(why)}
    except (NotProved, shapes.Wrong) as why:
        return {'result': 'not proved', 'why': str(why)}
    return {'result': 'proved', 'missed': prover.missed}


class Whole:
    """All goals of a block at once, without hints, but for a constraint that is deleted."""

    def __init__(self, machine, block, index):
        self.goals = []
        path = Path(machine, block, self, without=[index])
        path.run()
        self.row, self.facts = path.row, path.facts

    def goal(self, _, prop): self.goals.append(prop)

    def holds(self, _): return False

    def is_noticed(self, index, seconds):
        """Whether words are found that break this constraint and no other, and a goal; `Unanswered` after some time."""
        found = solver.model([*self.facts, ~solver.all_of(self.goals)], seconds)
        if found is None: return False
        words = [found(word) for word in self.row.committed]
        assert shapes.broken(self.row.table, words, []) == [index], 'words that break other constraints'
        return True


def delete(machine, block, seconds):
    """How many deletions of constraints are noticed, what is proved without which, and what is not decided."""
    counts = {'deleted': 0, 'noticed': 0, 'spared': [], 'open': 0}
    for index in range(len(block.table.constraints)):
        counts['deleted'] += 1
        try:
            noticed = Whole(machine, block, index).is_noticed(index, seconds)
        except Unanswered:
            counts['open'] += 1
            continue
        counts['noticed'] += noticed
        if not noticed: counts['spared'].append(index)
    return counts


class Checks:
    """The checks of one process."""

    def __init__(self, machine, blocks):
        self.machine = shapes.read(machine)
        with open(blocks) as file:
            self.blocks = [Block.read(json.loads(line)) for line in file]


def start(*files):
    global CHECKS
    CHECKS = Checks(*files)


def run(index, arguments):
    block = CHECKS.blocks[index]
    began = time.process_time()
    result = {'program': block.program, 'block': block.name, 'steps': len(block.steps)}
    result |= prove(CHECKS.machine, block, arguments.seconds)
    result |= {'seconds': round(time.process_time() - began, 2)}
    # What a product of words is, no solver says in a short time.
    if result['result'] == 'proved' and result['seconds'] <= arguments.deletions and not block.table.products:
        result |= delete(CHECKS.machine, block, DELETION)
    return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('shapes')
    parser.add_argument('blocks')
    parser.add_argument('--seconds', type=float, default=600)
    parser.add_argument('--deletions', type=float, default=0)
    arguments = parser.parse_args()
    files = arguments.shapes, arguments.blocks
    start(*files)
    with ProcessPoolExecutor(os.cpu_count(), initializer=start, initargs=files) as pool:
        longest_first = sorted(range(len(CHECKS.blocks)), key=lambda i: -len(CHECKS.blocks[i].steps))
        running = {i: pool.submit(run, i, arguments) for i in longest_first}
        for done, _ in enumerate(as_completed(running.values()), 1):
            if sys.stderr.isatty():
                print(f'\r{done} of {len(running)} blocks ', end='', file=sys.stderr, flush=True)
        results = [running[i].result() for i in range(len(running))]
    for result in results:
        print(json.dumps(result))
    sys.exit(any(r['result'] == 'not proved' for r in results))


if __name__ == '__main__':
    main()
