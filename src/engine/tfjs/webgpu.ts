/**
 * @module TensorFlow.js on WebGPU. Its own start-up makes a device that nobody watches: neither loss
 * nor errors are handled anywhere in it, so a lost GPU would look like a fit that never ends. Here
 * the device is ours and given to the backend.
 */
// The backend without its kernels: the fused descent needs none.
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu/dist/base'
import * as tf from '@tensorflow/tfjs-core'
import { NearsideError } from '../../core/error.ts'
import type { FitProblem } from '../../core/personal/problem.ts'
import { type Adapter, describeAdapter } from '../adapter.ts'
import type { Engine } from '../engine.ts'
import { lazyJobs } from '../lazyJobs.ts'
import { whileNudging } from '../nudge.ts'
import type { CentredProblem } from '../objective.ts'
import type { Descent } from './descent.ts'
import { compileFused, flush, startFused } from './fused.ts'
import { initialise, type TfjsRuntime } from './runtime.ts'
import { createTfjsEngine } from './tfjsEngine.ts'

/** The limits by which TensorFlow.js chooses its shaders. */
const LIMITS = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const

function requestDevice(adapter: Adapter): Promise<GPUDevice> {
  const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]))
  return adapter.requestDevice({ requiredLimits })
}

/** Rejects with `engine-failed` when the device is lost or reports an error; never resolves. */
function failureOf(device: GPUDevice): Promise<never> {
  const failure = new Promise<never>((_, reject) => {
    const fail = (what: string) => reject(new NearsideError('engine-failed', `WebGPU: ${what}`))
    void device.lost.then(({ reason, message }) => {
      fail(`the device was lost (${message || reason})`)
    })
    device.addEventListener('uncapturederror', (event) => {
      event.preventDefault()
      fail(event.error.message)
    })
  })
  // A failure between two fits is met by the next one.
  failure.catch(() => {})
  return failure
}

/** Makes our device the 'webgpu' backend of TensorFlow.js, which has room for one. */
function install(device: GPUDevice, adapter: Adapter): WebGPUBackend {
  if ('webgpu' in tf.engine().registry)
    throw new NearsideError('engine-unavailable', 'TensorFlow.js already has a WebGPU backend')
  if (tf.engine().registryFactory.webgpu) tf.removeBackend('webgpu')
  const backend = new WebGPUBackend(device, adapter.info)
  // The lowest priority: a page that lets TensorFlow.js choose shall not get our device.
  tf.registerBackend('webgpu', () => backend, 0)
  return backend
}

type Start = (backend: WebGPUBackend, problem: FitProblem, centred: CentredProblem) => Descent

async function fused(device: GPUDevice): Promise<Start> {
  const pipelines = await compileFused(device)
  return (backend, problem, centred) => startFused(backend, pipelines, problem, centred)
}

async function operations(): Promise<Start> {
  const { startOperations } = await import('./webgpuOperations.ts')
  return (_, problem, centred) => startOperations('webgpu', problem, centred)
}

/**
 * @param adapter of this page or worker, not yet used for another device
 * @param kernels `fused`: five WGSL kernels of our own a step; `operations`: TensorFlow.js' own
 * kernels, 17 a step
 * @throws NearsideError `engine-unavailable`
 */
export async function createTfjsWebgpuEngine(
  adapter: Adapter,
  kernels: 'fused' | 'operations' = 'fused',
): Promise<Engine> {
  const device = await requestDevice(adapter).catch((error: unknown) => {
    throw NearsideError.from(error, 'engine-unavailable', 'WebGPU gave no device')
  })
  const failure = failureOf(device)
  const guard: TfjsRuntime['guard'] = (work) => {
    // The loser of the race may reject later, when nobody waits for it any more.
    work.catch(() => {})
    return whileNudging(device.queue, Promise.race([failure, work]))
  }
  let installed = false
  const release = () => {
    if (installed) tf.removeBackend('webgpu')
    device.destroy()
  }
  const setUp = async (): Promise<Pick<TfjsRuntime, 'start' | 'drain'>> => {
    const start = await (kernels === 'fused' ? fused(device) : operations())
    const backend = install(device, adapter)
    installed = true
    await initialise('webgpu')
    return {
      start: (problem, centred) => start(backend, problem, centred),
      drain() {
        // The fused kernels submit their steps themselves.
        if (kernels === 'operations') flush(backend)
        return backend.queue.onSubmittedWorkDone()
      },
    }
  }
  const running = await guard(setUp()).catch((error: unknown) => {
    release()
    throw NearsideError.from(error, 'engine-unavailable', 'WebGPU could not be set up')
  })
  return createTfjsEngine({
    name: kernels === 'fused' ? 'wgsl' : 'tfjs-webgpu',
    device: describeAdapter(adapter),
    stepsPerDrain: 10,
    guard,
    jobs: lazyJobs(async () => (await import('../webgpuJobs.ts')).webgpuJobs(device)),
    release,
    ...running,
  })
}
