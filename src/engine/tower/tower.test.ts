/** @module The user tower: plain loops against differences, the kernels against those, and counts. */
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { countGpuCalls } from '../gpuCalls.ts'
import { countingRigs, nodeAdapter } from '../testGpu.ts'
import { readZeros } from '../testReads.ts'
import { createJsTower } from './js.ts'
import { towerProblem, WORKLOAD_T } from './testTower.ts'
import type { TowerProblem, TowerShape } from './tower.ts'
import { createWasmTower } from './wasm.ts'
import { createWebgpuTower } from './webgpu.ts'

const shapes: fc.Arbitrary<TowerShape> = fc.record({
  cases: fc.integer({ min: 1, max: 9 }),
  candidates: fc.integer({ min: 1, max: 11 }),
  inputs: fc.integer({ min: 1, max: 9 }),
  hidden: fc.constantFrom(8, 16, 24),
  outputs: fc.constantFrom(8, 16, 40),
})

function largestGap(a: Float32Array, b: Float32Array): number {
  return a.reduce((gap, value, i) => Math.max(gap, Math.abs(value - b[i])), 0)
}

/** L of one batch at the problem's start, written out. */
function loss(problem: TowerProblem): number {
  const { cases, candidates, inputs, hidden, outputs, table, x, candidateIds, start } = problem
  let sum = 0
  for (let b = 0; b < cases; b++) {
    const h = Array.from({ length: hidden }, (_, k) => {
      let z = start[inputs * hidden + k]
      for (let i = 0; i < inputs; i++) z += x[b * inputs + i] * start[i * hidden + k]
      return Math.max(z, 0)
    })
    const upper = (inputs + 1) * hidden
    const u = Array.from({ length: outputs }, (_, j) =>
      h.reduce(
        (z, value, k) => z + value * start[upper + k * outputs + j],
        start[upper + hidden * outputs + j],
      ),
    )
    const exps = Array.from({ length: candidates }, (_, c) => {
      const item = candidateIds[b * candidates + c] * outputs
      return Math.exp(u.reduce((z, value, j) => z + value * table[item + j], 0))
    })
    sum -= Math.log(exps[0] / exps.reduce((a, e) => a + e))
  }
  return sum / cases
}

test('a step of plain JavaScript goes against the slope of the loss', async () => {
  await fc.assert(
    fc.asyncProperty(shapes, fc.integer({ min: 1, max: 1e6 }), async (shape, seed) => {
      const problem = towerProblem(shape, 30, 1, seed)
      const moved = await createJsTower(problem).train(1)
      const at = seed % problem.start.length
      const here = loss(problem)
      const slopes = [2 ** -12, -(2 ** -12)].map((by) => {
        const start = problem.start.with(at, problem.start[at] + by)
        return (loss({ ...problem, start }) - here) / (start[at] - problem.start[at])
      })
      // Near 0 Adam's first step has no sure sign, nor has a slope beside the bend of a ReLU.
      const [slope, other] = slopes
      if (Math.abs(slope) < 1e-3 || Math.abs(slope - other) > 0.1 * Math.abs(slope)) return
      expect(Math.sign(moved[at] - problem.start[at])).toBe(-Math.sign(slope))
    }),
    { numRuns: 60 },
  )
})

test('training lowers the loss', async () => {
  const problem = towerProblem(WORKLOAD_T, 500, 1, 2)
  const start = await createJsTower(problem).train(60)
  expect(loss({ ...problem, start })).toBeLessThan(0.8 * loss(problem))
})

test('WebAssembly ends where plain JavaScript ends, and again with the same bits', async () => {
  await fc.assert(
    fc.asyncProperty(shapes, fc.integer({ min: 1, max: 1e6 }), async (shape, seed) => {
      const problem = towerProblem(shape, 50, 3, seed)
      const wasm = await createWasmTower(problem)
      const own = await wasm.train(7)
      expect(largestGap(own, await createJsTower(problem).train(7))).toBeLessThan(1e-4)
      expect(await wasm.train(7)).toEqual(own)
    }),
    { numRuns: 30 },
  )
  const problem = towerProblem(WORKLOAD_T, 2000, 4, 1)
  const own = await (await createWasmTower(problem)).train(20)
  expect(largestGap(own, await createJsTower(problem).train(20))).toBeLessThan(1e-4)
})

test('refuses shapes that do not fit', async () => {
  const problem = towerProblem(WORKLOAD_T, 50, 1, 1)
  const refused = { code: 'input-invalid' }
  for (const bad of [
    { ...problem, hidden: 63 },
    { ...problem, start: problem.start.subarray(1) },
    { ...problem, candidateIds: problem.candidateIds.with(5, 50) },
  ]) {
    expect(() => createJsTower(bad)).toThrow(expect.objectContaining(refused))
    await expect(createWasmTower(bad)).rejects.toMatchObject(refused)
  }
})

describe('on llvmpipe', async () => {
  const device = await (await nodeAdapter('software'))?.requestDevice()

  test.skipIf(!device)('WebGPU ends where plain JavaScript ends', async () => {
    const problem = towerProblem({ ...WORKLOAD_T, cases: 21, candidates: 17, inputs: 5 }, 300, 3, 1)
    const tower = await createWebgpuTower(device as GPUDevice, problem, 25)
    const own = await tower.train(25)
    expect(largestGap(own, await createJsTower(problem).train(25))).toBeLessThan(1e-4)
    expect(await tower.train(25)).toEqual(own)
    tower.dispose()
  })
})

describe.each(countingRigs(10_000))('counts on %s', async (_, rig, steps) => {
  const device = await (await nodeAdapter(rig))?.requestDevice()

  test.skipIf(!device)('many steps: seven dispatches each, a submit for twenty', async () => {
    const problem = towerProblem(WORKLOAD_T, 300, 4, 1)
    const whole = countGpuCalls()
    if (rig === 'null') readZeros()
    const tower = await createWebgpuTower(device as GPUDevice, problem, steps)
    const { calls, stop } = countGpuCalls()
    await tower.train(steps).finally(stop)
    vi.restoreAllMocks()
    const weights = problem.start.byteLength
    expect(calls).toEqual({
      dispatches: 7 * steps,
      submits: steps / 20,
      bufferCreations: 0,
      bufferDestructions: 0,
      liveBytes: 0,
      bindGroupCreations: 0,
      pipelineCreations: 0,
      // Before the first step: weights, moments, step count.
      bufferWrites: 3,
      bytesWritten: 3 * weights + 4,
      readbacks: 1,
    })
    tower.dispose()
    whole.stop()
    expect(whole.calls.liveBytes).toBe(0)
  })
})
