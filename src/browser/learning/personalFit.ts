/**
 * @module One fit of the personal model: tests the model in use on events since its fit, then learns anew from all
 * events. The fit itself stores nothing, so a crash loses nothing.
 */

import type { History } from '@nearside/core/features/history.ts'
import type { FindCandidates } from '@nearside/core/learning/candidates.ts'
import { fitProblemSteps, ownCases } from '@nearside/core/learning/fitProblem.ts'
import { evidenceOf, fuse, logLikelihood } from '@nearside/core/learning/fuse.ts'
import { GUARD_START, type GuardState, observe } from '@nearside/core/learning/guard.ts'
import { casesFromHistory } from '@nearside/core/learning/learningCases.ts'
import type { BaseModel, PersonalParameters } from '@nearside/core/model/baseModel.ts'
import { personalScores, scoreTerms } from '@nearside/core/model/score.ts'
import type { Engine, FitOptions } from '@nearside/engine/engine.ts'
import { throwIfAborted } from '@nearside/engine/nextTask.ts'
import type { FitReport } from '../apiSnapshot.ts'

export interface InUse {
  readonly parameters: PersonalParameters
  readonly fusionWeight: number
  readonly guard: GuardState
  /** Time of the last event learned from, milliseconds since the epoch. */
  readonly until: number
}

export interface Fitted extends InUse {
  readonly summary: FitReport
}

interface FitInput extends FitOptions {
  readonly model: BaseModel
  readonly history: History
  /** Personal model in use; null if there is none, or if it belongs to another base model. */
  readonly inUse: InUse | null
  readonly engine: Engine
  /** Candidate search of this model; may cache its results between fits. */
  readonly candidates?: FindCandidates
  /** Current time, milliseconds since the epoch. */
  readonly now: number
  /** Clock for durations, in milliseconds. */
  readonly clock: () => number
  readonly nextTask: () => Promise<void>
}

/**
 * Fits the personal model; null if there is nothing to learn from yet.
 * @throws NearsideError `aborted` | `engine-failed` | `fit-diverged`
 */
export async function fitPersonal(input: FitInput): Promise<Fitted | null> {
  const { model, history, engine, signal } = input
  const started = input.clock()
  const guard = await testInUse(input)
  throwIfAborted(signal)
  const problem = await buildProblem(input)
  if (!problem) return null
  const result = await engine.fit(problem, { signal, onProgress: input.onProgress })
  throwIfAborted(signal)
  const { fusionWeight, ...parameters } = fuse(result.parameters, model.prior, evidenceOf(problem))
  return {
    parameters,
    fusionWeight,
    guard,
    until: history.at(-1)?.time ?? 0,
    summary: {
      engine: engine.name,
      cases: problem.weight.filter((weight) => weight > 0).length,
      lossBefore: result.lossBefore,
      lossAfter: result.lossAfter,
      fusionWeight,
      active: guard.active,
      milliseconds: input.clock() - started,
    },
  }
}

/**
 * Builds the fit's optimisation problem, which takes most of a first fit's time; between two cases, the worker can
 * answer calls.
 * @throws NearsideError `aborted`
 */
export async function buildProblem(
  input: Omit<FitInput, 'clock' | 'engine' | 'inUse' | 'onProgress'>,
) {
  const { model, history, now, candidates, nextTask, signal } = input
  const steps = fitProblemSteps(model, ownCases(model, history, now), now, { find: candidates })
  let step = steps.next()
  while (!step.done) {
    await nextTask()
    throwIfAborted(signal)
    step = steps.next()
  }
  return step.value
}

/**
 * Tests the model in use against the base model on each case since the fit of the model in use; returns the new state
 * of this test.
 */
async function testInUse({
  model,
  history,
  inUse,
  nextTask,
  signal,
}: FitInput): Promise<GuardState> {
  if (!inUse) return GUARD_START
  let { guard } = inUse
  if (inUse.fusionWeight === 0) return guard
  for (const { time, history: before, targets } of casesFromHistory(history)) {
    if (time <= inUse.until) continue
    const terms = scoreTerms(model, before, time)
    const personal = personalScores(model, terms, inUse.parameters, inUse.fusionWeight)
    guard = observe(guard, logLikelihood(personal, targets), logLikelihood(terms.base, targets))
    await nextTask()
    throwIfAborted(signal)
  }
  return guard
}
