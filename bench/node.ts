/** @module `bench train --node`: the same workloads in Node, WebGPU by Dawn on Mesa's llvmpipe. */
import { init } from '@jax-js/jax'
import '@tensorflow/tfjs-backend-webgpu'
import { cpus } from 'node:os'
import { describeAdapter } from '../src/engine/adapter.ts'
import { nodeAdapter } from '../src/engine/testGpu.ts'
import { createTfjsWebgpuEngine } from '../src/engine/tfjs/webgpu.ts'
import { nodeThreads } from '../src/engine/threads/nodeThreads.ts'
import { measureTraining, type Progress, type TrainTimes } from './measure.ts'
import { deviceOf, startBackends } from './peers.ts'
import type { Report } from './report.ts'
import type { WorkloadName } from './workload.ts'

export async function inNode(
  names: readonly WorkloadName[],
  blocks: number,
  progress: Progress,
): Promise<{ environment: Report['environment']; measured: TrainTimes }> {
  const adapter = await nodeAdapter('software')
  const other = await nodeAdapter('software')
  const wgsl = adapter ? await createTfjsWebgpuEngine(adapter) : null
  const device = other ? await deviceOf(other) : null
  await init('wasm')
  try {
    const measured = await measureTraining(
      {
        adapter: adapter ? describeAdapter(adapter) : 'none',
        wgsl,
        device,
        threads: nodeThreads(),
        backends: await startBackends([...(wgsl ? ['webgpu'] : []), 'cpu']),
        jax: ['wasm'],
      },
      names,
      blocks,
      progress,
    )
    const environment = {
      cores: cpus().length,
      adapter: measured.adapter,
      browser: `none (Node ${process.versions.node}, WebGPU by Dawn)`,
    }
    return { environment, measured }
  } finally {
    wgsl?.dispose()
    device?.destroy()
  }
}
