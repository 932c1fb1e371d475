/**
 * @module The opcodes of WebAssembly that our kernels use, and how a module is put together.
 * @see https://webassembly.github.io/spec/core/binary/instructions.html
 */

export type Code = readonly number[]

export const I32 = 0x7f
export const F32 = 0x7d
export const V128 = 0x7b
const VOID = 0x40
export const FUNCTION = 0x60

/** Unsigned LEB128. */
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

/** Signed LEB128. */
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

export const vector = (items: readonly Code[]): number[] => [...leb(items.length), ...items.flat()]
export const section = (id: number, content: Code): number[] => [
  id,
  ...leb(content.length),
  ...content,
]
export const name = (text: string): number[] => [
  ...leb(text.length),
  ...Array.from(text, (letter) => letter.charCodeAt(0)),
]

export const get = (local: number): Code => [0x20, ...leb(local)]
export const set = (local: number): Code => [0x21, ...leb(local)]
export const tee = (local: number): Code => [0x22, ...leb(local)]
export const i32 = (value: number): Code => [0x41, ...signedLeb(value)]
export const I32_ADD = 0x6a
export const I32_SUB = 0x6b
export const V_STORE: Code = [0xfd, 0x0b, 4, 0]
export const V_ADD: Code = [0xfd, 0xe4, 0x01]
export const V_SUB: Code = [0xfd, 0xe5, 0x01]
export const V_MUL: Code = [0xfd, 0xe6, 0x01]
/** a < b ? b : a */
export const V_MAX: Code = [0xfd, 0xeb, 0x01]
/** Runs `body` and again while what it leaves on the stack is not zero. */
export const loopWhile = (...body: Code[]): Code => [0x03, VOID, ...body.flat(), 0x0d, 0, 0x0b]
/** Runs `body` if what is on the stack is not zero. */
export const when = (...body: Code[]): Code => [0x04, VOID, ...body.flat(), 0x0b]

export const bump = (local: number, amount: Code): Code => [
  ...get(local),
  ...amount,
  I32_ADD,
  ...set(local),
]

/** A function's code with its locals, as [count, type]. */
export function body(locals: readonly Code[], code: Code): number[] {
  const content = [...vector(locals), ...code, 0x0b]
  return [...leb(content.length), ...content]
}

/** Of a memory. */
export const limits = (pages: number): Code => [0x00, ...leb(pages)]

/** `\0asm`, version 1. */
export const PREAMBLE: Code = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
