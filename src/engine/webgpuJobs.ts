/** @module The jobs on a WebGPU device. */
import { EVENT_NAMES } from '../events/event.ts'
import { DIMENSION } from '../model/baseModel.ts'
import { type EncoderModel, encode } from '../model/encoder.ts'
import { NearsideError } from '../protocol/error.ts'
import { CANARY_TOLERANCE } from './canary.ts'
import type { HistoryEncoder } from './encoder/historyEncoder.ts'
import { createWebgpuEncoder } from './encoder/webgpu.ts'
import type { EngineJobs } from './engine.ts'
import { jsJobs, wasmJobs } from './processorJobs.ts'
import { createWebgpuSoftmax } from './softmax/webgpu.ts'
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

/** Backends have been silently wrong: the first answer is compared with the plain loops'. */
async function checkedEncoder(device: GPUDevice, model: EncoderModel): Promise<HistoryEncoder> {
  const encoder = await createWebgpuEncoder(device, model)
  const items = model.itemVectors.length / DIMENSION
  const history = Array.from({ length: Math.min(items, 12) }, (_, item) => {
    const name = EVENT_NAMES[item % EVENT_NAMES.length]
    return { item, name, time: 5e6 * item ** 2, session: '' }
  })
  const moment = { history, now: 1e9 }
  const given = await encoder.encode([moment])
  const wanted = encode(model, history, moment.now)
  if (given.every((value, j) => Math.abs(value - wanted[j]) <= CANARY_TOLERANCE)) return encoder
  encoder.dispose()
  throw new NearsideError('engine-unavailable', 'The encoder on WebGPU computes wrongly')
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
    encoder: (model) => orOnProcessor(checkedEncoder(device, model), (jobs) => jobs.encoder(model)),
    network: onProcessor.network,
  }
}
