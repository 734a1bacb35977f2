"""Terms of bits and propositions about them, and the solver's answers: a thin layer over bitwuzla.

`Bits` are words of any width; arithmetic is modulo two to the width, `>>` brings in zeros. `Prop` is true
or false. Both are immutable. `==` makes a proposition, so neither may be a key of a dictionary.
"""
import bitwuzla
from bitwuzla import Kind

TERMS = bitwuzla.TermManager()


class Prop:
    """A proposition."""
    __slots__ = ('term',)
    __hash__ = None

    def __init__(self, term): self.term = term
    def __and__(self, other): return Prop(make(Kind.AND, self, other))
    def __or__(self, other): return Prop(make(Kind.OR, self, other))
    def __xor__(self, other): return Prop(make(Kind.XOR, self, other))
    def __invert__(self): return Prop(make(Kind.NOT, self))
    def __bool__(self): raise TypeError('a proposition has no truth value of its own')

    def implies(self, other): return Prop(make(Kind.IMPLIES, self, other))


class Bits:
    """A word of `width` bits."""
    __slots__ = ('term', 'width')
    __hash__ = None

    def __init__(self, term, width): self.term, self.width = term, width
    def __xor__(self, other): return self.combine(Kind.BV_XOR, other)
    def __and__(self, other): return self.combine(Kind.BV_AND, other)
    def __or__(self, other): return self.combine(Kind.BV_OR, other)
    def __add__(self, other): return self.combine(Kind.BV_ADD, other)
    def __sub__(self, other): return self.combine(Kind.BV_SUB, other)
    def __mul__(self, other): return self.combine(Kind.BV_MUL, other)
    def __floordiv__(self, other): return self.combine(Kind.BV_UDIV, other)
    def __mod__(self, other): return self.combine(Kind.BV_UREM, other)
    def __lshift__(self, other): return self.combine(Kind.BV_SHL, other)
    def __rshift__(self, other): return self.combine(Kind.BV_SHR, other)
    def __invert__(self): return Bits(make(Kind.BV_NOT, self), self.width)
    def __neg__(self): return Bits(make(Kind.BV_NEG, self), self.width)
    def __eq__(self, other): return Prop(make(Kind.EQUAL, self, self.like(other)))
    def __ne__(self, other): return Prop(make(Kind.DISTINCT, self, self.like(other)))
    def __bool__(self): raise TypeError('a word has no truth value')

    def like(self, other):
        """A number as a word of this width; a word as it is."""
        if isinstance(other, int):
            return number(other, self.width)
        assert other.width == self.width, (self.width, other.width)
        return other

    def combine(self, kind, other): return Bits(make(kind, self, self.like(other)), self.width)
    def arithmetic_shift(self, other): return self.combine(Kind.BV_ASHR, other)
    def below(self, other): return Prop(make(Kind.BV_ULT, self, self.like(other)))
    def at_most(self, other): return Prop(make(Kind.BV_ULE, self, self.like(other)))
    def signed_below(self, other): return Prop(make(Kind.BV_SLT, self, self.like(other)))

    def bits(self, low, count):
        """`count` bits from bit `low` on."""
        return Bits(TERMS.mk_term(Kind.BV_EXTRACT, [self.term], [low + count - 1, low]), count)

    def bit(self, at): return self.bits(at, 1) == 1

    def zero_extend(self, width):
        return Bits(TERMS.mk_term(Kind.BV_ZERO_EXTEND, [self.term], [width - self.width]), width)

    def sign_extend(self, width):
        return Bits(TERMS.mk_term(Kind.BV_SIGN_EXTEND, [self.term], [width - self.width]), width)


def make(kind, *arguments): return TERMS.mk_term(kind, [a.term for a in arguments])


def number(value, width=64):
    return Bits(TERMS.mk_bv_value(TERMS.mk_bv_sort(width), value & (1 << width) - 1), width)


def unknown(name, width=64): return Bits(TERMS.mk_const(TERMS.mk_bv_sort(width), name), width)


def join(*parts):
    """Words beside each other, the lowest first."""
    parts = parts[::-1]
    return Bits(make(Kind.BV_CONCAT, *parts), sum(p.width for p in parts)) if len(parts) > 1 else parts[0]


def choose(condition, x, y): return Bits(make(Kind.ITE, condition, x, x.like(y)), x.width)


def all_of(props):
    result = Prop(TERMS.mk_true())
    for p in props:
        result = result & p
    return result


def either(condition, x, y):
    """x where the condition holds, else y."""
    return condition.implies(x) & (~condition).implies(y)


def any_of(props): return ~all_of(~p for p in props)


class Unanswered(Exception):
    """The solver gave up."""


def engine(seconds):
    """A solver that gives up a question after some time."""
    options = bitwuzla.Options()
    options.set(bitwuzla.Option.PRODUCE_MODELS, True)
    options.set(bitwuzla.Option.TIME_LIMIT_PER, int(seconds * 1000))
    return bitwuzla.Bitwuzla(TERMS, options)


def answer_of(solver, seconds, *assumed):
    """Values under which all that was asserted and assumed holds, as a function of words and propositions, until the
    solver is asked again; None if there are none. Raises `Unanswered` after some time."""
    answer = solver.check_sat(*assumed)
    if answer == bitwuzla.Result.UNKNOWN:
        raise Unanswered(f'no answer within {seconds} s')
    if answer == bitwuzla.Result.UNSAT:
        return None

    def value(x):
        found = solver.get_value(x.term)
        return found.is_true() if isinstance(x, Prop) else int(found.value(10))
    return value


def model(props, seconds=600):
    """Values under which all of `props` hold, as a function of words and propositions; None if there are
    none. Raises `Unanswered` after some time."""
    solver = engine(seconds)
    for p in props:
        solver.assert_formula(p.term)
    return answer_of(solver, seconds)


class Session:
    """What is known, growing, and questions about it."""

    def __init__(self, known, seconds):
        self.solver, self.seconds = engine(seconds), seconds
        for p in known:
            self.learn(p)

    def learn(self, prop): self.solver.assert_formula(prop.term)

    def counterexample(self, prop):
        """Values under which what is known holds and `prop` does not, until the next question, or None; what holds is known
        from then on. Raises `Unanswered` after some time."""
        found = answer_of(self.solver, self.seconds, (~prop).term)
        if found is None:
            self.learn(prop)
        return found
