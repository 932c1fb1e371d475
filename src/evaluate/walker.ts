/** @module One process of an evaluation: loads what its parent loaded and walks its share of it. */
import { createWasmEngine } from '../engine/wasm/wasmEngine.ts'
import { selectCases } from './cases.ts'
import { load, type Question } from './load.ts'
import { prepareWalk } from './prepare.ts'
import type { TunedBaselines } from './tuneBaselines.ts'
import { type CaseResult, walkShopper } from './walk.ts'
import { type ProcessOrder, type Send, serve } from './walkMessage.ts'

export interface WalkOrder {
  readonly question: Question
  readonly tuned: TunedBaselines
  /** Whether devices learn. */
  readonly learns: boolean
}

async function run(order: WalkOrder & ProcessOrder, send: Send<CaseResult>): Promise<void> {
  const { input } = await load(order.question)
  const engine = order.learns ? await createWasmEngine() : null
  const walk = prepareWalk(input, order.tuned, engine && ((problem) => engine.fit(problem)))
  const selected = selectCases(input)
  for (let shopper = order.process; shopper < selected.length; shopper += order.processes)
    send({ kind: 'walked', shopper, results: await walkShopper(walk, selected[shopper]) })
}

serve(run)
