/**
 * @module The encoder at its fastest on this processor: cached states, and the products on WebAssembly
 * with SIMD where there is any. Whichever runs, the numbers are the same bits.
 */
import { DIMENSION } from '../../core/model/baseModel.ts'
import {
  createEncoder,
  ENCODER_SHAPES,
  type Encode,
  type EncoderModel,
  type EncoderProducts,
  type EncoderWeights,
  FEED_FORWARD,
  type ProductName,
} from '../../core/model/encoder.ts'
import { assembleProducts, BLOCK_ROWS, type Product } from './module.ts'

const PAGE = 65_536
const PRODUCTS = ['query', 'value', 'output', 'expand', 'contract'] as const
/** Longest vector in and out. */
const LONGEST = Math.max(DIMENSION, FEED_FORWARD)

/** @throws where WebAssembly or SIMD is missing or forbidden */
export function wasmProducts(weights: EncoderWeights): EncoderProducts {
  const matrices = [...PRODUCTS, 'key'] as const
  const lengths = matrices.map((name) => weights[name].length)
  const start = 12 * LONGEST
  const bytes = start + 8 * lengths.reduce((sum, length) => sum + length, 0)
  const pages = Math.ceil(bytes / PAGE)
  const memory = new WebAssembly.Memory({ initial: pages })
  // Small enough to be compiled on the spot, in a page too.
  const module = new WebAssembly.Module(assembleProducts(pages))
  const { exports } = new WebAssembly.Instance(module, { encoder: { memory } })
  const kernels = exports as unknown as Record<'multiply' | 'multiplyRounding', Product>
  const input = new Float64Array(memory.buffer, 0, LONGEST)
  const output = new Float32Array(memory.buffer, 8 * LONGEST, LONGEST)
  const at = {} as Record<(typeof matrices)[number], number>
  let next = start
  for (const name of matrices) {
    const [rows, columns] = ENCODER_SHAPES[name]
    at[name] = next
    const place = new Float64Array(memory.buffer, next, rows * columns)
    pack(weights[name], rows, columns, name === 'key', place)
    next += 8 * rows * columns
  }
  const run = (kernel: Product, name: ProductName | 'key', x: Float32Array, rows: number) => {
    input.set(x)
    kernel(at[name], 0, 8 * LONGEST, rows / BLOCK_ROWS, x.length)
    return output.slice(0, rows)
  }
  return {
    multiply: (name, x) => run(kernels.multiply, name, x, ENCODER_SHAPES[name][0]),
    lookup: (x) => run(kernels.multiplyRounding, 'key', x, DIMENSION),
  }
}

/** Blocks of eight rows, column by column. @param transposed of a square matrix */
function pack(
  matrix: Float32Array,
  rows: number,
  columns: number,
  transposed: boolean,
  place: Float64Array,
): void {
  let to = 0
  for (let block = 0; block < rows; block += BLOCK_ROWS)
    for (let j = 0; j < columns; j++)
      for (let i = block; i < block + BLOCK_ROWS; i++)
        place[to++] = matrix[transposed ? j * columns + i : i * columns + j]
}

/** Keeps the states of its last history: one for each shopper. */
export function createFastEncoder(model: EncoderModel): Encode {
  try {
    return createEncoder(model, wasmProducts)
  } catch {
    // No SIMD, or a policy without 'wasm-unsafe-eval': plain loops give the same bits.
    return createEncoder(model)
  }
}
