/**
 * @module The softmax over the catalogue on WebGPU: the table stays on the device; a fit is five
 * dispatches a step, ten steps a submit, and one readback.
 */
import { NearsideError } from '../../core/error.ts'
import { adamSchedule } from '../adam.ts'
import type { FitOptions, FitResult } from '../engine.ts'
import { setUpWatched, whileWatching } from '../gpuErrors.ts'
import { whileNudging } from '../nudge.ts'
import { throwIfAborted } from '../pause.ts'
import { isQuantized } from '../topk/table.ts'
import { finishFit, priorLoss } from './descend.ts'
import {
  BINDINGS,
  type BindingName,
  KERNELS,
  LANES,
  planSoftmax,
  softmaxShader,
  WORKGROUP,
} from './shader.ts'
import {
  type CatalogSoftmax,
  checkCases,
  checkCatalog,
  checkFit,
  type SoftmaxCatalog,
  type SoftmaxFit,
  targetPart,
} from './softmax.ts'

const STEPS_PER_SUBMIT = 10
const roundUp = (value: number, unit: number) => Math.ceil(value / unit) * unit

/** Rows as words of 32 bits, columns padded with zeros. */
function pack({ columns, vectors }: SoftmaxCatalog, width: number): Uint32Array<ArrayBuffer> {
  const int8 = isQuantized(vectors)
  const values = int8 ? vectors.values : vectors
  const rows = values.length / columns
  const packed = new Uint32Array((rows * width) / (int8 ? 4 : 1))
  const table = int8 ? new Int8Array(packed.buffer) : new Float32Array(packed.buffer)
  for (let row = 0; row < rows; row++)
    table.set(values.subarray(row * columns, (row + 1) * columns), row * width)
  return packed
}

/** `values` at the front of `length` numbers. */
function padded(values: ArrayLike<number>, length: number): Float32Array<ArrayBuffer> {
  const all = new Float32Array(length)
  all.set(values)
  return all
}

/** A problem on the device. */
interface Started {
  readonly landing: GPUBuffer
  /** Submits some steps; the last with what the parameters that they reached are worth. */
  submit(from: number, end: number): void
}

interface Run {
  /** log Σ exp of each case before every step and after the last, [steps + 1, padded cases]. */
  readonly lse: Float32Array
  /** u − mean, then Adam's first moment, [columns] each. */
  readonly moved: Float32Array
  readonly first: Float32Array
  readonly paddedCases: number
}

/**
 * @param device stays its owner's; must allow buffers of the table's size
 * @throws NearsideError `input-invalid`, `engine-unavailable`
 */
export function createWebgpuSoftmax(
  device: GPUDevice,
  catalog: SoftmaxCatalog,
): Promise<CatalogSoftmax> {
  return setUpWatched(device, () => setUp(device, catalog))
}

