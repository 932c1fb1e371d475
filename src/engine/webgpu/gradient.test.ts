/**
 * @module Tests that the gradient of the fused WGSL fit, on llvmpipe, differs from the gradient in double precision by
 * at most 1e-6 of the largest component. `objective.test.ts` tests the gradient in double precision.
 */

import type { FitProblem } from '@nearside/core/learning/problem.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { centre } from '../centre.ts'
import { lossAndGradient } from '../objective.ts'
import { nodeAdapter } from '../testGpu.ts'
import { type TestShape, testProblem } from '../testProblem.ts'
import { compileFused, fixedShape } from './descent.ts'
import { BINDINGS, type BindingName, KERNELS, planKernels, WORKGROUP } from './shader.ts'

const shapes: fc.Arbitrary<TestShape> = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  cases: fc.integer({ min: 2, max: 12 }),
  candidates: fc.integer({ min: 2, max: 70 }),
  parameters: fc.integer({ min: 1, max: 40 }),
  steps: fc.constant(1),
  paddedCases: fc.integer({ min: 0, max: 1 }),
  paddedCandidates: fc.integer({ min: 0, max: 1 }),
  soft: fc.boolean(),
})

describe('the fused gradient on llvmpipe', async () => {
  const device = (await (await nodeAdapter('software'))?.requestDevice()) as GPUDevice
  const pipelines = device && (await compileFused(device))

  /** Runs one step from zero moments, after which Adam's first moment shows the gradient at q. */
  async function gradientAt(problem: FitProblem, q: Float32Array): Promise<Float32Array> {
    const { cases, candidates, parameters: P, precision } = problem
    const plan = planKernels(problem)
    const { design, offset, weight } = fixedShape(problem, centre(problem))
    const state = new Float32Array(plan.state)
    state.set(q)
    const contents: Record<BindingName, Float32Array | Int32Array> = {
      ...{ design, offset, weight, precision, state },
      shape: Int32Array.of(cases, candidates, P),
      rate: new Float32Array(P),
      epsilon: Float32Array.of(1),
      scores: new Float32Array(plan.scores),
      parts: new Float32Array(plan.parts),
      slopes: new Float32Array(plan.slopes),
    }
    const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage
    const buffers = Object.fromEntries(
      BINDINGS.map((name) => {
        const values = contents[name]
        const usage = STORAGE | COPY_SRC | COPY_DST
        const buffer = device.createBuffer({ size: values.byteLength, usage })
        device.queue.writeBuffer(buffer, 0, values.slice())
        return [name, buffer]
      }),
    ) as Record<BindingName, GPUBuffer>
    const landing = device.createBuffer({ size: 4 * P, usage: MAP_READ | COPY_DST })
    const commands = device.createCommandEncoder()
    const pass = commands.beginComputePass()
    KERNELS.forEach(({ uses }, i) => {
      const entries = uses.map((name) => ({
        binding: BINDINGS.indexOf(name),
        resource: { buffer: buffers[name] },
      }))
      const layout = pipelines[i].getBindGroupLayout(0)
      pass.setPipeline(pipelines[i])
      pass.setBindGroup(0, device.createBindGroup({ layout, entries }))
      pass.dispatchWorkgroups(Math.ceil(plan.threads[i] / WORKGROUP))
    })
    pass.end()
    commands.copyBufferToBuffer(buffers.state, 4 * P, landing, 0, 4 * P)
    device.queue.submit([commands.finish()])
    await landing.mapAsync(GPUMapMode.READ)
    const gradient = new Float32Array(landing.getMappedRange().slice(0))
    for (const buffer of [landing, ...Object.values(buffers)]) buffer.destroy()
    return gradient
  }

  test.skipIf(!device)('the fused gradient agrees with double precision at any q', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const problem = testProblem(shape)
        const centred = centre(problem)
        const q = Float32Array.from({ length: problem.parameters }, (_, j) => 0.3 * Math.sin(j + 1))
        const wanted = new Float64Array(q.length)
        lossAndGradient(centred, Float64Array.from(q), wanted)
        const given = await gradientAt(problem, q)
        const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
        wanted.forEach((value, j) => {
          expect(Math.abs(given[j] - value)).toBeLessThanOrEqual(1e-6 * (1 + largest))
        })
      }),
      { numRuns: 30, endOnFailure: true },
    )
  })
})
