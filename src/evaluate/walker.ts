/** @module Process of an evaluation: loads the same data as its parent and replays one shopper after another. */
import { createWasmEngine } from '@nearside/engine/wasm/wasmEngine.ts'
import { selectCases } from './cases.ts'
import { load, type Question } from './load.ts'
import { prepareWalk, scoreOrderTrained } from './prepare.ts'
import { type Answer, failure, type Work } from './processes.ts'
import type { TunedBaselines } from './tuneBaselines.ts'
import { walkShopper } from './walk.ts'

export interface WalkOrder {
  readonly question: Question
  /** Tuned baselines; null to test no baselines. */
  readonly tuned: TunedBaselines | null
  /** Directory of a model that learned from orders alone; absent if there is none. */
  readonly orderTrained?: string
  readonly learns: boolean
}

async function prepare({ question, tuned, learns, orderTrained }: WalkOrder) {
  const { input } = await load(question)
  const engine = learns ? await createWasmEngine() : null
  const blind =
    orderTrained === undefined
      ? null
      : (await load({ ...question, model: orderTrained, grown: true })).input
  const prepared = prepareWalk(
    input,
    tuned,
    engine && ((problem) => engine.fit(problem)),
    blind && scoreOrderTrained(blind, input.model.itemIds),
  )
  return { prepared, selected: selectCases(input) }
}

let ready: ReturnType<typeof prepare> | null = null

async function work(message: Work): Promise<void> {
  if ('order' in message) ready = prepare(message.order)
  const known = await ready
  if (!known || !('shopper' in message)) return
  const { shopper } = message
  const onCase = () => send({ cases: 1 })
  send({ shopper, rows: await walkShopper(known.prepared, known.selected[shopper], onCase) })
}

const send = (answer: Answer) => void process.send?.(answer)

process.on('message', (message) => {
  work(message as Work).catch((thrown) => send({ error: failure(thrown).toWire() }))
})
// If the parent process is gone, nobody reads the results.
process.once('disconnect', () => process.exit())
