/**
 * @module Installs the WebGPU backend of TensorFlow.js on a device that this engine owns. TensorFlow.js itself would
 * create a device without handlers for loss or errors, so that after a loss of the GPU a fit would never end.
 *
 * TensorFlow.js has one current backend per page. This module replaces the current backend for each synchronous section
 * and restores it afterwards, so that a page which uses TensorFlow.js itself stays on its own backend.
 */
import { NearsideError } from '@nearside/core/error.ts'
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu/dist/base'
import * as tf from '@tensorflow/tfjs-core'
import type { Adapter } from '../adapter.ts'

const NAME = 'webgpu'

/** Names of the device limits that TensorFlow.js reads to choose its shaders. */
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
 * Name of the backend that the page uses, to restore it later. Null if there is none, or if it failed to start:
 * restoring would start it again.
 */
function currentBackend(): string | null {
  const current: string | null = tf.getBackend()
  return current && current in tf.engine().registry ? current : null
}

/** Runs `work` in `tf.tidy` on this engine's backend. */
export function onBackend<T extends tf.TensorContainer>(work: () => T): T {
  const previous = currentBackend()
  // For an initialised backend, `setBackend` takes effect before it returns its promise.
  if (previous !== NAME) void tf.setBackend(NAME)
  try {
    return tf.tidy(work)
  } finally {
    if (previous && previous !== NAME) void tf.setBackend(previous)
  }
}

/** Latest initialisation, for which the next one waits: TensorFlow.js drops an initialisation when another starts. */
let initialising: Promise<unknown> = Promise.resolve()

/**
 * Initialises this backend, and then switches TensorFlow.js back to the page's own backend.
 * @throws NearsideError `engine-unavailable` if TensorFlow.js can't start this backend
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
 * Registers a device as the 'webgpu' backend of TensorFlow.js, which allows only one device.
 * @throws NearsideError `engine-unavailable` if TensorFlow.js already has a WebGPU backend
 */
export function installBackend(device: GPUDevice, adapter: Adapter): WebGPUBackend {
  if (NAME in tf.engine().registry)
    throw new NearsideError('engine-unavailable', 'TensorFlow.js already has a WebGPU backend')
  if (tf.engine().registryFactory[NAME]) tf.removeBackend(NAME)
  const backend = new WebGPUBackend(device, adapter.info)
  // The backend has the lowest priority, so that a page that lets TensorFlow.js choose doesn't get this device.
  tf.registerBackend(NAME, () => backend, 0)
  return backend
}

export function removeBackend(): void {
  tf.removeBackend(NAME)
}
