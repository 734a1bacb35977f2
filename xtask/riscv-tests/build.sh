#!/bin/sh
# Builds the user-level tests of riscv-tests for `cargo xtask external`: build.sh RISCV_TESTS OUT [GROUP...]
#
# Code can't be written here: fence_i, which does, is left out, and the data that rvc keeps among its code
# goes to a segment of its own.
set -eu
tests=$1 out=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
[ $# -gt 0 ] || set -- rv64ui rv64um
mkdir -p "$out"
for group; do
    case $group in
        rv64uc) march=rv64imac ;;
        *) march=rv64ima_zba_zbb_zbs_zbkb ;;
    esac
    for source in "$tests/isa/$group"/*.S; do
        name=$(basename "$source" .S)
        [ "$name" != fence_i ] || continue
        edit=
        [ "$name" != rvc ] || edit='s/\.align 3; \\/.pushsection .data; &/; s/\.align 12; \\/.popsection; &/'
        sed -e "$edit" "$source" |
            ${CC:-riscv64-unknown-elf-gcc} -x assembler-with-cpp -march=$march -mabi=lp64 -mcmodel=medany \
                -nostdlib -static -I"$here" -I"$tests/isa/macros/scalar" -I"$tests/isa/$group" \
                -T"$here/../../crates/guest/dyad.ld" -o "$out/$group-$name" -
    done
done
