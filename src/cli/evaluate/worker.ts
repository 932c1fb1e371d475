/** @module One thread of an evaluation: loads what the main thread loaded and walks its shoppers. */
import { parentPort, workerData } from 'node:worker_threads'
import { createJsEngine } from '../../engine/js.ts'
import { prepareWalk, selectCases, type TunedBaselines } from '../../evaluation/prepare.ts'
import { type CaseResult, walkShopper } from '../../evaluation/walk.ts'
import { NearsideError, type WireError } from '../../protocol/error.ts'
import { load, type Question } from './load.ts'

export interface WalkOrder {
  readonly question: Question
  readonly tuned: TunedBaselines
  /** This thread takes every `threads`th shopper, starting at `thread`. */
  readonly thread: number
  readonly threads: number
}

export type WalkMessage =
  | { readonly kind: 'walked'; readonly shopper: number; readonly results: readonly CaseResult[] }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly error: WireError }

async function run({ question, tuned, thread, threads }: WalkOrder): Promise<void> {
  const { input } = await load(question)
  const engine = createJsEngine()
  const walk = prepareWalk(input, tuned, (problem) => engine.fit(problem))
  const selected = selectCases(input)
  for (let shopper = thread; shopper < selected.length; shopper += threads)
    send({ kind: 'walked', shopper, results: await walkShopper(walk, selected[shopper]) })
  send({ kind: 'done' })
}

function send(message: WalkMessage): void {
  parentPort?.postMessage(message)
}

if (parentPort)
  run(workerData as WalkOrder).catch((thrown) => {
    const error = NearsideError.from(thrown, 'worker-failed', 'a thread of the evaluation failed')
    send({ kind: 'failed', error: error.toWire() })
  })
