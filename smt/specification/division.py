"""Division of RV64M: rounding towards zero; the remainder has the dividend's sign.

By zero, the quotient is all ones and the remainder the dividend. The one overflow, the least number by -1, gives
the least number and remainder 0, which is what the magnitudes give when they wrap around.
"""
from dataclasses import dataclass

from solver import choose, number


@dataclass
class Division:
    """`halves`: of the low 32 bits, the result sign-extended. `remainder`: the result is the remainder."""
    signed: bool
    halves: bool
    remainder: bool

    def operand(self, x):
        """What is divided, or what it is divided by, as a number of 64 bits."""
        if not self.halves: return x
        half = x.bits(0, 32)
        return half.sign_extend(64) if self.signed else half.zero_extend(64)

    def magnitude(self, x):
        return negate_if(x.signed_below(0), x) if self.signed else x

    def result(self, a, b, quotient, remainder):
        """The result for operands `a` and `b`, given quotient and remainder of their magnitudes."""
        if self.signed:
            quotient = negate_if(a.signed_below(0) ^ b.signed_below(0), quotient)
            remainder = negate_if(a.signed_below(0), remainder)
        if self.remainder: result = choose(b == 0, a, remainder)
        else: result = choose(b == 0, number(-1), quotient)
        return result.bits(0, 32).sign_extend(64) if self.halves else result


def negate_if(condition, x): return choose(condition, -x, x)


DIVISIONS = {
    'div': Division(True, False, False), 'divu': Division(False, False, False),
    'rem': Division(True, False, True), 'remu': Division(False, False, True),
    'divw': Division(True, True, False), 'divuw': Division(False, True, False),
    'remw': Division(True, True, True), 'remuw': Division(False, True, True),
}
