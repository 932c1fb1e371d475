/**
 * @module The user tower's gradient: plain loops against automatic differentiation, and both kernels
 * against those, within 1e-6 of the largest.
 */
import * as autodiff from '@tensorflow/tfjs'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { nodeAdapter } from '../testGpu.ts'
import { createTowerGradient } from './js.ts'
import { towerProblem, WORKLOAD_T } from './testTower.ts'
import type { TowerProblem, TowerShape } from './tower.ts'
import { createWasmTower } from './wasm.ts'
import { createWebgpuTower } from './webgpu.ts'

const problems = fc
  .tuple(
    fc.record<TowerShape>({
      cases: fc.integer({ min: 1, max: 9 }),
      candidates: fc.integer({ min: 2, max: 11 }),
      inputs: fc.integer({ min: 1, max: 9 }),
      hidden: fc.constantFrom(8, 16, 24),
      outputs: fc.constantFrom(8, 16, 40),
    }),
    fc.integer({ min: 1, max: 1e6 }),
  )
  .map(([shape, seed]) => towerProblem(shape, 30, 1, seed))

afterEach(() => vi.restoreAllMocks())

/** At the problem's start. */
const plainGradient = (problem: TowerProblem) =>
  createTowerGradient(problem)(Float64Array.from(problem.start), 0)

function expectClose(given: ArrayLike<number>, wanted: ArrayLike<number>): void {
  const largest = Array.from(wanted).reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  expect(given.length).toBe(wanted.length)
  for (let j = 0; j < wanted.length; j++)
    expect(Math.abs(given[j] - wanted[j])).toBeLessThanOrEqual(1e-6 * largest)
}

/** The formula in `tower.ts`, left to autodiff. */
function autodiffGradient(problem: TowerProblem): Float32Array {
  const { cases, candidates, inputs, hidden, outputs, start, table, x, candidateIds } = problem
  const lower = (inputs + 1) * hidden
  return autodiff.tidy(() => {
    const ones = autodiff.ones([cases, 1])
    const items = autodiff
      .gather(autodiff.tensor(table, [table.length / outputs, outputs]), candidateIds)
      .reshape([cases, candidates, outputs])
    const loss = (w: autodiff.Tensor) => {
      const first = w.slice([0], [lower]).reshape([inputs + 1, hidden])
      const second = w.slice([lower], [(hidden + 1) * outputs]).reshape([hidden + 1, outputs])
      const input = autodiff.concat([autodiff.tensor(x, [cases, inputs]), ones], 1)
      const h = autodiff.concat([input.matMul(first).relu(), ones], 1)
      const u = h.matMul(second).reshape([cases, outputs, 1])
      const scores = autodiff.matMul(items, u).reshape([cases, candidates])
      return autodiff.logSoftmax(scores).slice([0, 0], [cases, 1]).mean().neg()
    }
    return autodiff
      .grad(loss as (w: autodiff.Tensor) => autodiff.Tensor)(autodiff.tensor(start))
      .dataSync() as Float32Array
  })
}

test('of plain JavaScript', async () => {
  await autodiff.setBackend('cpu')
  fc.assert(
    fc.property(problems, (problem) => {
      expectClose(autodiffGradient(problem), plainGradient(problem))
    }),
    { numRuns: 10, endOnFailure: true },
  )
})

test('of WebAssembly', async () => {
  const { instantiate } = WebAssembly
  let gradient = new Float32Array()
  vi.spyOn(WebAssembly, 'instantiate').mockImplementation((async (
    module: WebAssembly.Module,
    imports: { tower: { memory: WebAssembly.Memory } },
  ) => {
    const { exports } = await instantiate(module, imports as never)
    const adam = exports.adam as (...given: number[]) => void
    // What its last kernel is given: places of the weights and of their gradient, then the rest.
    const watching = (weights: number, at: number, ...rest: number[]) => {
      gradient = new Float32Array(imports.tower.memory.buffer, at, (at - weights) / 4).slice()
      adam(weights, at, ...rest)
    }
    return { exports: { ...exports, adam: watching } }
  }) as never)
  await fc.assert(
    fc.asyncProperty(problems, async (problem) => {
      await (await createWasmTower(problem)).train(1)
      expectClose(gradient.subarray(0, problem.start.length), plainGradient(problem))
    }),
    { numRuns: 40, endOnFailure: true },
  )
})

describe('on llvmpipe', async () => {
  const device = (await (await nodeAdapter('software'))?.requestDevice()) as GPUDevice

  // Each shape has a shader of its own. Of short loops llvmpipe makes very long ones to compile.
  test
    .skipIf(!device)
    .each([WORKLOAD_T, { ...WORKLOAD_T, cases: 21, candidates: 17, inputs: 33, outputs: 40 }])(
    'of WGSL: $cases cases',
    async (shape) => {
      const problem = towerProblem(shape, 30, 1, 3)
      const create = vi.spyOn(GPUDevice.prototype, 'createBuffer')
      const tower = await createWebgpuTower(device, problem, 1)
      const size = 8 * problem.start.length
      // Of two moments a weight; after one step the first of them is the gradient.
      const moments = create.mock.results
        .map(({ value }) => value as GPUBuffer)
        .find((buffer) => buffer.size === size) as GPUBuffer
      create.mockRestore()
      await tower.train(1)
      const landing = device.createBuffer({
        size: size / 2,
        usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      })
      const commands = device.createCommandEncoder()
      commands.copyBufferToBuffer(moments, 0, landing, 0, size / 2)
      device.queue.submit([commands.finish()])
      await landing.mapAsync(GPUMapMode.READ)
      expectClose(new Float32Array(landing.getMappedRange().slice(0)), plainGradient(problem))
      landing.destroy()
      tower.dispose()
    },
  )
})
