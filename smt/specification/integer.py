"""RV64I and M: instructions whose result is a function of two operands (ALU, without division).

`a` is rs1; `b` is rs2 or the immediate, sign-extended to 64 bits.
"""
from solver import choose, number

XLEN = 64


def truth(condition): return choose(condition, number(1), number(0))


def word(operation):
    """A W instruction: the low 32 bits of the operands, a result of 32 bits that is sign-extended."""
    return lambda a, b: operation(a.bits(0, 32), b.bits(0, 32)).sign_extend(XLEN)


def amount(b):
    """How far to shift: the low 6 bits of 64, the low 5 of 32."""
    return b & b.width - 1


def high_product(extend_a, extend_b):
    """Bits 64 to 127 of the product."""
    return lambda a, b: (extend_a(a) * extend_b(b)).bits(XLEN, XLEN)


def signed(x): return x.sign_extend(2 * XLEN)
def unsigned(x): return x.zero_extend(2 * XLEN)


def shift_left(a, b): return a << amount(b)
def shift_right(a, b): return a >> amount(b)
def shift_right_arithmetic(a, b): return a.arithmetic_shift(amount(b))


RESULTS = {
    'add': lambda a, b: a + b,
    'sub': lambda a, b: a - b,
    'addw': word(lambda a, b: a + b),
    'subw': word(lambda a, b: a - b),
    'and': lambda a, b: a & b,
    'or': lambda a, b: a | b,
    'xor': lambda a, b: a ^ b,
    'sll': shift_left, 'srl': shift_right, 'sra': shift_right_arithmetic,
    'sllw': word(shift_left), 'srlw': word(shift_right), 'sraw': word(shift_right_arithmetic),
    'slt': lambda a, b: truth(a.signed_below(b)),
    'sltu': lambda a, b: truth(a.below(b)),
    # LUI and AUIPC are decoded to their results.
    'lui': lambda _, b: b,
    'auipc': lambda _, b: b,
    # Nothing is reordered, so there is nothing to wait for; the row writes 0 to the sink.
    'fence': lambda _, b: number(0),
    'mul': lambda a, b: a * b,
    'mulw': word(lambda a, b: a * b),
    'mulh': high_product(signed, signed),
    'mulhsu': high_product(signed, unsigned),
    'mulhu': high_product(unsigned, unsigned),
}

# Immediate forms do what their register forms do.
IMMEDIATE = {
    'addi': 'add', 'addiw': 'addw', 'andi': 'and', 'ori': 'or', 'xori': 'xor', 'slti': 'slt', 'sltiu': 'sltu',
    'slli': 'sll', 'srli': 'srl', 'srai': 'sra', 'slliw': 'sllw', 'srliw': 'srlw', 'sraiw': 'sraw',
}
RESULTS |= {immediate: RESULTS[register] for immediate, register in IMMEDIATE.items()}
