#!/bin/sh
# Builds the tests of riscv-arch-test for `cargo xtask external`: build.sh RISCV_ARCH_TEST OUT [GROUP...]
#
# Each test is built twice: qemu-riscv64 (or another EMULATOR of Linux programs) runs the first build for the
# signature that the second compares with its own.
#
# Left out: what needs privileged instructions, traps that the program itself handles, or extensions that the
# machine lacks (Zbc, Zcb, the ciphers and hashes of K).
set -eu
tests=$1/riscv-test-suite out=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
emulator=${EMULATOR:-qemu-riscv64 -cpu rv64,zba=true,zbb=true,zbs=true,zbkb=true}
[ $# -gt 0 ] || set -- I M A C B K privilege
mkdir -p "$out"
build() {
    ${CC:-riscv64-unknown-elf-gcc} -march=$march -mabi=lp64 -mcmodel=medany -nostdlib -static -DXLEN=64 \
        -DTEST_CASE_1=True "$@" -I"$here" -I"$tests/env" -T"$here/../../crates/guest/dyad.ld" \
        -o "$out/$group-$name" "$source"
}
for group; do
    case $group in
        C) march=rv64imac ;;
        *) march=rv64ima_zba_zbb_zbs_zbkb ;;
    esac
    for source in "$tests/rv64i_m/$group"/src/*.S; do
        name=$(basename "$source" .S)
        case $group/$name in
            B/clmul* | C/cebreak-* | C/clbu-* | C/clh* | C/cmul-* | C/cnot-* | C/csb-* | C/csh-* | C/csext.* | C/czext.*)
                continue ;;
            A/* | B/* | C/* | I/* | M/* | K/brev8-* | K/pack* | privilege/misalign-[ls][dhw]*) ;;
            *) continue ;;
        esac
        build
        $emulator "$out/$group-$name" > "$out/signature"
        build "-DREFERENCE=\"$out/signature\""
    done
done
rm "$out/signature"
