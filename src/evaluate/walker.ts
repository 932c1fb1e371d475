/** @module A worker process of an evaluation: loads the same data as its parent and replays its share. */
import { createWasmEngine } from '@nearside/engine/wasm/wasmEngine.ts'
import { selectCases } from './cases.ts'
import { load, type Question } from './load.ts'
import { prepareWalk } from './prepare.ts'
import { serveProcess } from './processes.ts'
import type { TunedBaselines } from './tuneBaselines.ts'
import { walkShopper } from './walk.ts'

export interface WalkOrder {
  readonly question: Question
  /** Null: the baselines are not tested. */
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
