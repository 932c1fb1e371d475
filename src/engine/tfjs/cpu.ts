/** @module TensorFlow.js on its plain JavaScript backend. */
import '@tensorflow/tfjs-backend-cpu'
import type { Engine } from '../engine.ts'
import { nextTask } from '../pause.ts'
import { initialise } from './runtime.ts'
import { createTfjsEngine } from './tfjsEngine.ts'

/** @throws NearsideError `engine-unavailable` */
export async function createTfjsCpuEngine(): Promise<Engine> {
  await initialise('cpu')
  return createTfjsEngine({
    backend: 'cpu',
    device: 'this processor (TensorFlow.js in JavaScript)',
    stepsPerDrain: 1,
    drain: nextTask,
    guard: (work) => work,
    release: () => {},
  })
}
