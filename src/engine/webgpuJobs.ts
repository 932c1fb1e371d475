/** @module The jobs on a WebGPU device. */
import { NearsideError } from '../core/error.ts'
import {
  createCheckedEncoder,
  createCheckedRanking,
  createCheckedSoftmax,
  createCheckedTopK,
  createCheckedTower,
  createCheckedTrainer,
} from './checkedJobs.ts'
import type { EngineJobs } from './engine.ts'
import { jsJobs, wasmJobs } from './processorJobs.ts'

const onProcessor = wasmJobs(null)

/** What the device has no room for, or no compiler: on the processor. */
async function orOnProcessor<J>(
  onDevice: Promise<J>,
  otherwise: (jobs: EngineJobs) => Promise<J>,
): Promise<J> {
  const unavailable = (error: unknown) => {
    if (!(error instanceof NearsideError && error.code === 'engine-unavailable')) throw error
  }
  try {
    return await onDevice
  } catch (error) {
    unavailable(error)
  }
  try {
    return await otherwise(onProcessor)
  } catch (error) {
    unavailable(error)
  }
  return otherwise(jsJobs)
}

/** @param device stays its owner's */
export function webgpuJobs(device: GPUDevice): EngineJobs {
  return {
    topK: (table) => orOnProcessor(createCheckedTopK(device, table), (jobs) => jobs.topK(table)),
    softmax: (catalog) =>
      orOnProcessor(createCheckedSoftmax(device, catalog), (jobs) => jobs.softmax(catalog)),
    tower: (problem, maxSteps) =>
      orOnProcessor(createCheckedTower(device, problem, maxSteps), (jobs) =>
        jobs.tower(problem, maxSteps),
      ),
    encoder: (model) =>
      orOnProcessor(createCheckedEncoder(device, model), (jobs) => jobs.encoder(model)),
    ranking: (model, table) =>
      orOnProcessor(createCheckedRanking(device, model, table), (jobs) =>
        jobs.ranking(model, table),
      ),
    network: (inputs) =>
      orOnProcessor(createCheckedTrainer(device, inputs), (jobs) => jobs.network(inputs)),
  }
}
