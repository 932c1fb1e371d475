/** @module T: the train step of a user tower, 64 cases against 65 candidates each, 4,192 weights. */
import * as tf from '@tensorflow/tfjs'
import { createJsTower } from '../src/engine/tower/js.ts'
import { towerProblem, WORKLOAD_T } from '../src/engine/tower/testTower.ts'
import { createWasmTower } from '../src/engine/tower/wasm.ts'
import { createWebgpuTower } from '../src/engine/tower/webgpu.ts'
import { jaxTower } from './jax.ts'
import { plainTower } from './plainTfjs.ts'
import { contenders, type Machine, type Workload } from './workload.ts'

const ITEMS = 20_000
const BATCHES = 8
const STEPS = 20

export async function towerWorkload({ device, backends, jax }: Machine): Promise<Workload> {
  const problem = towerProblem(WORKLOAD_T, ITEMS, BATCHES, 1)
  const { add, list, last } = contenders()
  const own = {
    ...(device ? { 'nearside-wgsl': await createWebgpuTower(device, problem, STEPS) } : {}),
    'nearside-wasm': await createWasmTower(problem),
    'plain-js': createJsTower(problem),
  }
  for (const [engine, tower] of Object.entries(own)) add(engine, () => tower.train(STEPS))
  const disposals: (() => void)[] = Object.values(own).map((it) => it.dispose)
  for (const backend of backends) {
    await tf.setBackend(backend)
    const peer = plainTower(problem, STEPS)
    disposals.push(peer.dispose)
    add(`tfjs-${backend}`, async () => {
      await tf.setBackend(backend)
      return peer.run()
    })
  }
  for (const on of jax) {
    const peer = jaxTower(on, problem, STEPS)
    disposals.push(peer.dispose)
    add(`jax-${on}`, peer.run)
  }
  const { cases, candidates, inputs, hidden, outputs } = WORKLOAD_T
  return {
    name: 'T',
    contenders: list,
    last,
    steps: STEPS,
    perStep: true,
    note: `T: milliseconds a step of Adam on a user tower ${inputs} → ${hidden} (ReLU) → ${outputs}, ${cases} cases against ${candidates} of ${ITEMS.toLocaleString('en')} frozen items each, of runs of ${STEPS} steps; batches uploaded before, one readback a run.`,
    dispose() {
      for (const dispose of disposals) dispose()
    },
  }
}
