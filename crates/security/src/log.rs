//! Logarithms without the standard library.

/// The binary logarithm of `x`, at least 1, to about 12 decimal places.
pub fn log2(x: f64) -> f64 {
    let (mut x, mut whole) = (x.max(1.0), 0.0);
    while x >= 2.0 {
        x /= 2.0;
        whole += 1.0;
    }
    // ln x = 2 artanh((x - 1) / (x + 1)), and the argument is below 1/3.
    let t = (x - 1.0) / (x + 1.0);
    let (mut term, mut sum, mut n) = (t, 0.0, 1.0);
    while term > 1e-18 {
        sum += term / n;
        term *= t * t;
        n += 2.0;
    }
    whole + 2.0 * sum / core::f64::consts::LN_2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_are_those_of_the_standard_library() {
        extern crate std;
        for x in [1.0, 1.000_001, 1.5, 2.0, 3.0, 4.0, 1e9, 16_777_217.0, 4.0 / 3.0, 32.0 / 17.0] {
            let expected = std::primitive::f64::log2(x);
            assert!((log2(x) - expected).abs() < 1e-11, "{x}");
        }
    }
}
