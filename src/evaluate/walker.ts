/** @module One process of an evaluation: loads what its parent loaded and walks its share of it. */
import { createWasmEngine } from '../engine/wasm/wasmEngine.ts'
import { selectCases } from './cases.ts'
import { load, type Question } from './load.ts'
import { prepareWalk } from './prepare.ts'
import { serveProcess } from './processes.ts'
import type { TunedBaselines } from './tuneBaselines.ts'
import { walkShopper } from './walk.ts'

export interface WalkOrder {
  readonly question: Question
  /** Null: the baselines are not asked. */
  readonly tuned: TunedBaselines | null
  /** Whether devices learn. */
  readonly learns: boolean
}

serveProcess(async ({ question, tuned, learns }: WalkOrder) => {
  const { input } = await load(question)
  const engine = learns ? await createWasmEngine() : null
  const walk = prepareWalk(input, tuned, engine && ((problem) => engine.fit(problem)))
  const selected = selectCases(input)
  return (shopper) => walkShopper(walk, selected[shopper])
})
