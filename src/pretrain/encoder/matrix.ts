/**
 * @module The three products of a linear layer y = x·Wᵀ and its backward pass, on row-major
 * Float32Arrays. Column counts are multiples of 4, rows contiguous, nothing is allocated: this is
 * where training spends its time.
 */

/** y[n, out] = x[n, in] · w[out, in]ᵀ. */
export function linear(
  y: Float32Array,
  x: Float32Array,
  w: Float32Array,
  n: number,
  outputs: number,
  inputs: number,
): void {
  for (let t = 0; t < n; t++) {
    const row = t * inputs
    for (let o = 0; o < outputs; o += 4) {
      let w0 = o * inputs
      let w1 = w0 + inputs
      let w2 = w1 + inputs
      let w3 = w2 + inputs
      let a = 0
      let b = 0
      let c = 0
      let d = 0
      for (let i = row; i < row + inputs; i++) {
        const v = x[i]
        a += v * w[w0++]
        b += v * w[w1++]
        c += v * w[w2++]
        d += v * w[w3++]
      }
      const at = t * outputs + o
      y[at] = a
      y[at + 1] = b
      y[at + 2] = c
      y[at + 3] = d
    }
  }
}

/** dx[n, in] += dy[n, out] · w[out, in]. */
export function linearBackInput(
  dx: Float32Array,
  dy: Float32Array,
  w: Float32Array,
  n: number,
  outputs: number,
  inputs: number,
): void {
  for (let t = 0; t < n; t++) {
    const row = t * inputs
    for (let o = 0; o < outputs; o += 4) {
      const at = t * outputs + o
      const a = dy[at]
      const b = dy[at + 1]
      const c = dy[at + 2]
      const d = dy[at + 3]
      if (a === 0 && b === 0 && c === 0 && d === 0) continue
      let w0 = o * inputs
      let w1 = w0 + inputs
      let w2 = w1 + inputs
      let w3 = w2 + inputs
      for (let i = row; i < row + inputs; i++)
        dx[i] += a * w[w0++] + b * w[w1++] + (c * w[w2++] + d * w[w3++])
    }
  }
}

/** dw[out, in] += dy[n, out]ᵀ · x[n, in]. */
export function linearBackWeight(
  dw: Float32Array,
  dy: Float32Array,
  x: Float32Array,
  n: number,
  outputs: number,
  inputs: number,
): void {
  const whole = n - (n % 4)
  for (let o = 0; o < outputs; o++) {
    const row = o * inputs
    let t = 0
    for (; t < whole; t += 4) {
      const at = t * outputs + o
      const a = dy[at]
      const b = dy[at + outputs]
      const c = dy[at + 2 * outputs]
      const d = dy[at + 3 * outputs]
      if (a === 0 && b === 0 && c === 0 && d === 0) continue
      let x0 = t * inputs
      let x1 = x0 + inputs
      let x2 = x1 + inputs
      let x3 = x2 + inputs
      for (let i = row; i < row + inputs; i++)
        dw[i] += a * x[x0++] + b * x[x1++] + (c * x[x2++] + d * x[x3++])
    }
    for (; t < n; t++) {
      const a = dy[t * outputs + o]
      if (a === 0) continue
      let x0 = t * inputs
      for (let i = row; i < row + inputs; i++) dw[i] += a * x[x0++]
    }
  }
}

/** db[out] += Σ_t dy[t, out]. */
export function biasBack(db: Float32Array, dy: Float32Array, n: number, outputs: number): void {
  for (let t = 0, at = 0; t < n; t++) {
    for (let o = 0; o < outputs; o++, at++) db[o] += dy[at]
  }
}
