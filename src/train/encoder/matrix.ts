/**
 * @module The inner loops of training, on row-major Float32Arrays in one WebAssembly memory: matrix products, and the
 * functions of `vectors.wat`. The column counts of all matrices are multiples of 8. Nine tenths of the encoder's
 * training are matrix products, which run about eight times as fast as in JavaScript.
 */
import { exportsOf, instantiate, PAGE } from '@nearside/engine/wasm/instantiate.ts'
import { GEMM } from './gemm.wasm.ts'
import { VECTORS } from './vectors.wasm.ts'

/** C += A·B on float32. Arguments are byte addresses and strides; `inner` ≥ 1, `columns` a positive multiple of 8. */
export type Gemm = (
  c: number,
  cRow: number,
  a: number,
  aRow: number,
  aInner: number,
  b: number,
  bRow: number,
  rows: number,
  inner: number,
  columns: number,
) => void

export const createGemm = (memory: WebAssembly.Memory) => instantiate<Gemm>(GEMM, memory)

/** Takes byte addresses, numbers of floats, and factors, see `vectors.wat`. */
type Loop = (...numbers: readonly number[]) => number
type Vectors = Readonly<
  Record<'gather' | 'scatter' | 'add' | 'dot' | 'shift' | 'exp' | 'scale' | 'adam', Loop>
>

/** Computes `c`, a layer's output or a gradient, from n inputs. The weight matrix has the shape [outputs, inputs]. */
type Product = (
  c: Float32Array,
  a: Float32Array,
  b: Float32Array,
  n: number,
  outputs: number,
  inputs: number,
) => void

export type Matrix = ReturnType<typeof createMatrix>

/** @param floats total number of float32 values that will be allocated */
export function createMatrix(floats: number) {
  const memory = new WebAssembly.Memory({ initial: Math.ceil((floats * 4) / PAGE) + 8 })
  const gemm = createGemm(memory)
  const vectors = exportsOf<Vectors>(VECTORS, memory)
  let used = 0
  /** Allocates zeros in the shared memory, where the matrix products need their arrays. */
  const allocate = (length: number): Float32Array => {
    const view = new Float32Array(memory.buffer, used, length)
    used = Math.ceil((used + length * 4) / 16) * 16
    return view
  }
  let scratch = allocate(0)

  /** Copies wᵀ to contiguous memory, because the kernel reads B by rows. */
  function transposed(w: Float32Array, rows: number, columns: number): Float32Array {
    if (scratch.length < w.length) scratch = allocate(w.length)
    for (let r = 0, k = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++, k++) scratch[c * rows + r] = w[k]
    }
    return scratch
  }

  /** c += a · b. `row` and `inner` are the strides of a; `columns` is the width of c and of b. */
  const multiply = (
    c: Float32Array,
    [a, row, inner]: readonly [a: Float32Array, row: number, inner: number],
    b: Float32Array,
    [rows, depth, columns]: readonly [number, number, number],
  ) =>
    gemm(
      ...([c.byteOffset, columns * 4, a.byteOffset, row * 4, inner * 4] as const),
      ...([b.byteOffset, columns * 4, rows, depth, columns] as const),
    )

  /** y[n, out] = x[n, in] · wᵀ. */
  const linear: Product = (y, x, w, n, outputs, inputs) => {
    y.fill(0, 0, n * outputs)
    multiply(y, [x, inputs, 1], transposed(w, outputs, inputs), [n, inputs, outputs])
  }
  /** dx[n, in] += dy[n, out] · w. */
  const linearBackInput: Product = (dx, dy, w, n, outputs, inputs) =>
    multiply(dx, [dy, outputs, 1], w, [n, outputs, inputs])
  /** dw += dy[n, out]ᵀ · x[n, in]. */
  const linearBackWeight: Product = (dw, dy, x, n, outputs, inputs) =>
    multiply(dw, [dy, 1, outputs], x, [outputs, n, inputs])
  return { allocate, linear, linearBackInput, linearBackWeight, ...vectors }
}

/** db[out] += Σ_t dy[t, out]. */
export function biasBack(db: Float32Array, dy: Float32Array, n: number, outputs: number): void {
  for (let t = 0, at = 0; t < n; t++) {
    for (let o = 0; o < outputs; o++, at++) db[o] += dy[at]
  }
}
