/**
 * @module The two loops of a fit as WebAssembly with SIMD, assembled here from its opcodes: 627 bytes
 * of module, so no compiler in the toolchain and no file to fetch.
 *
 * Rows are taken four at a time. A row has `stride` bytes, a multiple of 16; callers pad with zeros.
 * @see https://webassembly.github.io/spec/core/binary/instructions.html
 */

type Code = readonly number[]

const I32 = 0x7f
const V128 = 0x7b
const VOID = 0x40
const FUNCTION = 0x60

/** Unsigned LEB128. */
function leb(value: number): number[] {
  const bytes: number[] = []
  let rest = value >>> 0
  do {
    const low = rest & 0x7f
    rest >>>= 7
    bytes.push(rest ? low | 0x80 : low)
  } while (rest)
  return bytes
}

const vector = (items: readonly Code[]): number[] => [...leb(items.length), ...items.flat()]
const section = (id: number, content: Code): number[] => [id, ...leb(content.length), ...content]
const name = (text: string): number[] => [
  ...leb(text.length),
  ...Array.from(text, (letter) => letter.charCodeAt(0)),
]

const get = (local: number): Code => [0x20, ...leb(local)]
const set = (local: number): Code => [0x21, ...leb(local)]
const tee = (local: number): Code => [0x22, ...leb(local)]
/** Up to 63: the constant is signed. */
const i32 = (value: number): Code => [0x41, value]
const I32_ADD = 0x6a
const I32_SUB = 0x6b
const I32_LESS = 0x49
const I32_SHIFT_LEFT = 0x74
const F32_ADD = 0x92
const V_LOAD: Code = [0xfd, 0x00, 4, 0]
const V_STORE: Code = [0xfd, 0x0b, 4, 0]
const V_ADD: Code = [0xfd, 0xe4, 0x01]
const V_MUL: Code = [0xfd, 0xe6, 0x01]
const V_ZERO: Code = [0xfd, 0x0c, ...new Array<number>(16).fill(0)]
const splat = (offset: number): Code => [0xfd, 0x09, 2, offset]
const lane = (index: number): Code => [0xfd, 0x1f, index]
const storeF32 = (offset: number): Code => [0x38, 2, offset]
/** Runs `body` and again while what it leaves on the stack is not zero. */
const loopWhile = (...body: Code[]): Code => [0x03, VOID, ...body.flat(), 0x0d, 0, 0x0b]

const bump = (local: number, amount: Code): Code => [
  ...get(local),
  ...amount,
  I32_ADD,
  ...set(local),
]

/** Parameters of both functions, then their locals. */
const ROWS = 0
const OTHER = 1
const OUT = 2
const GROUPS = 3
const STRIDE = 4
const J = 5
const AT = 6
const FOUR = [7, 8, 9, 10]
const HELD = 11

const nextGroup: Code = [
  ...bump(ROWS, [...get(STRIDE), ...i32(2), I32_SHIFT_LEFT]),
  ...get(GROUPS),
  ...i32(1),
  I32_SUB,
  ...tee(GROUPS),
]
const nextColumns: Code = [...bump(J, i32(16)), ...get(J), ...get(STRIDE), I32_LESS]
const startRow: Code = [...i32(0), ...set(J)]
/** AT = the k-th row's address, going from row to row, and its four numbers on the stack. */
const loadRow = (k: number): Code =>
  k === 0
    ? [...get(ROWS), ...get(J), I32_ADD, ...tee(AT), ...V_LOAD]
    : [...get(AT), ...get(STRIDE), I32_ADD, ...tee(AT), ...V_LOAD]

/** (rows, q, out, groups, stride): out[r] = row r · q for 4·groups rows. */
const scoreRows: Code = loopWhile(
  FOUR.flatMap((sum) => [...V_ZERO, ...set(sum)]),
  startRow,
  loopWhile(
    [...get(OTHER), ...get(J), I32_ADD, ...V_LOAD, ...set(HELD)],
    FOUR.flatMap((sum, k) => [
      ...loadRow(k),
      ...get(HELD),
      ...V_MUL,
      ...get(sum),
      ...V_ADD,
      ...set(sum),
    ]),
    nextColumns,
  ),
  FOUR.flatMap((sum, k) => [
    ...get(OUT),
    ...[0, 1, 2, 3].flatMap((l) => [...get(sum), ...lane(l), ...(l > 0 ? [F32_ADD] : [])]),
    ...storeF32(4 * k),
  ]),
  bump(OUT, i32(16)),
  nextGroup,
)

/** (rows, share, sum, groups, stride): sum += Σ_r share[r] · row r over 4·groups rows. */
const addRows: Code = loopWhile(
  FOUR.flatMap((share, k) => [...get(OTHER), ...splat(4 * k), ...set(share)]),
  startRow,
  loopWhile(
    [...get(OUT), ...get(J), I32_ADD, ...V_LOAD, ...set(HELD)],
    FOUR.flatMap((share, k) => [
      ...loadRow(k),
      ...get(share),
      ...V_MUL,
      ...get(HELD),
      ...V_ADD,
      ...set(HELD),
    ]),
    [...get(OUT), ...get(J), I32_ADD, ...get(HELD), ...V_STORE],
    nextColumns,
  ),
  bump(OTHER, i32(16)),
  nextGroup,
)

function body(code: Code): number[] {
  const locals = vector([
    [2, I32],
    [5, V128],
  ])
  const content = [...locals, ...code, 0x0b]
  return [...leb(content.length), ...content]
}

/** The module's bytes: imports `fit.memory`, exports `scoreRows` and `addRows`. */
export function assembleModule(): Uint8Array<ArrayBuffer> {
  const parameters = vector(Array.from({ length: 5 }, () => [I32]))
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector([[FUNCTION, ...parameters, 0]])),
    ...section(2, vector([[...name('fit'), ...name('memory'), 0x02, 0x00, 1]])),
    ...section(3, vector([[0], [0]])),
    ...section(
      7,
      vector([
        [...name('scoreRows'), 0, 0],
        [...name('addRows'), 0, 1],
      ]),
    ),
    ...section(10, vector([body(scoreRows), body(addRows)])),
  ])
}

export type RowLoop = (
  rows: number,
  other: number,
  out: number,
  groups: number,
  stride: number,
) => void

export interface FitModule {
  readonly scoreRows: RowLoop
  readonly addRows: RowLoop
}
