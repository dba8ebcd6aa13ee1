//! Half-precision numbers (IEEE 754 binary16).

/// The number that these bits stand for.
pub(super) fn to_f32(bits: u16) -> f32 {
    let sign = u32::from(bits & 0x8000) << 16;
    let magnitude = u32::from(bits & 0x7fff);
    let exponent = magnitude >> 10;
    match exponent {
        // Below the smallest normal number the value is a plain multiple of 2^-24.
        0 => f32::from_bits(sign | (magnitude as f32 * 2f32.powi(-24)).to_bits()),
        31 => f32::from_bits(sign | 0x7f80_0000 | (magnitude & 0x3ff) << 13),
        _ => f32::from_bits(sign | ((magnitude << 13) + ((127 - 15) << 23))),
    }
}
