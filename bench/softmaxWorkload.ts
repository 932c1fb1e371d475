/** @module The exact softmax over a whole catalogue: steps of the fit of u, tables uploaded before. */
import * as tf from '@tensorflow/tfjs'
import { quantizeRows } from '../src/core/model/quantizeRows.ts'
import { createJsSoftmax } from '../src/engine/softmax/js.ts'
import { softmaxTest } from '../src/engine/softmax/testFit.ts'
import { createWasmSoftmax } from '../src/engine/softmax/wasm.ts'
import { createWebgpuSoftmax } from '../src/engine/softmax/webgpu.ts'
import { jaxSoftmax } from './jax.ts'
import { plainSoftmax } from './plainTfjs.ts'
import { watchReady } from './readyThreads.ts'
import { contenders, type Machine, type Workload } from './workload.ts'

const COLUMNS = 64
const CASES = 64

export async function softmaxWorkload(
  name: string,
  items: number,
  steps: number,
  { device, threads, backends, jax }: Machine,
): Promise<Workload> {
  const made = softmaxTest({ seed: 1, items, columns: COLUMNS, cases: CASES, steps, int8: false })
  const { problem } = made
  const vectors = made.catalog.vectors as Float32Array
  const float = { ...made.catalog, vectors }
  const int8 = { ...made.catalog, vectors: quantizeRows(vectors, COLUMNS) }
  const targetRows = new Float32Array(CASES * COLUMNS)
  problem.targets.forEach((target, t) => {
    const row = vectors.subarray(target * COLUMNS, (target + 1) * COLUMNS)
    targetRows.set(row, t * COLUMNS)
  })
  const { add, list, last } = contenders()
  const sharing = threads && watchReady(threads)
  const own = {
    ...(device
      ? {
          'nearside-wgsl': await createWebgpuSoftmax(device, int8),
          'nearside-wgsl-f32': await createWebgpuSoftmax(device, float),
        }
      : {}),
    'nearside-wasm': await createWasmSoftmax(int8),
    ...(sharing ? { 'nearside-wasm-threads': await createWasmSoftmax(int8, sharing.threads) } : {}),
    'nearside-wasm-f32': await createWasmSoftmax(float),
    'plain-js': createJsSoftmax(float),
  }
  await own['nearside-wasm-threads']?.evaluate(problem, problem.mean)
  await sharing?.ready()
  for (const [engine, softmax] of Object.entries(own))
    add(engine, async () => (await softmax.fit(problem)).parameters)
  const disposals: (() => void)[] = Object.values(own).map((it) => it.dispose)
  for (const backend of backends) {
    await tf.setBackend(backend)
    const peer = plainSoftmax(float, problem, targetRows)
    disposals.push(peer.dispose)
    add(`tfjs-${backend}`, async () => {
      await tf.setBackend(backend)
      return peer.run()
    })
  }
  for (const on of jax) {
    const peer = jaxSoftmax(on, float, problem, targetRows)
    disposals.push(peer.dispose)
    add(`jax-${on}`, async () => (await peer.run()).map((q, j) => problem.mean[j] + q))
  }
  return {
    name,
    contenders: list,
    last,
    steps,
    perStep: true,
    note: `${name}: milliseconds a step of the exact softmax of ${CASES} cases over ${items.toLocaleString('en')} items × ${COLUMNS}, of runs of ${steps} Adam steps on u that also value both ends; tables uploaded before. nearside-wasm, nearside-wasm-threads${threads ? ` (${threads.count} threads)` : ''} and nearside-wgsl on int8 with a scale a row, which by itself moves the parameters a little; all others on float32.`,
    dispose() {
      for (const dispose of disposals) dispose()
    },
  }
}
