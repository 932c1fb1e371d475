/** @module The personal fit of 10,000 items: 64 of a history's cases, each against 255 sampled items. */
import * as tf from '@tensorflow/tfjs'
import { FEATURE_COUNT } from '../src/core/features/features.ts'
import { DIMENSION } from '../src/core/model/baseModel.ts'
import { createJsEngine } from '../src/engine/js.ts'
import { type TestShape, testProblem } from '../src/engine/testProblem.ts'
import { createWasmEngine } from '../src/engine/wasm/wasmEngine.ts'
import { jaxFit } from './jax.ts'
import { plainFit } from './plainTfjs.ts'
import { contenders, type Machine, type Workload } from './workload.ts'

export const FIT_10K: TestShape = {
  seed: 1,
  cases: 64,
  candidates: 256,
  parameters: DIMENSION + FEATURE_COUNT,
  steps: 30,
}

export async function fitWorkload({ wgsl, backends, jax }: Machine): Promise<Workload> {
  const problem = testProblem(FIT_10K)
  const { cases, candidates, parameters, steps } = problem
  const { add, list, last } = contenders()
  const wasm = await createWasmEngine()
  if (wgsl) add('nearside-wgsl', async () => (await wgsl.fit(problem)).parameters)
  add('nearside-wasm', async () => (await wasm.fit(problem)).parameters)
  add('plain-js', async () => (await createJsEngine().fit(problem)).parameters)
  for (const backend of backends)
    add(`tfjs-${backend}`, async () => {
      await tf.setBackend(backend)
      return plainFit(problem)
    })
  const peers = jax.map((device) => ({ device, ...jaxFit(device, problem) }))
  for (const { device, run } of peers)
    add(`jax-${device}`, async () => (await run()).map((q, j) => problem.mean[j] + q))
  return {
    name: 'fit-10k',
    contenders: list,
    last,
    steps,
    perStep: false,
    note: `fit-10k: milliseconds a fit of ${cases} cases × ${candidates} candidates × ${parameters} parameters, ${steps} Adam steps, from arrays to arrays; jax-* has its arrays on the device before.`,
    dispose() {
      wasm.dispose()
      for (const peer of peers) peer.dispose()
    },
  }
}
