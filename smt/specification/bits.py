"""Bit manipulation: Zba, Zbb, Zbs, Zbkb, and Zicond. Results of two operands, as in `integer`."""
from solver import choose, join, number

from .integer import XLEN, amount, word


def low_word(a): return a.bits(0, 32).zero_extend(XLEN)
def shifted_add(count): return lambda a, b: (a << count) + b
def shifted_add_word(count): return lambda a, b: (low_word(a) << count) + b
def unary(operation): return lambda a, _: operation(a)
def unary_word(operation): return lambda a, _: operation(a.bits(0, 32)).zero_extend(XLEN)


def count_ones(x):
    total = number(0, x.width)
    for i in range(x.width):
        total = total + x.bits(i, 1).zero_extend(x.width)
    return total


def count_leading_zeros(x):
    count = number(x.width, x.width)
    for i in range(x.width):                                # the last bit that is found is the highest
        count = choose(x.bit(i), number(x.width - 1 - i, x.width), count)
    return count


def count_trailing_zeros(x):
    count = number(x.width, x.width)
    for i in reversed(range(x.width)):
        count = choose(x.bit(i), number(i, x.width), count)
    return count


def rotate_left(a, b): return (a << amount(b)) | (a >> (number(a.width, a.width) - amount(b)))
def rotate_right(a, b): return (a >> amount(b)) | (a << (number(a.width, a.width) - amount(b)))


def bytes_of(x): return [x.bits(i, 8) for i in range(0, x.width, 8)]
def reverse_bits(x): return join(*(x.bits(i, 1) for i in reversed(range(x.width))))
def or_combine(a): return join(*(choose(x == 0, number(0, 8), number(0xff, 8)) for x in bytes_of(a)))
def single(b): return number(1) << amount(b)


ZBA = {
    'add.uw': lambda a, b: low_word(a) + b,
    'slli.uw': lambda a, b: low_word(a) << amount(b),
    **{f'sh{n}add': shifted_add(n) for n in (1, 2, 3)},
    **{f'sh{n}add.uw': shifted_add_word(n) for n in (1, 2, 3)},
}
ZBB = {
    'andn': lambda a, b: a & ~b,
    'orn': lambda a, b: a | ~b,
    'xnor': lambda a, b: ~(a ^ b),
    'clz': unary(count_leading_zeros), 'clzw': unary_word(count_leading_zeros),
    'ctz': unary(count_trailing_zeros), 'ctzw': unary_word(count_trailing_zeros),
    'cpop': unary(count_ones), 'cpopw': unary_word(count_ones),
    'min': lambda a, b: choose(a.signed_below(b), a, b),
    'max': lambda a, b: choose(a.signed_below(b), b, a),
    'minu': lambda a, b: choose(a.below(b), a, b),
    'maxu': lambda a, b: choose(a.below(b), b, a),
    'sext.b': unary(lambda a: a.bits(0, 8).sign_extend(XLEN)),
    'sext.h': unary(lambda a: a.bits(0, 16).sign_extend(XLEN)),
    'zext.h': unary(lambda a: a.bits(0, 16).zero_extend(XLEN)),
    'rol': rotate_left, 'rolw': word(rotate_left),
    'ror': rotate_right, 'rorw': word(rotate_right),
    'rori': rotate_right, 'roriw': word(rotate_right),
    'orc.b': unary(or_combine),
    'rev8': unary(lambda a: join(*bytes_of(a)[::-1])),
}
ZBS = {
    'bclr': lambda a, b: a & ~single(b),
    'bext': lambda a, b: (a >> amount(b)) & 1,
    'binv': lambda a, b: a ^ single(b),
    'bset': lambda a, b: a | single(b),
}
ZBS |= {f'{name}i': operation for name, operation in ZBS.items()}
ZBKB = {
    'pack': lambda a, b: join(a.bits(0, 32), b.bits(0, 32)),
    'packh': lambda a, b: join(a.bits(0, 8), b.bits(0, 8)).zero_extend(XLEN),
    'packw': lambda a, b: join(a.bits(0, 16), b.bits(0, 16)).sign_extend(XLEN),
    'brev8': unary(lambda a: join(*map(reverse_bits, bytes_of(a)))),
}
ZICOND = {
    'czero.eqz': lambda a, b: choose(b == 0, number(0), a),
    'czero.nez': lambda a, b: choose(b == 0, a, number(0)),
}
RESULTS = ZBA | ZBB | ZBS | ZBKB | ZICOND
