/** @module What an experiment of the lab is: a question, and how it is answered. */
import type { Question } from '../src/evaluate/load.ts'
import type { Evaluated } from '../src/evaluate/report/report.ts'
import type { Steps } from '../src/evaluate/steps.ts'

/** Of experiments that train by themselves; what `pretrain` holds out by default. */
export const HOLDOUT = { fraction: 0.2 }

interface Asked {
  /** Shop and model; the protocol says which cases: `personal`, every one from `until` on. */
  readonly question: Question
  readonly seed: number
}

export interface Experiment {
  readonly asks: string
  run(asked: Asked, steps: Steps): Promise<Evaluated>
}

/** What every result begins with. */
export function head({ question, seed }: Asked, shop: string, until: number) {
  return {
    shop,
    until: new Date(until).toISOString().slice(0, 10),
    seed: question.seed ?? seed,
    shoppersWorse: null,
  }
}
