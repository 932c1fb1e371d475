/** @module Instantiates WebAssembly that `npm run wat` compiled from a `.wat` file. */

/** Number of bytes per page of WebAssembly memory. */
export const PAGE = 65_536

/**
 * Instantiates a module on `memory`. This project's modules are small enough to compile synchronously, even in a page.
 * @param base64 module that imports `env.memory` and exports the function `run`
 * @throws if WebAssembly or SIMD is missing or forbidden
 */
export function instantiate<Run>(base64: string, memory: WebAssembly.Memory): Run {
  return exportsOf<{ readonly run: Run }>(base64, memory).run
}

/** Like `instantiate`, for a module that exports several functions. */
export function exportsOf<Functions>(base64: string, memory: WebAssembly.Memory): Functions {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  const module = new WebAssembly.Module(bytes)
  return new WebAssembly.Instance(module, { env: { memory } }).exports as Functions
}
