/** @module One process of an evaluation: loads what its parent loaded and walks its share of it. */
import { createWasmEngine } from '../../engine/wasm/wasmEngine.ts'
import { prepareWalk, selectCases, type TunedBaselines } from '../prepare.ts'
import { type CaseResult, walkShopper } from '../walk.ts'
import { load, type Question } from './load.ts'
import { type Send, serve } from './walkMessage.ts'

export interface WalkOrder {
  readonly question: Question
  readonly tuned: TunedBaselines
  /** This process takes every `processes`th shopper, starting at `process`. */
  readonly process: number
  readonly processes: number
}

async function run(order: WalkOrder, send: Send<CaseResult>): Promise<void> {
  const { input } = await load(order.question)
  const engine = await createWasmEngine()
  const walk = prepareWalk(input, order.tuned, (problem) => engine.fit(problem))
  const selected = selectCases(input)
  for (let shopper = order.process; shopper < selected.length; shopper += order.processes)
    send({ kind: 'walked', shopper, results: await walkShopper(walk, selected[shopper]) })
}

serve(run)
