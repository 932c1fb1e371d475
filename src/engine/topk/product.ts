/**
 * @module A table's product with a vector on the scan of the top k, with a threshold that everything
 * passes: the scores of a whole catalogue, for what is not a matter of the highest k alone.
 */
import type { TableProduct } from '../../core/personal/shortlist.ts'
import { assembleScan, HIT_BYTES, type Scan } from './module.ts'

const PAGE = 65_536
const HIT = HIT_BYTES / 4
/** Groups of four rows at a time: what is written out stays in the cache. */
const GROUPS = 256

/**
 * @param table row-major [N, columns], finite, copied
 * @param columns a multiple of 4
 * @throws where WebAssembly or SIMD is missing or forbidden
 */
export function wasmTableProduct(table: Float32Array, columns: number): TableProduct {
  const count = table.length / columns
  const groups = Math.ceil(count / 4)
  const query = GROUPS * HIT_BYTES
  const rows = query + 4 * columns
  const pages = Math.ceil((rows + 16 * groups * columns) / PAGE)
  const memory = new WebAssembly.Memory({ initial: pages })
  // Small enough to be compiled on the spot, in a page too.
  const module = new WebAssembly.Module(assembleScan(columns, pages))
  const { exports } = new WebAssembly.Instance(module, { topk: { memory } })
  const scan = exports.scan as Scan
  new Float32Array(memory.buffer, rows).set(table)
  const hits = new Float32Array(memory.buffer, 0, query / 4)
  const given = new Float32Array(memory.buffer, query, columns)
  return (vector, out) => {
    given.set(vector)
    for (let group = 0; group < groups; group += GROUPS) {
      const some = Math.min(GROUPS, groups - group)
      const from = rows + 16 * group * columns
      const end = scan(from, 0, query, 0, some, 4 * group, Number.NEGATIVE_INFINITY)
      // A group that overflowed is not written out, and the others are not where they should be.
      if (end !== some * HIT_BYTES) hits.fill(Number.NaN)
      const last = Math.min(count, 4 * (group + some))
      for (let i = 4 * group, hit = 0; i < last; i += 4, hit += HIT) {
        out[i] = hits[hit]
        // Beyond the last row is beyond the array.
        out[i + 1] = hits[hit + 1]
        out[i + 2] = hits[hit + 2]
        out[i + 3] = hits[hit + 3]
      }
    }
  }
}
