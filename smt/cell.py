"""The program cell of a decoded instruction: two words, `w0 = next pc | low half of the immediate << 32` and
`w1`, whose fields are where the machine says that they are."""
from shapes import Wrong
from solver import join, number, unknown

# What w1 has: of the immediate bit 32, and one bit for all of bits 33 to 63.
FIELDS = {'rd', 'rs1', 'rs2', 'imm_32', 'imm_sign', 'flags', 'kind'}


class Cell:
    """The fields of some instruction's cell, unknown, and the words made of them."""

    def __init__(self, fields):
        made = {name: unknown(name, width) for name, (_, width) in fields.items()}
        self.rd, self.rs1, self.rs2 = made['rd'], made['rs1'], made['rs2']
        self.flags, self.kind = made['flags'], made['kind']
        self.next = unknown('next pc', 32)
        imm_low = unknown('imm_low', 32)
        self.imm = join(imm_low, made['imm_32'], made['imm_sign'].sign_extend(31))
        self.w0 = join(self.next, imm_low)
        self.w1 = number(0)
        for name, (place, _) in fields.items():
            self.w1 = self.w1 | (made[name].zero_extend(64) << place)


def check_fields(machine):
    """The fields fill 32 bits, each bit once, and the cells of decoded instructions are made of them."""
    for instruction in machine.instructions:
        fields = instruction.fields
        bits = [place + i for place, width in fields.values() for i in range(width)]
        if set(fields) != FIELDS or sorted(bits) != list(range(32)):
            raise Wrong(f'the fields of program cells are {fields}')
        for s in instruction.samples:
            values = {**s, 'imm_32': s['imm'] >> 32 & 1, 'imm_sign': s['imm'] >> 63,
                      'flags': instruction.flags, 'kind': instruction.kind}
            fit = all(values[name] < 1 << width for name, (_, width) in fields.items())
            signs = s['imm'] >> 33 == ((1 << 31) - 1) * values['imm_sign']
            w0 = s['next'] | (s['imm'] & 0xffffffff) << 32
            w1 = sum(values[name] << place for name, (place, _) in fields.items())
            if not (fit and signs and (w0, w1) == (s['w0'], s['w1'])):
                raise Wrong(f'{instruction.name}: its program cell is not made of its fields: {s}')
