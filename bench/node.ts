/**
 * @module `--node`: the same workloads in Node, WebGPU by Dawn on the adapter there is (without a GPU,
 * Mesa's llvmpipe).
 */
import { init } from '@jax-js/jax'
import * as tf from '@tensorflow/tfjs'
import '@tensorflow/tfjs-backend-wasm'
import '@tensorflow/tfjs-backend-webgpu'
import { cpus } from 'node:os'
import { describeAdapter } from '../src/engine/adapter.ts'
import { nodeAdapter } from '../src/engine/testGpu.ts'
import { createTfjsWebgpuEngine } from '../src/engine/tfjs/webgpu.ts'
import { nodeThreads } from '../src/engine/threads/nodeThreads.ts'
import { measureTraining, type Progress, type TrainTimes } from './measure.ts'
import { measureRanking, type RankTimes } from './measureRanking.ts'
import { deviceOf, startBackends } from './peers.ts'
import type { Report } from './report.ts'
import type { Machine, WorkloadName } from './workload.ts'

interface Measured<T> {
  readonly environment: Report['environment']
  readonly measured: T
}

async function onThisMachine<T>(measure: (machine: Machine) => Promise<T>): Promise<Measured<T>> {
  const found = await nodeAdapter('software')
  const other = await nodeAdapter('software')
  const wgsl = found ? await createTfjsWebgpuEngine(found) : null
  const device = other ? await deviceOf(other) : null
  await init('wasm')
  // As in the page.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
  const adapter = found ? describeAdapter(found) : 'none'
  try {
    const measured = await measure({
      adapter,
      wgsl,
      device,
      threads: nodeThreads(),
      backends: await startBackends([...(wgsl ? ['webgpu'] : []), 'wasm', 'cpu']),
      jax: ['wasm'],
    })
    const browser = `none (Node ${process.versions.node}, WebGPU by Dawn)`
    return { environment: { cores: cpus().length, adapter, browser }, measured }
  } finally {
    wgsl?.dispose()
    device?.destroy()
  }
}

export const trainInNode = (
  names: readonly WorkloadName[],
  blocks: number,
  progress: Progress,
): Promise<Measured<TrainTimes>> =>
  onThisMachine((machine) => measureTraining(machine, names, blocks, progress))

/** Without threads that only read: they would need a script of their own here. */
export const rankInNode = (blocks: number, progress: Progress): Promise<Measured<RankTimes>> =>
  onThisMachine((machine) => measureRanking(machine, null, blocks, progress))
