/**
 * @module The encoder on WebGPU: item vectors, weights and states stay on the device. Up to 64
 * histories are one write of what is new, eight dispatches, one submit and, where h is wanted here,
 * one readback; nothing is created.
 */

import { NearsideError } from '../../core/error.ts'
import type { History } from '../../core/features/history.ts'
import { DIMENSION } from '../../core/model/baseModel.ts'
import {
  type EncoderModel,
  encoderWeights,
  HISTORY_LENGTH,
  windowOf,
} from '../../core/model/encoder.ts'
import { setUpWatched, whileWatching } from '../gpuErrors.ts'
import { bindKernels } from '../gpuKernels.ts'
import { whileNudging } from '../nudge.ts'
import type { HistoryEncoder, Moment } from './historyEncoder.ts'
import {
  BINDINGS,
  type BindingName,
  ENCODER_SHADER,
  HEAD_WORDS,
  KERNELS,
  MOMENT_WORDS,
  PER_MOMENT,
  packWeights,
  ROW_VECTORS,
  STATE_WORDS,
  WORKGROUP,
} from './shader.ts'
import { type NewState, StateRing } from './stateRing.ts'

/** Histories of one submit: a fit has no more cases. */
export const MOMENTS = 64
/** More than all of a submit can need at once; the rest is what can be remembered. */
const STATES = 4096
const REQUEST_WORDS = HEAD_WORDS + (STATE_WORDS * HISTORY_LENGTH + MOMENT_WORDS) * MOMENTS

export interface WebgpuEncoder extends HistoryEncoder {
  /** h of the last `record`, row-major [moments, 64]. */
  readonly hidden: GPUBuffer
  /** Records the encoding of at most `MOMENTS` windows, none of them empty. */
  record(commands: GPUCommandEncoder, windows: readonly Window[]): void
}

/** Of a moment, what is encoded (`windowOf`). */
export interface Window {
  readonly recent: History
  readonly now: number
}

/**
 * @param device stays its owner's; must allow a buffer of the item vectors' size
 * @throws NearsideError `model-corrupt`, `engine-unavailable`
 */
export function createWebgpuEncoder(
  device: GPUDevice,
  model: EncoderModel,
): Promise<WebgpuEncoder> {
  return setUpWatched(device, () => setUp(device, model))
}

async function setUp(device: GPUDevice, model: EncoderModel): Promise<WebgpuEncoder> {
  const weights = packWeights(encoderWeights(model.encoder))
  const { maxStorageBufferBindingSize: most } = device.limits
  if (model.itemVectors.byteLength > most)
    throw new NearsideError('engine-unavailable', `Item vectors exceed this GPU’s ${most} bytes`)
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage
  const make = (numbers: number, usage: number = 0) =>
    device.createBuffer({ size: 4 * numbers, usage: STORAGE | usage })
  const scratch = Object.entries(PER_MOMENT).map(
    ([name, numbers]) => [name, make(numbers * MOMENTS, COPY_SRC)] as const,
  )
  const buffers = {
    request: make(REQUEST_WORDS, COPY_DST),
    weights: make(weights.length, COPY_DST),
    items: make(Math.max(DIMENSION, model.itemVectors.length), COPY_DST),
    input: make(STATES * DIMENSION),
    normalised: make(STATES * DIMENSION),
    ...Object.fromEntries(scratch),
  } as Record<BindingName, GPUBuffer>
  const hiddenBytes = 4 * MOMENTS * DIMENSION
  const landing = device.createBuffer({ size: hiddenBytes, usage: MAP_READ | COPY_DST })
  const dispose = () => {
    for (const buffer of [...Object.values(buffers), landing]) buffer.destroy()
  }
  const { queue } = device
  queue.writeBuffer(buffers.weights, 0, weights)
  queue.writeBuffer(buffers.items, 0, Float32Array.from(model.itemVectors))
  const shader = { code: ENCODER_SHADER, label: 'encoder' }
  const kernels = await bindKernels(device, shader, KERNELS, BINDINGS, buffers).catch((error) => {
    dispose()
    throw NearsideError.from(error, 'engine-unavailable', 'WebGPU refused the encoder’s shader')
  })
  const ring = new StateRing(STATES)
  const request = new Uint32Array(REQUEST_WORDS)

  /** @returns the number of new states */
  function write(windows: readonly Window[]): number {
    const taken = new Set<number>()
    const fresh: NewState[] = []
    const rows = windows.map(({ recent, now }) => ring.rowsOf(recent, now, taken, fresh))
    request.set([fresh.length, windows.length, ROW_VECTORS])
    fresh.forEach(({ row, item, event, gap }, s) => {
      request.set([row, item, event, gap], HEAD_WORDS + STATE_WORDS * s)
    })
    const start = HEAD_WORDS + STATE_WORDS * fresh.length
    rows.forEach((of, m) => {
      request.set([of.length, ...of], start + MOMENT_WORDS * m)
    })
    queue.writeBuffer(buffers.request, 0, request, 0, start + MOMENT_WORDS * windows.length)
    return fresh.length
  }

  function record(commands: GPUCommandEncoder, windows: readonly Window[]): void {
    const count = { state: write(windows), moment: windows.length }
    const pass = commands.beginComputePass()
    KERNELS.forEach(({ per, threads }, i) => {
      pass.setPipeline(kernels[i].pipeline)
      pass.setBindGroup(0, kernels[i].group)
      // Without new states one group finds that it has nothing to do.
      pass.dispatchWorkgroups(Math.max(1, Math.ceil((count[per] * threads) / WORKGROUP)))
    })
    pass.end()
  }

  async function encodeSome(windows: readonly Window[]): Promise<Float32Array> {
    const commands = device.createCommandEncoder()
    record(commands, windows)
    const bytes = 4 * windows.length * DIMENSION
    commands.copyBufferToBuffer(buffers.hidden, 0, landing, 0, bytes)
    queue.submit([commands.finish()])
    await whileNudging(queue, landing.mapAsync(GPUMapMode.READ, 0, bytes))
    const hidden = new Float32Array(landing.getMappedRange(0, bytes).slice(0))
    landing.unmap()
    if (hidden.every(Number.isFinite)) return hidden
    throw new NearsideError('engine-failed', 'The encoder on WebGPU gave what is not a number')
  }

  async function encode(moments: readonly Moment[]): Promise<Float32Array> {
    const all = new Float32Array(moments.length * DIMENSION)
    const windows = moments.map(({ history, now }) => ({ recent: windowOf(history), now }))
    const places = [...windows.keys()].filter((i) => windows[i].recent.length > 0)
    try {
      for (let from = 0; from < places.length; from += MOMENTS) {
        const some = places.slice(from, from + MOMENTS)
        const hidden = await whileWatching(device, () => encodeSome(some.map((i) => windows[i])))
        some.forEach((i, w) => {
          all.set(hidden.subarray(w * DIMENSION, (w + 1) * DIMENSION), i * DIMENSION)
        })
      }
    } catch (error) {
      throw NearsideError.from(error, 'engine-failed', 'The encoder on WebGPU failed')
    }
    return all
  }

  /** The buffers serve one call at a time. */
  let running: Promise<unknown> = Promise.resolve()
  return {
    hidden: buffers.hidden,
    record,
    encode(moments) {
      const answer = running.then(() => encode(moments))
      running = answer.catch(() => {})
      return answer
    },
    dispose,
  }
}
