/** @module One process of an evaluation: loads what its parent loaded and walks its share of it. */
import { createJsEngine } from '../../engine/js.ts'
import { prepareWalk, selectCases, type TunedBaselines } from '../../evaluation/prepare.ts'
import { type CaseResult, walkShopper } from '../../evaluation/walk.ts'
import { NearsideError, type WireError } from '../../protocol/error.ts'
import { load, type Question } from './load.ts'

export interface WalkOrder {
  readonly question: Question
  readonly tuned: TunedBaselines
  /** This process takes every `processes`th shopper, starting at `process`. */
  readonly process: number
  readonly processes: number
}

export type WalkMessage =
  | { readonly kind: 'walked'; readonly shopper: number; readonly results: readonly CaseResult[] }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly error: WireError }

async function run(order: WalkOrder): Promise<void> {
  const { input } = await load(order.question)
  const engine = createJsEngine()
  const walk = prepareWalk(input, order.tuned, (problem) => engine.fit(problem))
  const selected = selectCases(input)
  for (let shopper = order.process; shopper < selected.length; shopper += order.processes)
    send({ kind: 'walked', shopper, results: await walkShopper(walk, selected[shopper]) })
  send({ kind: 'done' })
}

function send(message: WalkMessage): void {
  process.send?.(message)
}

process.once('message', (order) => {
  run(order as WalkOrder).catch((thrown) => {
    const error = NearsideError.from(thrown, 'worker-failed', 'a process of the evaluation failed')
    send({ kind: 'failed', error: error.toWire() })
  })
})
// Without a parent nobody waits for the answer.
process.once('disconnect', () => process.exit())