async function setUp(device: GPUDevice, catalog: SoftmaxCatalog): Promise<CatalogSoftmax> {
  const items = checkCatalog(catalog)
  const { columns, vectors } = catalog
  const int8 = isQuantized(vectors)
  const width = roundUp(columns, 4)
  const { maxStorageBufferBindingSize: most } = device.limits
  if (items * width * (int8 ? 1 : 4) > most)
    throw new NearsideError(
      'engine-unavailable',
      `The table is larger than this GPU’s ${most} bytes`,
    )
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ, UNIFORM } = GPUBufferUsage

  function upload(
    data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>,
    use: GPUBufferUsageFlags = STORAGE | COPY_SRC,
  ): GPUBuffer {
    const size = Math.max(16, data.byteLength)
    const buffer = device.createBuffer({ size, usage: use | COPY_DST })
    device.queue.writeBuffer(buffer, 0, data)
    return buffer
  }

  const held = {
    table: upload(pack(catalog, width)),
    scales: upload(int8 ? Float32Array.from(vectors.scale) : new Float32Array(4)),
    bias: upload(Float32Array.from(catalog.bias)),
  }
  const dispose = () => {
    for (const buffer of Object.values(held)) buffer.destroy()
  }
  const module = device.createShaderModule({ code: softmaxShader(int8), label: 'softmax' })
  const pipelines = await Promise.all(
    KERNELS.map(({ entry }) =>
      device.createComputePipelineAsync({
        layout: 'auto',
        compute: { module, entryPoint: entry },
      }),
    ),
  ).catch((error: unknown) => {
    dispose()
    throw NearsideError.from(error, 'engine-unavailable', 'WebGPU refused the softmax shader')
  })

  /** @param made gets those that are this problem's own */
  function buffersOf(
    problem: SoftmaxFit,
    cases: number,
    made: GPUBuffer[],
  ): Record<BindingName, GPUBuffer> {
    const { mean, steps, targets } = problem
    const { chunks, shape } = planSoftmax({ items, columns: width, cases })
    const base = new Float32Array(width * cases)
    for (let t = 0; t < targets.length; t++)
      for (let j = 0; j < columns; j++)
        base[j * cases + t] = problem.queries[t * columns + j] + mean[j]
    const { rate, epsilon } = adamSchedule(steps, problem.stepSize)
    const schedule = new Float32Array(Math.max(1, steps) * (width + 1))
    for (let step = 0; step < steps; step++) {
      schedule.set(rate.subarray(step * columns, (step + 1) * columns), step * (width + 1))
      schedule[step * (width + 1) + width] = epsilon[step]
    }
    const own = {
      queries: upload(base),
      base: upload(base),
      parts: upload(new Float32Array(2 * chunks * cases)),
      lse: upload(new Float32Array((steps + 1) * cases)),
      weight: upload(padded(problem.weight, cases)),
      shares: upload(new Float32Array(items)),
      slopes: upload(new Float32Array(chunks * width)),
      state: upload(new Float32Array(3 * width + 1)),
      fixed: upload(padded(targetPart(catalog, problem, mean).gradient, width)),
      prior: upload(padded(problem.precision, width)),
      schedule: upload(schedule),
      shape: upload(shape, UNIFORM),
    }
    made.push(...Object.values(own))
    return { ...held, ...own }
  }

  function start(problem: SoftmaxFit, cases: number, made: GPUBuffer[]): Started {
    const { threads } = planSoftmax({ items, columns: width, cases })
    const buffers = buffersOf(problem, cases, made)
    const [lseBytes, stateBytes] = [4 * (problem.steps + 1) * cases, 8 * width]
    const landing = device.createBuffer({ size: lseBytes + stateBytes, usage: MAP_READ | COPY_DST })
    made.push(landing)
    const groups = KERNELS.map(({ uses }, i) =>
      device.createBindGroup({
        layout: pipelines[i].getBindGroupLayout(0),
        entries: uses
          .filter((name) => int8 || name !== 'scales')
          .map((name) => ({
            binding: BINDINGS.indexOf(name),
            resource: { buffer: buffers[name] },
          })),
      }),
    )
    const dispatch = (pass: GPUComputePassEncoder, kernel: number) => {
      pass.setPipeline(pipelines[kernel])
      pass.setBindGroup(0, groups[kernel])
      pass.dispatchWorkgroups(Math.ceil(threads[kernel] / WORKGROUP))
    }
    const submit = (from: number, end: number) => {
      const encoder = device.createCommandEncoder()
      const pass = encoder.beginComputePass()
      for (let step = from; step < end; step++)
        for (let kernel = 0; kernel < KERNELS.length; kernel++) dispatch(pass, kernel)
      const last = end === problem.steps
      if (last) for (const kernel of [0, 1]) dispatch(pass, kernel)
      pass.end()
      if (last) {
        encoder.copyBufferToBuffer(buffers.lse, 0, landing, 0, lseBytes)
        encoder.copyBufferToBuffer(buffers.state, 0, landing, lseBytes, stateBytes)
      }
      device.queue.submit([encoder.finish()])
    }
    return { landing, submit }
  }

  async function run(problem: SoftmaxFit, { signal, onProgress }: FitOptions): Promise<Run> {
    const { steps } = problem
    const cases = Math.max(LANES, roundUp(problem.targets.length, LANES))
    const { queue } = device
    const made: GPUBuffer[] = []
    const started: Started[] = []
    try {
      for (let done = 0; ; ) {
        const from = done
        done = Math.min(from + STEPS_PER_SUBMIT, steps)
        await whileWatching(device, () => {
          if (from === 0) started.push(start(problem, cases, made))
          const [{ submit, landing }] = started
          submit(from, done)
          const work =
            done === steps ? landing.mapAsync(GPUMapMode.READ) : queue.onSubmittedWorkDone()
          return whileNudging(queue, work)
        })
        if (done > 0) onProgress?.(done, steps)
        if (done === steps) break
        throwIfAborted(signal)
      }
      const [{ landing }] = started
      const numbers = new Float32Array(landing.getMappedRange().slice(0))
      const at = (steps + 1) * cases
      return {
        lse: numbers.subarray(0, at),
        moved: numbers.subarray(at, at + columns),
        first: numbers.subarray(at + width, at + width + columns),
        paddedCases: cases,
      }
    } finally {
      for (const buffer of made) buffer.destroy()
    }
  }

  const likelihood = (problem: SoftmaxFit, u: ArrayLike<number>, lse: Float32Array): number =>
    problem.weight.reduce((sum, weight, t) => sum + weight * lse[t], 0) -
    targetPart(catalog, problem, u).loss

  const failed = (error: unknown) =>
    NearsideError.from(error, 'engine-failed', 'The softmax on WebGPU failed')

  return {
    engine: 'wgsl',
    async evaluate(cases, u) {
      checkCases(cases, u, columns, items)
      const still = new Float32Array(columns)
      const problem = { ...cases, mean: u, precision: still, stepSize: still, steps: 1 }
      try {
        // Adam's first moment starts at zero: after one step it is the gradient.
        const { lse, first } = await run(problem, {})
        return { loss: likelihood(problem, u, lse), gradient: Float64Array.from(first) }
      } catch (error) {
        throw failed(error)
      }
    },
    async fit(problem, options = {}): Promise<FitResult> {
      checkFit(problem, columns, items)
      throwIfAborted(options.signal)
      try {
        const { lse, moved, paddedCases } = await run(problem, options)
        const parameters = problem.mean.map((mean, j) => mean + moved[j])
        const after = lse.subarray(problem.steps * paddedCases)
        return finishFit(
          parameters,
          likelihood(problem, problem.mean, lse),
          likelihood(problem, parameters, after) + priorLoss(problem, moved),
        )
      } catch (error) {
        throw failed(error)
      }
    },
    dispose,
  }
}
