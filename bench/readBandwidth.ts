/** @module How fast one thread of this browser can read memory: the bound of every search. */
import {
  body,
  bump,
  type Code,
  FUNCTION,
  get,
  I32,
  I32_SUB,
  i32,
  leb,
  loopWhile,
  name,
  PREAMBLE,
  section,
  set,
  tee,
  V128,
  vector,
} from '../src/engine/wasm/opcodes.ts'

const BYTES = 2 ** 26
const LINE = 128
const ROUNDS = 12

/** (from, lines): reads lines of 128 bytes into four independent sums; returns something of them. */
function assembleReader(): Uint8Array<ArrayBuffer> {
  const [FROM, LINES, SUM] = [0, 1, 2]
  const V_XOR: Code = [0xfd, 0x51]
  const read = (part: number): Code => [
    ...get(FROM),
    ...[0xfd, 0x00, 4, ...leb(16 * part)],
    ...get(SUM + (part % 4)),
    ...V_XOR,
    ...set(SUM + (part % 4)),
  ]
  const code: Code = [
    ...loopWhile([0, 1, 2, 3, 4, 5, 6, 7].flatMap(read), bump(FROM, i32(LINE)), [
      ...get(LINES),
      ...i32(1),
      I32_SUB,
      ...tee(LINES),
    ]),
    ...[0, 1, 2, 3].flatMap((k) => [...get(SUM + k), ...(k > 0 ? V_XOR : [])]),
    // v128.any_true
    ...[0xfd, 0x53],
  ]
  return Uint8Array.from([
    ...PREAMBLE,
    ...section(1, vector([[FUNCTION, ...vector([[I32], [I32]]), 1, I32]])),
    ...section(2, vector([[...name('m'), ...name('m'), 0x02, 0x00, 1]])),
    ...section(3, vector([[0]])),
    ...section(7, vector([[...name('read'), 0, 0]])),
    ...section(10, vector([body([[4, V128]], code)])),
  ])
}

/** GB/s, the best of some rounds over 64 MiB. */
export async function readBandwidth(): Promise<number> {
  const memory = new WebAssembly.Memory({ initial: BYTES / 65_536 })
  new Uint32Array(memory.buffer).fill(7)
  const { instance } = await WebAssembly.instantiate(assembleReader(), { m: { m: memory } })
  const read = instance.exports.read as (from: number, lines: number) => number
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    read(0, BYTES / LINE)
    best = Math.min(best, performance.now() - start)
  }
  return BYTES / best / 1e6
}
