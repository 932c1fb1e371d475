/** @module TensorFlow.js on its plain JavaScript backend. */
import '@tensorflow/tfjs-backend-cpu'
import type { Engine } from '../engine.ts'
import { lazyJsJobs } from '../lazyJobs.ts'
import { nextTask } from '../pause.ts'
import { startOperations } from './operations.ts'
import { initialise } from './runtime.ts'
import { createTfjsEngine } from './tfjsEngine.ts'

/** @throws NearsideError `engine-unavailable` */
export async function createTfjsCpuEngine(): Promise<Engine> {
  await initialise('cpu')
  return createTfjsEngine({
    name: 'tfjs-cpu',
    device: 'this processor (TensorFlow.js in JavaScript)',
    start: (problem, centred) => startOperations('cpu', problem, centred),
    stepsPerDrain: 1,
    drain: nextTask,
    guard: (work) => work,
    jobs: lazyJsJobs,
    release: () => {},
  })
}
