/** @module Engine that survives failing hardware: if a fit fails, the next engine repeats the fit from its start. */

import { NearsideError } from '@nearside/core/error.ts'
import type { FitProblem } from '@nearside/core/learning/problem.ts'
import type { Engine, FitOptions, FitResult } from './engine.ts'
import { createJsEngine } from './js.ts'

/** Engine that passed its canary, and why it was chosen. */
export interface EngineChoice {
  readonly engine: Engine
  readonly reason: string
}

/**
 * Whether the engine, rather than the caller, caused the error. After a divergence, the fit is repeated in double
 * precision; if that fit converges, the engine was wrong.
 */
async function isToBlame(
  { name }: Engine,
  error: unknown,
  problem: FitProblem,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (!(error instanceof NearsideError)) return false
  if (error.code === 'engine-failed') return true
  if (error.code !== 'fit-diverged' || name === 'js') return false
  await createJsEngine().fit(problem, { signal })
  return true
}

/**
 * @param next finds the engine after `failed`; null if no engine is left
 * @param onSwitch called after a change of engine, before the work continues
 */
export function createResilientEngine(
  first: Engine,
  next: (failure: NearsideError, failed: Engine) => Promise<EngineChoice | null>,
  onSwitch: (choice: EngineChoice) => void = () => {},
): Engine {
  let current = first
  let disposed = false
  let switching: Promise<boolean> | null = null

  /** @returns whether there is another engine */
  async function replace(broken: Engine, failure: NearsideError): Promise<boolean> {
    broken.dispose()
    const choice = await next(failure, broken)
    if (!choice) return false
    current = choice.engine
    if (disposed) current.dispose()
    onSwitch(choice)
    return true
  }

  async function fit(problem: FitProblem, options?: FitOptions): Promise<FitResult> {
    for (;;) {
      const used = current
      try {
        return await used.fit(problem, options)
      } catch (error) {
        if (disposed || !(await isToBlame(used, error, problem, options?.signal))) throw error
        // A fit that failed at the same time could have replaced the engine already.
        if (used !== current) continue
        switching ??= replace(used, error as NearsideError).finally(() => {
          switching = null
        })
        if (!(await switching)) throw error
      }
    }
  }

  return {
    get name() {
      return current.name
    },
    get device() {
      return current.device
    },
    fit,
    dispose() {
      disposed = true
      current.dispose()
    },
  }
}
