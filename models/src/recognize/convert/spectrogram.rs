/// Points of the Fourier transform of a window of 25 ms.
const WINDOW: usize = 400;
/// Frequencies that it gives.
pub(super) const FREQUENCIES: usize = WINDOW / 2 + 1;
const RATE: f64 = 16_000.0;

/// The weights by which a spectrum becomes `bands` bands as an ear hears them, band by band.
///
/// Triangles of equal area on Slaney's scale: linear up to 1 kHz, logarithmic above. See
/// M. Slaney, "Auditory Toolbox", 1998.
pub(super) fn mel_filters(bands: usize) -> Vec<f32> {
    let highest = to_mel(RATE / 2.0);
    let edges: Vec<f64> = (0..bands + 2)
        .map(|edge| to_hertz(highest * edge as f64 / (bands + 1) as f64))
        .collect();
    edges
        .windows(3)
        .flat_map(|edges| {
            let area = 2.0 / (edges[2] - edges[0]);
            (0..FREQUENCIES).map(move |bin| {
                let hertz = bin as f64 * RATE / WINDOW as f64;
                let rising = (hertz - edges[0]) / (edges[1] - edges[0]);
                let falling = (edges[2] - hertz) / (edges[2] - edges[1]);
                (rising.min(falling).max(0.0) * area) as f32
            })
        })
        .collect()
}

/// Hertz of a mel on the linear part of the scale.
const LINEAR: f64 = 200.0 / 3.0;
const KNEE_HERTZ: f64 = 1000.0;
const KNEE_MEL: f64 = KNEE_HERTZ / LINEAR;

/// The logarithm that one mel is above the knee.
fn logarithmic() -> f64 {
    6.4_f64.ln() / 27.0
}

fn to_mel(hertz: f64) -> f64 {
    if hertz < KNEE_HERTZ {
        hertz / LINEAR
    } else {
        KNEE_MEL + (hertz / KNEE_HERTZ).ln() / logarithmic()
    }
}

fn to_hertz(mel: f64) -> f64 {
    if mel < KNEE_MEL {
        mel * LINEAR
    } else {
        KNEE_HERTZ * ((mel - KNEE_MEL) * logarithmic()).exp()
    }
}
