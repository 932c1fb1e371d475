/**
 * @module The incremental head's λ and α, fixed against adapted: every fixed pair of a grid, and the
 * adaptive learner started from each α.
 */
import { createHead } from './arms.ts'
import { judge } from './judge.ts'
import { POLICIES } from './policies.ts'
import { runPrequential } from './run.ts'
import type { StreamCase } from './stream.ts'

/** λ = 0 is the base, λ = 1 the step as it came. */
const FUSION_GRID = [0, 0.1, 0.2, 0.3, 0.5, 0.7, 1] as const

/** A step that is too small, one in the middle, one that is too large. */
export const GRID_STEP_SIZES = [0.005, 0.05, 0.5] as const

export interface GridPoint {
  /** α, fixed or where the adaption starts. */
  readonly stepSize: number
  /** λ; `adaptive`: both follow the next events, from λ = .5 on. */
  readonly fusionWeight: number | 'adaptive'
  readonly logLoss: number
  readonly prAuc: number
  readonly 'ndcg@10': number
}

export const GRID_POINTS = GRID_STEP_SIZES.length * (FUSION_GRID.length + 1)

export async function fusionGrid(
  stream: readonly StreamCase[],
  done: () => Promise<void>,
): Promise<GridPoint[]> {
  const points: GridPoint[] = []
  for (const stepSize of GRID_STEP_SIZES) {
    for (const fusionWeight of [...FUSION_GRID, 'adaptive'] as const) {
      const learner =
        fusionWeight === 'adaptive'
          ? createHead('adaptive', stepSize, 0.5, true)
          : createHead('fixed', stepSize, fusionWeight, false)
      const { probabilities } = runPrequential(stream, learner, POLICIES[0], () => 0)
      const { logLoss, prAuc, 'ndcg@10': quality } = judge(stream, probabilities)
      points.push({ stepSize, fusionWeight, logLoss, prAuc, 'ndcg@10': quality })
      await done()
    }
  }
  return points
}
