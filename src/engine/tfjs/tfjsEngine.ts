/**
 * @module An engine on a TensorFlow.js backend. The hardware only descends; both losses are valued in
 * double precision from the parameters it returns (`result.ts`).
 */

import { NearsideError } from '../../core/error.ts'
import type { FitProblem } from '../../core/personal/problem.ts'
import { centre } from '../centre.ts'
import type { Engine, FitOptions, FitResult } from '../engine.ts'
import type { CentredProblem } from '../objective.ts'
import { throwIfAborted } from '../pause.ts'
import { checkProblem } from '../problem.ts'
import { finish } from '../result.ts'
import type { TfjsRuntime } from './runtime.ts'

async function descend(
  runtime: TfjsRuntime,
  problem: FitProblem,
  centred: CentredProblem,
  { signal, onProgress }: FitOptions,
): Promise<Float32Array> {
  const descent = runtime.start(problem, centred)
  try {
    while (descent.done < problem.steps) {
      descent.advance(Math.min(problem.steps - descent.done, runtime.stepsPerDrain))
      await runtime.guard(runtime.drain())
      onProgress?.(descent.done, problem.steps)
      throwIfAborted(signal)
    }
    return await runtime.guard(descent.read())
  } finally {
    descent.dispose()
  }
}

/** @param runtime used by this engine alone; released on `dispose` */
export function createTfjsEngine(runtime: TfjsRuntime): Engine {
  let disposed = false
  return {
    name: runtime.name,
    device: runtime.device,
    async fit(problem: FitProblem, options: FitOptions = {}): Promise<FitResult> {
      checkProblem(problem)
      throwIfAborted(options.signal)
      if (disposed) throw new NearsideError('engine-failed', 'This engine was disposed of')
      const centred = centre(problem)
      // Without a live case the prior's mean, where the descent starts, is the answer.
      if (centred.weight.length === 0)
        return finish(problem, centred, new Float32Array(problem.parameters))
      try {
        return finish(problem, centred, await descend(runtime, problem, centred, options))
      } catch (error) {
        throw NearsideError.from(error, 'engine-failed', `The ${runtime.name} engine failed`)
      }
    },
    ...runtime.jobs,
    dispose() {
      if (disposed) return
      disposed = true
      runtime.release()
    },
  }
}
