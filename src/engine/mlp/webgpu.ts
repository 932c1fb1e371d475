/**
 * @module The incremental network on WebGPU: five dispatches a step, twenty steps a submit, one
 * readback a call; nothing is written or created between the steps.
 */

import { NearsideError } from '../../core/error.ts'
import type { Example } from '../../core/personal/learners/learner.ts'
import { type MlpSnapshot, stepRate } from '../../core/personal/learners/mlp.ts'
import { networkShape } from '../../core/personal/learners/network.ts'
import { setUpWatched, whileWatching } from '../gpuErrors.ts'
import { type BoundKernel, bindKernels } from '../gpuKernels.ts'
import { whileNudging } from '../nudge.ts'
import type { NetworkTrainer } from './networkTrainer.ts'
import {
  BATCH,
  BINDINGS,
  type BindingName,
  KERNELS,
  networkShader,
  placesOf,
  planNetwork,
  WORKGROUP,
} from './shader.ts'

const STEPS_PER_SUBMIT = 20
/** Of one upload; more come in several. */
const STEPS_PER_UPLOAD = 100
const EXAMPLES = STEPS_PER_UPLOAD * BATCH

/** Most of a call need no class weights. */
type Row = Pick<Example, 'x'> & Partial<Example>

function refuse(what: string): never {
  throw new NearsideError('input-invalid', `Incremental network: ${what}`)
}

/**
 * @param device stays its owner's
 * @throws NearsideError `input-invalid`, `engine-unavailable`
 */
export function createWebgpuTrainer(device: GPUDevice, inputs: number): Promise<NetworkTrainer> {
  return setUpWatched(device, () => setUp(device, inputs))
}

