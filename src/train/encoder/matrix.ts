/**
 * @module The products that training consists of, on row-major Float32Arrays of one memory. Column
 * counts are multiples of 8; nothing is allocated after the start.
 */
import { createGemm } from './gemm.ts'

export interface Matrix {
  /** Zeros, in the shared memory: arguments of the products must come from here. */
  allocate(length: number): Float32Array
  /** y[n, out] = x[n, in] · w[out, in]ᵀ. */
  linear(
    y: Float32Array,
    x: Float32Array,
    w: Float32Array,
    n: number,
    outputs: number,
    inputs: number,
  ): void
  /** dx[n, in] += dy[n, out] · w[out, in]. */
  linearBackInput(
    dx: Float32Array,
    dy: Float32Array,
    w: Float32Array,
    n: number,
    outputs: number,
    inputs: number,
  ): void
  /** dw[out, in] += dy[n, out]ᵀ · x[n, in]. */
  linearBackWeight(
    dw: Float32Array,
    dy: Float32Array,
    x: Float32Array,
    n: number,
    outputs: number,
    inputs: number,
  ): void
}

/** @param floats the numbers that will be allocated in all */
export function createMatrix(floats: number): Matrix {
  const page = 65_536
  const memory = new WebAssembly.Memory({ initial: Math.ceil((floats * 4) / page) + 8 })
  const gemm = createGemm(memory)
  let used = 0
  const allocate = (length: number) => {
    const view = new Float32Array(memory.buffer, used, length)
    used = Math.ceil((used + length * 4) / 16) * 16
    return view
  }
  let scratch = allocate(0)

  /** wᵀ, contiguous, because the kernel reads B by rows. */
  function transposed(w: Float32Array, rows: number, columns: number): Float32Array {
    if (scratch.length < w.length) scratch = allocate(w.length)
    for (let r = 0, k = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++, k++) scratch[c * rows + r] = w[k]
    }
    return scratch
  }

  return {
    allocate,
    linear(y, x, w, n, outputs, inputs) {
      y.fill(0, 0, n * outputs)
      const b = transposed(w, outputs, inputs).byteOffset
      gemm(
        y.byteOffset,
        outputs * 4,
        x.byteOffset,
        inputs * 4,
        4,
        b,
        outputs * 4,
        n,
        inputs,
        outputs,
      )
    },
    linearBackInput(dx, dy, w, n, outputs, inputs) {
      gemm(
        dx.byteOffset,
        inputs * 4,
        dy.byteOffset,
        outputs * 4,
        4,
        w.byteOffset,
        inputs * 4,
        n,
        outputs,
        inputs,
      )
    },
    linearBackWeight(dw, dy, x, n, outputs, inputs) {
      gemm(
        dw.byteOffset,
        inputs * 4,
        dy.byteOffset,
        4,
        outputs * 4,
        x.byteOffset,
        inputs * 4,
        outputs,
        n,
        inputs,
      )
    },
  }
}

/** db[out] += Σ_t dy[t, out]. */
export function biasBack(db: Float32Array, dy: Float32Array, n: number, outputs: number): void {
  for (let t = 0, at = 0; t < n; t++) {
    for (let o = 0; o < outputs; o++, at++) db[o] += dy[at]
  }
}
