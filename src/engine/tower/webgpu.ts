/** @module The user tower on WebGPU: seven dispatches a step, twenty steps a submit, one readback. */
import { NearsideError } from '../../core/error.ts'
import { adamSchedule } from '../adam.ts'
import { setUpWatched, whileWatching } from '../gpuErrors.ts'
import { bindKernels } from '../gpuKernels.ts'
import { whileNudging } from '../nudge.ts'
import { BINDINGS, type BindingName, KERNELS, planTower, towerShader, WORKGROUP } from './shader.ts'
import { checkTower, type TowerEngine, type TowerProblem, weightCount } from './tower.ts'

const STEPS_PER_SUBMIT = 20

/**
 * @param device stays its owner's; must allow buffers of the table's size
 * @param maxSteps the most that `train` will be asked for
 * @throws NearsideError `input-invalid`, `engine-unavailable`
 */
export function createWebgpuTower(
  device: GPUDevice,
  problem: TowerProblem,
  maxSteps: number,
): Promise<TowerEngine> {
  return setUpWatched(device, () => setUp(device, problem, maxSteps))
}

async function setUp(
  device: GPUDevice,
  problem: TowerProblem,
  maxSteps: number,
): Promise<TowerEngine> {
  const batches = checkTower(problem)
  const plan = planTower(problem)
  const weights = weightCount(problem)
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage
  const make = (numbers: number) =>
    device.createBuffer({ size: 4 * numbers, usage: STORAGE | COPY_SRC | COPY_DST })
  const buffers: Record<BindingName, GPUBuffer> = {
    x: make(problem.x.length),
    ids: make(problem.candidateIds.length),
    table: make(problem.table.length),
    schedule: make(2 * maxSteps),
    weights: make(weights),
    moments: make(2 * weights),
    h: make(plan.h),
    u: make(plan.u),
    scores: make(plan.scores),
    du: make(plan.u),
    dh: make(plan.h),
    count: make(1),
  }
  const landing = device.createBuffer({ size: 4 * weights, usage: MAP_READ | COPY_DST })
  const dispose = () => {
    for (const buffer of [...Object.values(buffers), landing]) buffer.destroy()
  }
  const { queue } = device
  const { rate, epsilon } = adamSchedule(maxSteps, Float32Array.of(problem.learningRate))
  const schedule = new Float32Array(2 * maxSteps)
  rate.forEach((value, t) => {
    schedule.set([value, epsilon[t]], 2 * t)
  })
  queue.writeBuffer(buffers.x, 0, Float32Array.from(problem.x))
  queue.writeBuffer(buffers.ids, 0, Int32Array.from(problem.candidateIds))
  queue.writeBuffer(buffers.table, 0, Float32Array.from(problem.table))
  queue.writeBuffer(buffers.schedule, 0, schedule)
  const shader = { code: towerShader(problem, batches), label: 'tower' }
  const kernels = await bindKernels(device, shader, KERNELS, BINDINGS, buffers).catch((error) => {
    dispose()
    throw NearsideError.from(error, 'engine-unavailable', 'WebGPU refused the tower’s shader')
  })

  function submit(steps: number, last: boolean): void {
    const encoder = device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    for (let step = 0; step < steps; step++)
      kernels.forEach(({ pipeline, group }, i) => {
        pass.setPipeline(pipeline)
        pass.setBindGroup(0, group)
        pass.dispatchWorkgroups(Math.ceil(plan.threads[i] / WORKGROUP))
      })
    pass.end()
    if (last) encoder.copyBufferToBuffer(buffers.weights, 0, landing, 0, 4 * weights)
    queue.submit([encoder.finish()])
  }

  async function train(steps: number): Promise<Float32Array> {
    queue.writeBuffer(buffers.weights, 0, Float32Array.from(problem.start))
    queue.writeBuffer(buffers.moments, 0, new Float32Array(2 * weights))
    queue.writeBuffer(buffers.count, 0, new Uint32Array(1))
    for (let done = 0; ; done += STEPS_PER_SUBMIT) {
      const some = Math.min(STEPS_PER_SUBMIT, steps - done)
      submit(some, done + some === steps)
      if (done + some === steps) break
    }
    await whileNudging(queue, landing.mapAsync(GPUMapMode.READ))
    const trained = new Float32Array(landing.getMappedRange().slice(0))
    landing.unmap()
    if (trained.every(Number.isFinite)) return trained
    throw new NearsideError('engine-failed', 'The tower on WebGPU gave what is not a number')
  }

  return {
    async train(steps) {
      if (!(steps >= 0 && steps <= maxSteps))
        throw new NearsideError('input-invalid', `${steps} steps of at most ${maxSteps}`)
      try {
        return await whileWatching(device, () => train(steps))
      } catch (error) {
        throw NearsideError.from(error, 'engine-failed', 'The tower on WebGPU failed')
      }
    },
    dispose,
  }
}
