/** @module The network on WebGPU in Node: right on llvmpipe, by exact counts there and on the null backend. */
import { describe, expect, test, vi } from 'vitest'
import { createRandom } from '../../core/model/random.ts'
import { createMlp, type MlpSnapshot } from '../../core/personal/learners/mlp.ts'
import { countGpuCalls } from '../gpuCalls.ts'
import { countingRigs, nodeAdapter } from '../testGpu.ts'
import { readZeros } from '../testReads.ts'
import type { NetworkTrainer } from './networkTrainer.ts'
import { testExamples } from './testExamples.ts'
import { createWebgpuTrainer } from './webgpu.ts'

/** As many as the ranker has features. */
const INPUTS = 38

// Math.max keeps a NaN, which no tolerance admits.
const gapOf = (given: ArrayLike<number>, wanted: ArrayLike<number>) =>
  Array.from(given).reduce((most, value, k) => Math.max(most, Math.abs(value - wanted[k])), 0)

describe('on llvmpipe', async () => {
  const device = await (await nodeAdapter('software'))?.requestDevice()

  async function expectSame(
    trainer: NetworkTrainer,
    inputs: number,
    sizes: readonly number[],
  ): Promise<void> {
    const plain = createMlp(inputs, createRandom(inputs))
    let network: MlpSnapshot = plain.snapshot()
    const rows = testExamples(inputs, 70, 1).map(({ x }) => x)
    for (const [round, size] of sizes.entries()) {
      const batch = testExamples(inputs, size, 2 + round)
      plain.learn(batch)
      network = await trainer.learn(network, batch)
      const wanted = plain.snapshot()
      expect(network.steps).toBe(wanted.steps)
      expect(gapOf(network.weights, wanted.weights)).toBeLessThan(1e-5)
      expect(gapOf(network.first, wanted.first)).toBeLessThan(1e-5)
      expect(gapOf(network.second, wanted.second)).toBeLessThan(1e-5)
    }
    const given = await trainer.predict(network, rows)
    expect(gapOf(given, rows.map(plain.predict))).toBeLessThan(1e-5)
  }

  test.skipIf(!device).each([1, 7, INPUTS])(
    'with %i inputs: batches that fill steps and that do not',
    async (inputs) => {
      const trainer = await createWebgpuTrainer(device as GPUDevice, inputs)
      await expectSame(trainer, inputs, [50, 1, 0, 49, 51, 120])
      trainer.dispose()
    },
  )

  test.skipIf(!device)('more examples than one upload takes', async () => {
    const trainer = await createWebgpuTrainer(device as GPUDevice, 3)
    const plain = createMlp(3, createRandom(1))
    const from = plain.snapshot()
    const batch = testExamples(3, 5230, 9)
    plain.learn(batch)
    const { weights, steps } = await trainer.learn(from, batch)
    expect(steps).toBe(105)
    expect(gapOf(weights, plain.snapshot().weights)).toBeLessThan(1e-4)
    const rows = batch.map(({ x }) => x)
    const given = await trainer.predict(plain.snapshot(), rows)
    expect(gapOf(given, rows.map(plain.predict))).toBeLessThan(1e-5)
    trainer.dispose()
  })

  test.skipIf(!device)('gives the same bits again, from calls that overlap too', async () => {
    const trainer = await createWebgpuTrainer(device as GPUDevice, INPUTS)
    const from = createMlp(INPUTS, createRandom(1)).snapshot()
    const batch = testExamples(INPUTS, 130, 3)
    const [one, two] = await Promise.all([trainer.learn(from, batch), trainer.learn(from, batch)])
    expect(two).toEqual(one)
    trainer.dispose()
  })

  test.skipIf(!device)('refuses what it was not made for', async () => {
    const trainer = await createWebgpuTrainer(device as GPUDevice, 5)
    const from = createMlp(5, createRandom(1)).snapshot()
    const other = createMlp(6, createRandom(1)).snapshot()
    for (const asked of [
      trainer.learn(other, []),
      trainer.learn(from, testExamples(6, 3, 1)),
      trainer.predict(from, [Float32Array.of(1, 2, Number.NaN, 4, 5)]),
    ])
      await expect(asked).rejects.toMatchObject({ code: 'input-invalid' })
    trainer.dispose()
  })
})

describe.each(countingRigs(100))('counts on %s', async (_, rig) => {
  const device = await (await nodeAdapter(rig))?.requestDevice()

  test.skipIf(!device)(
    'a hundred steps: five dispatches each, a submit for twenty, and one readback',
    async () => {
      const whole = countGpuCalls()
      const trainer = await createWebgpuTrainer(device as GPUDevice, INPUTS)
      const from = createMlp(INPUTS, createRandom(1)).snapshot()
      const batch = testExamples(INPUTS, 5000, 4)
      if (rig === 'null') readZeros()
      const { calls, stop } = countGpuCalls()
      await trainer.learn(from, batch)
      stop()
      vi.restoreAllMocks()
      expect(calls).toMatchObject({
        dispatches: 5 * 100,
        // The last hands back the network.
        submits: 100 / 20 + 1,
        bufferCreations: 0,
        bufferDestructions: 0,
        liveBytes: 0,
        bindGroupCreations: 0,
        pipelineCreations: 0,
        // Before the first step: network, two moments, examples, answers, step count, step sizes.
        bufferWrites: 7,
        readbacks: 1,
      })
      trainer.dispose()
      whole.stop()
      expect(whole.calls.liveBytes).toBe(0)
    },
  )
})
