#!/usr/bin/env python3
"""Are the tables right? `cargo xtask smt` runs this.

    python3 smt/check.py SHAPES [--table NAME] [--instruction NAME]

SHAPES is what `crates/machine/examples/shapes.rs` prints. For each table, and each instruction that it executes,
a solver is asked whether the constraints of a row can hold while a message is another than the specification
says: this *proves* the row right, or shows values. Then each constraint is *deleted* in turn, and the solver must
find such values: a constraint whose deletion goes unnoticed is not needed, or the specification says too little.

Prints a line of JSON for each result, and progress to standard error; ends with status 1 if anything is not as it
should be.
"""
import argparse
import json
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed

import cell
import claims
import facts
import products
import shapes
from solver import Unanswered

# Operands for which the deletion of a constraint is to be noticed where the row has a product: with any operands
# it is too large for the solver.
OPERANDS = [
    (2**64 - 7, 2), (5, 0), (2**63, 2**64 - 1), (0x0123456789abcdef, 7), (0xfedcba9876543210, 0x0123456789abcdef),
]
# Seconds for the solver to find values that show one deletion: first all operands in little time, as which are easy
# depends on the constraint.
PATIENCE = (3, 60)


class Checks:
    """The checks of one process."""

    def __init__(self, path):
        self.machine = shapes.read(path)
        self.subjects = claims.subjects(self.machine)

    def of(self, table, name=None):
        return [s for s in self.subjects if s.table.name == table and name in (None, s.name)]

    def facts(self):
        """Program cells and formats are as the facts say."""
        cell.check_fields(self.machine)
        facts.check_forms(self.machine)
        return {'subject': 'program cells', 'proved': True}

    def lemmas(self):
        """What is said of all products holds."""
        products.check_signs()
        return {'subject': 'signed products', 'proved': True}

    def prove(self, table, name):
        """Is a row right?"""
        subject, = self.of(table, name)
        result = {'table': table, 'subject': name, 'proved': True}
        for claim in subject.claims():
            if not claim.is_satisfiable():
                return result | {'proved': False, 'why': 'no row exists: the facts contradict the constraints'}
            found = claim.counterexample()
            if found:
                return result | {'proved': False, 'why': claim.describe(found)}
        return result

    def delete(self, table, index):
        """Is the deletion of a constraint noticed?"""
        constraint = self.machine.tables[table].all_constraints()[index]
        result = {'table': table, 'constraint': constraint}
        for seconds in PATIENCE:
            for subject in self.of(table):
                for operands in OPERANDS if subject.has_product else [None]:
                    if self.is_noticed(subject, index, operands, seconds):
                        return result | {'noticed': subject.name}
        return result | {'noticed': None}

    @staticmethod
    def is_noticed(subject, index, operands, seconds):
        """Whether words are found that break one constraint and no other, and the specification."""
        claim = subject.whole(without=[index])
        extra = [claim.a == operands[0], claim.b == operands[1]] if operands else []
        try:
            found = claim.counterexample(extra, seconds)
        except Unanswered:
            return False
        if not found:
            return False
        row = claim.row
        words = [[found(word) for word in columns] for columns in (row.committed, row.fixed)]
        assert shapes.broken(row.table, *words) == [index], 'words that break other constraints'
        return True


def jobs(machine, subjects, arguments):
    """The checks that are asked for, in the order of tables."""
    chosen = [s for s in subjects
              if arguments.table in (None, s.table.name) and arguments.instruction in (None, s.name)]
    if not chosen:
        raise SystemExit('there is nothing of that name')
    made = [('facts',)]
    if any(s.has_product for s in chosen):
        made.append(('lemmas',))
    made += [('prove', s.table.name, s.name) for s in chosen]
    for table in {s.table.name: s.table for s in chosen}.values():
        if arguments.instruction is None:
            made += [('delete', table.name, i) for i in table.deletable()]
    return made


def start(path):
    global CHECKS
    CHECKS = Checks(path)


def run(job):
    began = time.time()
    kind, *arguments = job
    try:
        result = getattr(CHECKS, kind)(*arguments)
    except Exception as why:        # such as `Unanswered` or `Wrong`: whatever it is, nothing is shown
        table, subject = arguments or (None, kind)
        result = {'table': table, 'why': repr(why)}
        result |= {'constraint': f'number {subject}', 'noticed': None} if kind == 'delete' else \
            {'subject': subject, 'proved': False}
    return result | {'seconds': round(time.time() - began, 2)}


def is_right(result): return result.get('proved', False) or result.get('noticed') is not None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('shapes')
    parser.add_argument('--table')
    parser.add_argument('--instruction')
    arguments = parser.parse_args()
    try:
        checks = Checks(arguments.shapes)
    except shapes.Wrong as why:
        raise SystemExit(str(why))
    made = jobs(checks.machine, checks.subjects, arguments)
    slow = {table.name for table in checks.machine.tables.values() if table.products}
    with ProcessPoolExecutor(os.cpu_count(), initializer=start, initargs=[arguments.shapes]) as pool:
        slow_first = sorted(made, key=lambda job: slow.isdisjoint(job) and job != ('lemmas',))
        running = {job: pool.submit(run, job) for job in slow_first}
        for done, _ in enumerate(as_completed(running.values()), 1):
            if sys.stderr.isatty():
                print(f'\r{done} of {len(made)} checks ', end='', file=sys.stderr, flush=True)
        results = [running[job].result() for job in made]
    for result in results:
        print(json.dumps(result))
    sys.exit(not all(map(is_right, results)))


if __name__ == '__main__':
    main()