async function setUp(device: GPUDevice, inputs: number): Promise<NetworkTrainer> {
  if (!Number.isInteger(inputs) || inputs < 1) refuse(`${inputs} inputs`)
  const shape = networkShape(inputs)
  const plan = planNetwork(inputs)
  const places = placesOf(shape)
  const weights = 4 * plan.vectors
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage
  const make = (numbers: number) =>
    device.createBuffer({ size: 4 * numbers, usage: STORAGE | COPY_SRC | COPY_DST })
  const buffers: Record<BindingName, GPUBuffer> = {
    x: make(EXAMPLES * inputs),
    answers: make(2 * EXAMPLES),
    schedule: make(STEPS_PER_UPLOAD),
    weights: make(weights),
    moments: make(2 * weights),
    h: make(plan.h),
    d: make(plan.d),
    count: make(2),
    probabilities: make(EXAMPLES),
  }
  const landing = device.createBuffer({
    size: 4 * Math.max(3 * weights, EXAMPLES),
    usage: MAP_READ | COPY_DST,
  })
  const dispose = () => {
    for (const buffer of [...Object.values(buffers), landing]) buffer.destroy()
  }
  const { queue } = device
  const shader = { code: networkShader(inputs), label: 'network' }
  const kernels = await bindKernels(device, shader, KERNELS, BINDINGS, buffers).catch((error) => {
    dispose()
    throw NearsideError.from(error, 'engine-unavailable', 'WebGPU refused the network’s shader')
  })

  const placed = (plain: Float64Array): Float32Array<ArrayBuffer> => {
    const values = new Float32Array(weights)
    for (let k = 0; k < plain.length; k++) values[places[k]] = plain[k]
    return values
  }

  function putNetwork({ weights: plain, first, second }: MlpSnapshot): void {
    if (plain.length !== shape.size) refuse(`${plain.length} weights instead of ${shape.size}`)
    queue.writeBuffer(buffers.weights, 0, placed(plain))
    queue.writeBuffer(buffers.moments, 0, placed(first))
    queue.writeBuffer(buffers.moments, 4 * weights, placed(second))
  }

  /** @returns the number of steps that they make */
  function putExamples(rows: readonly Row[]): number {
    const steps = Math.ceil(rows.length / BATCH)
    const x = new Float32Array(steps * BATCH * inputs)
    const answers = new Float32Array(steps * BATCH * 2)
    rows.forEach((row, e) => {
      const { label = 0, weight = 1 } = row
      if (row.x.length !== inputs) refuse(`${row.x.length} inputs instead of ${inputs}`)
      if (!(row.x.every(Number.isFinite) && Number.isFinite(weight)))
        refuse('a number is not finite')
      x.set(row.x, e * inputs)
      const last = Math.floor(e / BATCH) === steps - 1
      const together = last ? rows.length - (steps - 1) * BATCH : BATCH
      answers.set([label, weight / together], 2 * e)
    })
    queue.writeBuffer(buffers.x, 0, x)
    queue.writeBuffer(buffers.answers, 0, answers)
    queue.writeBuffer(buffers.count, 0, Uint32Array.of(0, plan.second / 4))
    return steps
  }

  function submit(steps: number, used: readonly BoundKernel[]): void {
    for (let done = 0; done < steps; ) {
      const commands = device.createCommandEncoder()
      const pass = commands.beginComputePass()
      for (const end = Math.min(steps, done + STEPS_PER_SUBMIT); done < end; done++)
        used.forEach(({ pipeline, group }, i) => {
          pass.setPipeline(pipeline)
          pass.setBindGroup(0, group)
          pass.dispatchWorkgroups(Math.ceil(plan.threads[i] / WORKGROUP))
        })
      pass.end()
      queue.submit([commands.finish()])
    }
  }

  /** Of each buffer that many numbers, one after the other. */
  async function read(parts: readonly (readonly [BindingName, number])[]): Promise<Float32Array> {
    const commands = device.createCommandEncoder()
    let bytes = 0
    for (const [name, numbers] of parts) {
      commands.copyBufferToBuffer(buffers[name], 0, landing, bytes, 4 * numbers)
      bytes += 4 * numbers
    }
    queue.submit([commands.finish()])
    await whileNudging(queue, landing.mapAsync(GPUMapMode.READ, 0, bytes))
    const numbers = new Float32Array(landing.getMappedRange(0, bytes).slice(0))
    landing.unmap()
    if (numbers.every(Number.isFinite)) return numbers
    throw new NearsideError('engine-failed', 'The network on WebGPU gave what is not a number')
  }

  async function learn(from: MlpSnapshot, examples: readonly Example[]): Promise<MlpSnapshot> {
    putNetwork(from)
    let { steps } = from
    for (let at = 0; at < examples.length; at += EXAMPLES) {
      const some = putExamples(examples.slice(at, at + EXAMPLES))
      const rates = Float32Array.from({ length: some }, (_, s) => stepRate(steps + s + 1))
      queue.writeBuffer(buffers.schedule, 0, rates)
      submit(some, kernels)
      steps += some
    }
    const numbers = await read([
      ['weights', weights],
      ['moments', 2 * weights],
    ])
    const plainOf = (start: number) => {
      const plain = new Float64Array(shape.size)
      for (let k = 0; k < plain.length; k++) plain[k] = numbers[start + places[k]]
      return plain
    }
    return { weights: plainOf(0), first: plainOf(weights), second: plainOf(2 * weights), steps }
  }

  async function predict(
    network: MlpSnapshot,
    rows: readonly Float32Array[],
  ): Promise<Float32Array> {
    const all = new Float32Array(rows.length)
    await whileWatching(device, async () => putNetwork(network))
    for (let at = 0; at < rows.length; at += EXAMPLES) {
      const some = rows.slice(at, at + EXAMPLES)
      const predicted = await whileWatching(device, () => {
        submit(putExamples(some.map((x) => ({ x }))), kernels.slice(0, -1))
        return read([['probabilities', some.length]])
      })
      all.set(predicted, at)
    }
    return all
  }

  /** The buffers serve one call at a time. */
  let running: Promise<unknown> = Promise.resolve()
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const answer = running.then(work).catch((error: unknown) => {
      throw NearsideError.from(error, 'engine-failed', 'The network on WebGPU failed')
    })
    running = answer.catch(() => {})
    return answer
  }
  return {
    learn: (from, examples) => inTurn(() => whileWatching(device, () => learn(from, examples))),
    predict: (network, rows) => inTurn(() => predict(network, rows)),
    dispose,
  }
}
