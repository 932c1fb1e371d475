/** @module The engine on our own WebAssembly kernel: all of a CPU that a browser gives, in 2 KB. */

import { NearsideError } from '../../core/error.ts'
import type { FitProblem } from '../../core/personal/problem.ts'
import { adamStep, startAdam } from '../adam.ts'
import type { Engine, EngineJobs, FitOptions, FitResult } from '../engine.ts'
import { lazyJobs } from '../lazyJobs.ts'
import { nextTask, throwIfAborted } from '../pause.ts'
import { checkProblem } from '../problem.ts'
import { finish } from '../result.ts'
import type { Threads } from '../threads/threads.ts'
import { Arena, type LoadedProblem } from './arena.ts'
import { assembleModule, ROW_BYTES } from './module.ts'

/** Multiplications between two turns of the event loop: some 5 ms. */
const WORK_PER_TASK = 4e7

async function descend(
  loaded: LoadedProblem,
  problem: FitProblem,
  { signal, onProgress }: FitOptions,
): Promise<Float64Array> {
  const q = new Float64Array(problem.parameters)
  const gradient = new Float64Array(problem.parameters)
  const workPerStep = 2 * loaded.centred.design.length
  let state = startAdam(problem.parameters)
  let work = 0
  for (let step = 1; step <= problem.steps; step++) {
    loaded.gradient(q, gradient)
    state = adamStep(state, q, gradient, problem.stepSize)
    onProgress?.(step, problem.steps)
    work += workPerStep
    if (work >= WORK_PER_TASK) {
      work = 0
      await nextTask()
    }
    throwIfAborted(signal)
  }
  return q
}

/**
 * @param findThreads for jobs on large tables, asked when the first comes; a fit is over before
 * they would be awake
 * @throws NearsideError `engine-unavailable` where WebAssembly or SIMD is missing or forbidden
 */
export async function createWasmEngine(
  findThreads: () => Promise<Threads | null> = async () => null,
): Promise<Engine> {
  await WebAssembly.compile(assembleModule(ROW_BYTES)).catch((error: unknown) => {
    throw NearsideError.from(error, 'engine-unavailable', 'No WebAssembly with SIMD')
  })
  let disposed = false
  let endThreads = () => {}
  const loadJobs = async () => {
    const { ownedWasmJobs } = await import('../processorJobs.ts')
    const { jobs, end } = ownedWasmJobs(await findThreads())
    endThreads = end
    if (disposed) end()
    return jobs
  }
  let jobs: Promise<EngineJobs> | null = null
  /** Arenas that no fit is using; several exist only while fits overlap. */
  const idle: Arena[] = []
  return {
    name: 'wasm',
    device: 'this processor (WebAssembly with SIMD)',
    async fit(problem: FitProblem, options: FitOptions = {}): Promise<FitResult> {
      checkProblem(problem)
      throwIfAborted(options.signal)
      try {
        const arena = idle.pop() ?? new Arena()
        try {
          const loaded = arena.load(problem)
          return finish(problem, loaded.centred, await descend(loaded, problem, options))
        } finally {
          idle.push(arena)
        }
      } catch (error) {
        throw NearsideError.from(error, 'engine-failed', 'The WASM engine failed')
      }
    },
    ...lazyJobs(() => {
      jobs ??= loadJobs()
      return jobs
    }),
    dispose() {
      idle.length = 0
      disposed = true
      endThreads()
    },
  }
}
