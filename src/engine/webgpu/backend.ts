/**
 * @module The WebGPU backend of TensorFlow.js on a device of ours. Its own start-up makes a device that
 * nobody watches: neither loss nor errors are handled anywhere in it, so a lost GPU would look like a
 * fit that never ends.
 *
 * TensorFlow.js keeps one current backend for the whole page; we borrow that place for each synchronous
 * stretch and give it back, so that a page which uses TensorFlow.js itself is not moved to ours.
 */
// The backend without its kernels: the fused descent needs none.
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu/dist/base'
import * as tf from '@tensorflow/tfjs-core'
import { NearsideError } from '../../core/error.ts'
import type { Adapter } from '../adapter.ts'

const NAME = 'webgpu'

/** The limits by which TensorFlow.js chooses its shaders. */
const LIMITS = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const

export function requestDevice(adapter: Adapter): Promise<GPUDevice> {
  const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]))
  return adapter.requestDevice({ requiredLimits })
}

/**
 * The backend that has to be given its place back, if any: one whose start failed stays current in
 * TensorFlow.js, and to set it again would start it again.
 */
function currentBackend(): string | null {
  const current: string | null = tf.getBackend()
  return current && current in tf.engine().registry ? current : null
}

/** Runs `work` in `tf.tidy` on our backend. */
export function onBackend<T extends tf.TensorContainer>(work: () => T): T {
  const previous = currentBackend()
  // For an initialised backend `setBackend` has taken effect when it returns its promise.
  if (previous !== NAME) void tf.setBackend(NAME)
  try {
    return tf.tidy(work)
  } finally {
    if (previous && previous !== NAME) void tf.setBackend(previous)
  }
}

/** TensorFlow.js drops an initialisation when another starts, so they go one after the other. */
let initialising: Promise<unknown> = Promise.resolve()

/**
 * Initialises our backend and gives the current backend's place back.
 * @throws NearsideError `engine-unavailable`
 */
export function initialise(): Promise<void> {
  const start = async () => {
    const previous = currentBackend()
    const ready = await tf.setBackend(NAME).catch(() => false)
    if (previous && previous !== NAME) await tf.setBackend(previous)
    if (!ready)
      throw new NearsideError('engine-unavailable', `TensorFlow.js could not start ${NAME}`)
  }
  const result = initialising.then(start, start)
  initialising = result.catch(() => {})
  return result
}

/**
 * Makes a device the 'webgpu' backend of TensorFlow.js, which has room for one.
 * @throws NearsideError `engine-unavailable`
 */
export function installBackend(device: GPUDevice, adapter: Adapter): WebGPUBackend {
  if (NAME in tf.engine().registry)
    throw new NearsideError('engine-unavailable', 'TensorFlow.js already has a WebGPU backend')
  if (tf.engine().registryFactory[NAME]) tf.removeBackend(NAME)
  const backend = new WebGPUBackend(device, adapter.info)
  // The lowest priority: a page that lets TensorFlow.js choose shall not get our device.
  tf.registerBackend(NAME, () => backend, 0)
  return backend
}

export function removeBackend(): void {
  tf.removeBackend(NAME)
}
