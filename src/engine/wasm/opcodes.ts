/**
 * @module Opcodes of WebAssembly in the kernels.
 * @see https://webassembly.github.io/spec/core/binary/instructions.html
 */

export type Code = readonly number[]

export const I32 = 0x7f
export const F32 = 0x7d
export const V128 = 0x7b
const VOID = 0x40

/** Unsigned LEB128 encoding. */
export function leb(value: number): number[] {
  const bytes: number[] = []
  let rest = value >>> 0
  do {
    const low = rest & 0x7f
    rest >>>= 7
    bytes.push(rest ? low | 0x80 : low)
  } while (rest)
  return bytes
}

/** Signed LEB128 encoding. */
function signedLeb(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (;;) {
    const low = rest & 0x7f
    rest >>= 7
    const last = rest === (low & 0x40 ? -1 : 0)
    bytes.push(last ? low : low | 0x80)
    if (last) return bytes
  }
}

export const get = (local: number): Code => [0x20, ...leb(local)]
export const set = (local: number): Code => [0x21, ...leb(local)]
export const tee = (local: number): Code => [0x22, ...leb(local)]
export const i32 = (value: number): Code => [0x41, ...signedLeb(value)]
export const I32_ADD = 0x6a
export const I32_SUB = 0x6b
export const I32_LESS = 0x49
/** Loads or stores a vector at an offset in bytes from the address. */
export const loadAt = (offset: number): Code => [0xfd, 0x00, 4, ...leb(offset)]
export const storeAt = (offset: number): Code => [0xfd, 0x0b, 4, ...leb(offset)]
export const V_ZERO: Code = [0xfd, 0x0c, ...new Array<number>(16).fill(0)]
/** Copies a float32 to every lane. */
export const V_SPLAT: Code = [0xfd, 0x13]
/** Whether any bit is set. */
export const V_ANY: Code = [0xfd, 0x53]
/** Adds int32 lanes; the other operations are on float32 lanes. */
export const I_ADD: Code = [0xfd, 0xae, 0x01]
export const V_ADD: Code = [0xfd, 0xe4, 0x01]
export const V_SUB: Code = [0xfd, 0xe5, 0x01]
export const V_MUL: Code = [0xfd, 0xe6, 0x01]
/** a < b ? b : a */
export const V_MAX: Code = [0xfd, 0xeb, 0x01]
/** Repeats `body` while it leaves a non-zero value on the stack. */
export const loopWhile = (...body: Code[]): Code => [0x03, VOID, ...body.flat(), 0x0d, 0, 0x0b]
/** Runs `body` if the value on the stack is not zero. */
export const when = (...body: Code[]): Code => [0x04, VOID, ...body.flat(), 0x0b]

export const bump = (local: number, amount: Code): Code => [
  ...get(local),
  ...amount,
  I32_ADD,
  ...set(local),
]
