/** @module Engine on the WebAssembly kernel, which uses the CPU's SIMD in 2 KB of code. */

import { NearsideError } from '@nearside/core/error.ts'
import type { FitProblem } from '@nearside/core/learning/problem.ts'
import { centre } from '../centre.ts'
import { descend } from '../descend.ts'
import type { Engine, FitOptions, FitResult } from '../engine.ts'
import { throwIfAborted } from '../nextTask.ts'
import { checkProblem } from '../problem.ts'
import { finish } from '../result.ts'
import { Arena } from './arena.ts'

/** About 5 ms of work. */
const WORK_PER_TASK = 4e7

/** @throws NearsideError `engine-unavailable` if WebAssembly or SIMD is missing or forbidden */
export async function createWasmEngine(): Promise<Engine> {
  /** Arenas that no fit is using; there are several only if fits overlap. */
  const idle: Arena[] = []
  try {
    idle.push(new Arena())
  } catch (error) {
    throw NearsideError.from(error, 'engine-unavailable', 'No WebAssembly with SIMD')
  }
  return {
    name: 'wasm',
    device: 'this processor (WebAssembly with SIMD)',
    async fit(problem: FitProblem, options: FitOptions = {}): Promise<FitResult> {
      checkProblem(problem)
      throwIfAborted(options.signal)
      try {
        const arena = idle.pop() ?? new Arena()
        try {
          const centred = centre(problem)
          const gradient = arena.load(centred)
          const q = await descend(centred, problem.steps, gradient, WORK_PER_TASK, options)
          return finish(problem, centred, q)
        } finally {
          idle.push(arena)
        }
      } catch (error) {
        throw NearsideError.from(error, 'engine-failed', 'The WASM engine failed')
      }
    },
    dispose() {
      idle.length = 0
    },
  }
}
