/** @module The fit of u against the whole catalogue, with a base score of its own for every case and item. */
import { type CatalogueProblem, catalogueLoss } from '../../core/personal/catalogueProblem.ts'
import type { FitOptions, FitResult } from '../engine.ts'
import { descend } from './descend.ts'

/** @throws NearsideError `fit-diverged`, `aborted` */
export function fitCatalogue(problem: CatalogueProblem, options?: FitOptions): Promise<FitResult> {
  return descend(problem, (u) => catalogueLoss(problem, u), options)
}
