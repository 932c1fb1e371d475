/** @module The engine on our own WebAssembly kernels: all of a CPU that a browser gives, in 2 KB. */

import type { FitProblem } from '../../learning/problem.ts'
import { NearsideError } from '../../protocol/error.ts'
import { adamStep, startAdam } from '../adam.ts'
import type { Engine, EngineJobs, FitOptions, FitResult } from '../engine.ts'
import { lazyJobs } from '../lazyJobs.ts'
import { type CentredProblem, centre } from '../objective.ts'
import { nextTask, throwIfAborted } from '../pause.ts'
import { checkProblem } from '../problem.ts'
import { finish } from '../result.ts'
import type { Threads } from '../threads/threads.ts'
import { Arena } from './arena.ts'
import { assembleModule } from './module.ts'

/** Multiplications between two turns of the event loop: some 10 ms. */
const WORK_PER_TASK = 4e7

async function descend(
  arena: Arena,
  problem: FitProblem,
  centred: CentredProblem,
  { signal, onProgress }: FitOptions,
): Promise<Float64Array> {
  const loaded = arena.load(centred)
  const q = new Float64Array(problem.parameters)
  const gradient = new Float64Array(problem.parameters)
  const workPerStep = 2 * centred.design.length
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
  const module = await WebAssembly.compile(assembleModule()).catch((error: unknown) => {
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
      const centred = centre(problem)
      try {
        const arena = idle.pop() ?? new Arena(module)
        try {
          return finish(problem, centred, await descend(arena, problem, centred, options))
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
