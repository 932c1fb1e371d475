/**
 * @module Assembles a function into a WebAssembly module and instantiates it.
 * @see https://webassembly.github.io/spec/core/binary/modules.html
 */
import { type Code, leb } from './opcodes.ts'

/** Bytes per page of memory. */
export const PAGE = 65_536
/** `\0asm`, version 1. */
const PREAMBLE: Code = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
const FUNCTION = 0x60
const MEMORY = 0x02

const list = (items: readonly Code[]): Code => [...leb(items.length), ...items.flat()]
/** Content with its length: a section or a function's body. */
const sized = (content: Code): Code => [...leb(content.length), ...content]
const section = (id: number, ...items: readonly Code[]): Code => [id, ...sized(list(items))]
const name = (text: string): Code => sized([...new TextEncoder().encode(text)])

interface WasmFunction {
  /** Types of the parameters. */
  readonly parameters: Code
  readonly results: Code
  /** Locals in addition to the parameters, as [count, type]. */
  readonly locals: readonly Code[]
  readonly code: Code
  /** Minimum number of pages of its memory. */
  readonly pages: number
}

/** Module that imports `env.memory` and exports `run`. */
export function assemble(made: WasmFunction): Uint8Array<ArrayBuffer> {
  const types = [made.parameters, made.results].map((some) => list(some.map((type) => [type])))
  return Uint8Array.from([
    ...PREAMBLE,
    ...section(1, [FUNCTION, ...types.flat()]),
    ...section(2, [...name('env'), ...name('memory'), MEMORY, 0x00, ...leb(made.pages)]),
    ...section(3, [0]),
    ...section(7, [...name('run'), 0, 0]),
    ...section(10, sized([...list(made.locals), ...made.code, 0x0b])),
  ])
}

/**
 * Instantiates the result of `assemble`, which is small enough to compile synchronously, even in a page.
 * @throws if WebAssembly or SIMD is missing or forbidden
 */
export function instantiate<Run>(bytes: Uint8Array<ArrayBuffer>, memory: WebAssembly.Memory): Run {
  const module = new WebAssembly.Module(bytes)
  return new WebAssembly.Instance(module, { env: { memory } }).exports.run as Run
}
