/** @module The page of `bench train`: one personal fit on every engine and peer in turn. */
import * as tf from '@tensorflow/tfjs'
import type { Engine } from '../src/engine/engine.ts'
import { countGpuCalls, type GpuCalls } from '../src/engine/gpuCalls.ts'
import { createJsEngine } from '../src/engine/js.ts'
import { testProblem } from '../src/engine/testProblem.ts'
import { createWasmEngine } from '../src/engine/wasm/wasmEngine.ts'
import { FEATURE_COUNT } from '../src/features/features.ts'
import type { FitProblem } from '../src/learning/problem.ts'
import { DIMENSION } from '../src/model/baseModel.ts'
import { type Contender, interleave, type Timed, timeEach } from './interleave.ts'
import { startPeers } from './peers.ts'
import { plainFit } from './plainTfjs.ts'
import type { Counts } from './report.ts'
import { percentile } from './statistics.ts'

declare global {
  /** From `browser.ts`. */
  var reportProgress: (done: number, total: number) => void
}

export interface TrainTimes {
  readonly adapter: string
  readonly timed: readonly Timed[]
  readonly p95: number
  readonly counts: Counts | null
  /** Largest difference of a parameter from the JavaScript engine's, by engine. */
  readonly errors: Readonly<Record<string, number>>
}

/** A fit of 10,000 items: 64 of a history's cases, each against 255 sampled items. */
const FIT_10K = {
  seed: 1,
  cases: 64,
  candidates: 256,
  parameters: DIMENSION + FEATURE_COUNT,
  steps: 30,
}

/** Beyond this, a contender did not solve the problem and its time means nothing. */
const MAX_ERROR = 1e-2

/** From fits of 10 and of 60 steps, so that what a fit costs once drops out. */
async function countSteps(engine: Engine, problem: FitProblem): Promise<Counts> {
  const few: FitProblem = { ...problem, steps: 10 }
  const many: FitProblem = { ...problem, steps: 60 }
  // New lengths of the step-size table take new buffers, once.
  await engine.fit(few)
  await engine.fit(many)
  const during = async (given: FitProblem): Promise<GpuCalls> => {
    const { calls, stop } = countGpuCalls()
    await engine.fit(given).finally(stop)
    return calls
  }
  const [short, long] = [await during(few), await during(many)]
  const perStep = (name: keyof GpuCalls) => (long[name] - short[name]) / (many.steps - few.steps)
  return {
    dispatchesPerStep: perStep('dispatches'),
    submitsPerStep: perStep('submits'),
    bufferCreationsPerStep: perStep('bufferCreations'),
    readbacksPerStep: perStep('readbacks'),
  }
}

async function benchmark(blocks: number): Promise<TrainTimes> {
  const problem = testProblem(FIT_10K)
  const js = createJsEngine()
  const wasm = await createWasmEngine()
  const { adapter, wgsl, backends } = await startPeers()
  const last = new Map<string, Float32Array>()
  const own = (name: string, engine: Engine): Contender => ({
    engine: name,
    async run() {
      last.set(name, (await engine.fit(problem)).parameters)
    },
  })
  const contenders = [
    ...(wgsl ? [own('nearside-wgsl', wgsl)] : []),
    own('nearside-wasm', wasm),
    own('plain-js', js),
    ...backends.map((backend): Contender => {
      const engine = `tfjs-${backend}`
      return {
        engine,
        async run() {
          await tf.setBackend(backend)
          last.set(engine, await plainFit(problem))
        },
      }
    }),
  ]
  const timed = await interleave(contenders, blocks, globalThis.reportProgress)
  const reference = (await js.fit(problem)).parameters
  const errors: Record<string, number> = {}
  for (const [engine, parameters] of last) {
    errors[engine] = Math.max(...parameters.map((value, j) => Math.abs(value - reference[j])))
    if (!(errors[engine] < MAX_ERROR)) throw new Error(`${engine} is off by ${errors[engine]}`)
  }
  const p95 = percentile(await timeEach(() => wasm.fit(problem), 100), 0.95)
  const counts = wgsl ? await countSteps(wgsl, testProblem({ ...FIT_10K, cases: 4 })) : null
  return { adapter, timed, p95, counts, errors }
}

Object.assign(globalThis, { benchmark })
