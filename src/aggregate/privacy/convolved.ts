/** @module Convolution of a distribution with itself, on a circle, by Fourier transform. */

/** Distribution of the sum of `times` draws. Positions wrap at the length, which must be a power of two. */
export function convolved(chances: Float64Array, times: number): Float64Array {
  const re = chances.slice()
  const im = new Float64Array(re.length)
  transform(re, im)
  for (let i = 0; i < re.length; i++) {
    const size = Math.hypot(re[i], im[i]) ** times
    const angle = Math.atan2(im[i], re[i]) * times
    re[i] = size * Math.cos(angle)
    // Conjugate: transforming the conjugate and conjugating again is the inverse transform, up to the length.
    im[i] = -size * Math.sin(angle)
  }
  transform(re, im)
  return re.map((value) => value / re.length)
}

/** Fourier transform in place, radix 2 (Cooley, Tukey). */
function transform(re: Float64Array, im: Float64Array): void {
  const n = re.length
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1
    for (; j & bit; bit >>= 1) j ^= bit
    j ^= bit
    if (i < j) {
      ;[re[i], re[j]] = [re[j], re[i]]
      ;[im[i], im[j]] = [im[j], im[i]]
    }
  }
  const cos = Float64Array.from({ length: n / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / n))
  const sin = Float64Array.from({ length: n / 2 }, (_, k) => Math.sin((2 * Math.PI * k) / n))
  for (let half = 1; half < n; half *= 2) {
    const stride = n / (2 * half)
    for (let start = 0; start < n; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const [a, b, turn] = [start + k, start + k + half, k * stride]
        const x = re[b] * cos[turn] + im[b] * sin[turn]
        const y = im[b] * cos[turn] - re[b] * sin[turn]
        re[b] = re[a] - x
        im[b] = im[a] - y
        re[a] += x
        im[a] += y
      }
    }
  }
}
