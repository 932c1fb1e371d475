/**
 * @module An engine that outlives its hardware: when a fit or a job fails, the next engine takes over,
 * does it from its start, and the change is said. Each costs little, so nothing is resumed.
 */

import { NearsideError } from '../core/error.ts'
import type { FitProblem } from '../core/personal/problem.ts'
import type { Engine, EngineName, FitOptions, FitResult } from './engine.ts'
import { createJsEngine } from './js.ts'
import { lazyJobs } from './lazyJobs.ts'

/** An engine that passed its canary, and in words why it is this one. */
export interface EngineChoice {
  readonly engine: Engine
  readonly reason: string
}

/** Finds the next engine after `failed`; null where there is none left. */
export type NextEngine = (failure: NearsideError, failed: Engine) => Promise<EngineChoice | null>

/** Whether the hardware is to blame for an error, not the caller. */
type Blame = (error: unknown, engine: Engine) => Promise<boolean>

const failed: Blame = async (error) =>
  error instanceof NearsideError && error.code === 'engine-failed'

/** For a divergence the problem is tried in double precision: if that converges, the engine was wrong. */
function failedFit(problem: FitProblem, signal: AbortSignal | undefined): Blame {
  return async (error, engine) => {
    if (await failed(error, engine)) return true
    const diverged = error instanceof NearsideError && error.code === 'fit-diverged'
    if (!diverged || engine.name === 'js') return false
    await createJsEngine().fit(problem, { signal })
    return true
  }
}

/** Every engine has checked this itself; here it is sure, whatever an engine comes to be. */
function requireFinite(result: FitResult): FitResult {
  const { parameters, lossBefore, lossAfter } = result
  if (parameters.every(Number.isFinite) && Number.isFinite(lossBefore + lossAfter)) return result
  throw new NearsideError('fit-diverged', 'An engine gave a number that is not finite')
}

/**
 * @param onSwitch called after a change, before the work goes on
 */
export function createResilientEngine(
  first: Engine,
  next: NextEngine,
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

  async function run<T>(work: (engine: Engine) => Promise<T>, blame: Blame): Promise<T> {
    for (;;) {
      const used = current
      try {
        return await work(used)
      } catch (error) {
        if (disposed || !(await blame(error, used))) throw error
        // Other work may have failed with it and changed the engine already.
        if (used === current) {
          switching ??= replace(used, error as NearsideError).finally(() => {
            switching = null
          })
          if (!(await switching)) throw error
        }
      }
    }
  }

  return {
    get name(): EngineName {
      return current.name
    },
    get device() {
      return current.device
    },
    fit: (problem: FitProblem, options?: FitOptions) =>
      run(
        async (engine) => requireFinite(await engine.fit(problem, options)),
        failedFit(problem, options?.signal),
      ),
    ...lazyJobs(async () =>
      (await import('./lastingJobs.ts')).lastingJobs((work) => run(work, failed)),
    ),
    dispose() {
      disposed = true
      current.dispose()
    },
  }
}
