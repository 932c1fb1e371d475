/** @module Interface of an experiment of the lab: a question, and the function that answers it. */
import type { Question } from '@nearside/evaluate/load.ts'
import type { Evaluated } from '@nearside/evaluate/report/report.ts'
import type { Steps } from '@nearside/evaluate/steps.ts'

interface Asked {
  /**
   * Shop, model and protocol. The protocol selects the test cases; the protocol `personal` takes all cases from the day
   * `until` on.
   */
  readonly question: Question
  readonly seed: number
}

export interface Experiment {
  readonly asks: string
  run(asked: Asked, steps: Steps): Promise<Evaluated>
}

/**
 * First fields of every experiment's result. `shoppersWorse` (whose lists learning made worse) is null, because no
 * experiment counts them.
 */
export function head({ question, seed }: Asked, shop: string, until: number) {
  return {
    shop,
    until: new Date(until).toISOString().slice(0, 10),
    seed: question.seed ?? seed,
    shoppersWorse: null,
  }
}
