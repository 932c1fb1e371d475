/**
 * @module What the descent needs of a TensorFlow.js backend. TensorFlow.js keeps one current backend
 * for the whole page; a runtime borrows that place for each synchronous stretch and gives it back,
 * so that a page which uses TensorFlow.js itself is not moved to another backend.
 */
import * as tf from '@tensorflow/tfjs-core'
import { NearsideError } from '../../core/error.ts'
import type { FitProblem } from '../../core/personal/problem.ts'
import type { EngineJobs, EngineName } from '../engine.ts'
import type { CentredProblem } from '../objective.ts'
import type { Descent } from './descent.ts'

export type BackendName = 'webgpu' | 'wasm' | 'cpu'

export interface TfjsRuntime {
  readonly name: EngineName
  /** What it runs on, in words. */
  readonly device: string
  /** Uploads a problem that has at least one live case. */
  start(problem: FitProblem, centred: CentredProblem): Descent
  /** Steps to hand over before `drain`. */
  readonly stepsPerDrain: number
  /** Resolves when all work handed over so far is done and the event loop has turned. */
  drain(): Promise<void>
  /** Settles as `work` does, or rejects with `engine-failed` once the device fails. */
  guard<T>(work: Promise<T>): Promise<T>
  /** All but the fit. */
  readonly jobs: EngineJobs
  /** Frees the backend if this was its last user and Nearside had made it. */
  release(): void
}

/**
 * The backend that has to be given its place back, if any: one whose start failed stays current in
 * TensorFlow.js, and to set it again would start it again.
 */
function currentBackend(): string | null {
  const current: string | null = tf.getBackend()
  return current && current in tf.engine().registry ? current : null
}

/** Runs `work` in `tf.tidy` on a backend that is already initialised. */
export function onBackend<T extends tf.TensorContainer>(backend: BackendName, work: () => T): T {
  const previous = currentBackend()
  // For an initialised backend `setBackend` has taken effect when it returns its promise.
  if (previous !== backend) void tf.setBackend(backend)
  try {
    return tf.tidy(work)
  } finally {
    if (previous && previous !== backend) void tf.setBackend(previous)
  }
}

/** TensorFlow.js drops an initialisation when another starts, so they go one after the other. */
let initialising: Promise<unknown> = Promise.resolve()

/**
 * Initialises a registered backend and gives the current backend's place back.
 * @throws NearsideError `engine-unavailable`
 */
export function initialise(backend: BackendName): Promise<void> {
  const start = async () => {
    const previous = currentBackend()
    const ready = await tf.setBackend(backend).catch(() => false)
    if (previous && previous !== backend) await tf.setBackend(previous)
    if (!ready)
      throw new NearsideError('engine-unavailable', `TensorFlow.js could not start ${backend}`)
  }
  const result = initialising.then(start, start)
  initialising = result.catch(() => {})
  return result
}
