/** @module The jobs on a WebGPU device. */
import type { EncoderModel } from '../model/encoder.ts'
import { NearsideError } from '../protocol/error.ts'
import { createCheckedEncoder, createCheckedTrainer } from './checkedJobs.ts'
import type { HistoryRanking } from './encoder/historyRanking.ts'
import { createWebgpuRanking } from './encoder/webgpuRanking.ts'
import type { EngineJobs } from './engine.ts'
import { jsJobs, wasmJobs } from './processorJobs.ts'
import { createWebgpuSoftmax } from './softmax/webgpu.ts'
import type { ItemTable } from './topk/table.ts'
import { createWebgpuTopK } from './topk/webgpu.ts'
import { createWebgpuTower } from './tower/webgpu.ts'

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

async function rankingOn(
  device: GPUDevice,
  model: EncoderModel,
  table: ItemTable,
): Promise<HistoryRanking> {
  const encoder = await createCheckedEncoder(device, model)
  try {
    return createWebgpuRanking(encoder, await createWebgpuTopK(device, table), table)
  } catch (error) {
    encoder.dispose()
    throw error
  }
}

/** @param device stays its owner's */
export function webgpuJobs(device: GPUDevice): EngineJobs {
  return {
    topK: (table) => orOnProcessor(createWebgpuTopK(device, table), (jobs) => jobs.topK(table)),
    softmax: (catalog) =>
      orOnProcessor(createWebgpuSoftmax(device, catalog), (jobs) => jobs.softmax(catalog)),
    tower: (problem, maxSteps) =>
      orOnProcessor(createWebgpuTower(device, problem, maxSteps), (jobs) =>
        jobs.tower(problem, maxSteps),
      ),
    encoder: (model) =>
      orOnProcessor(createCheckedEncoder(device, model), (jobs) => jobs.encoder(model)),
    ranking: (model, table) =>
      orOnProcessor(rankingOn(device, model, table), (jobs) => jobs.ranking(model, table)),
    network: (inputs) =>
      orOnProcessor(createCheckedTrainer(device, inputs), (jobs) => jobs.network(inputs)),
  }
}
