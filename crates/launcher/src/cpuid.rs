//! What the processor says of itself. The standard library's detection takes for granted what a
//! program was built to use, so it can't tell that such a program is on the wrong machine.

/// The first of these features that the processor lacks, as far as it can be asked.
#[cfg(target_arch = "x86_64")]
pub fn missing(features: &[&'static str]) -> Option<&'static str> {
    let cpu = raw_cpuid::CpuId::new();
    let (Some(basic), Some(more)) = (cpu.get_feature_info(), cpu.get_extended_feature_info()) else {
        return features.first().copied();
    };
    let amd = cpu.get_extended_processor_and_feature_identifiers();
    let has = |feature: &str| match feature {
        "popcnt" => basic.has_popcnt(),
        "lzcnt" => amd.as_ref().is_some_and(raw_cpuid::ExtendedProcessorFeatureIdentifiers::has_lzcnt),
        "bmi1" => more.has_bmi1(),
        "bmi2" => more.has_bmi2(),
        "fma" => basic.has_fma(),
        "movbe" => basic.has_movbe(),
        // The system has to save the registers.
        "avx2" => more.has_avx2() && basic.has_oxsave(),
        "pclmulqdq" => basic.has_pclmulqdq(),
        "avx512f" => more.has_avx512f(),
        "avx512bw" => more.has_avx512bw(),
        "avx512cd" => more.has_avx512cd(),
        "avx512dq" => more.has_avx512dq(),
        "avx512vl" => more.has_avx512vl(),
        "avx512vbmi" => more.has_avx512vbmi(),
        "gfni" => more.has_gfni(),
        "vpclmulqdq" => more.has_vpclmulqdq(),
        _ => false,
    };
    features.iter().copied().find(|feature| !has(feature))
}

/// Other processors can't be asked by programs, only the system, which is what the standard library does.
#[cfg(not(target_arch = "x86_64"))]
pub fn missing(_: &[&'static str]) -> Option<&'static str> {
    None
}
