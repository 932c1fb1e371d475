/** @module The network on the browser's WebGPU, a software adapter in tests. */
import { expect, test } from 'vitest'
import { createRandom } from '../../core/model/random.ts'
import { createMlp } from '../../core/personal/learners/mlp.ts'
import { testExamples } from './testExamples.ts'
import { createWebgpuTrainer } from './webgpu.ts'

test('learns and predicts what the plain loops do', async () => {
  const adapter = await navigator.gpu.requestAdapter()
  const device = await adapter?.requestDevice()
  if (!device) throw new Error('this browser has no WebGPU')
  const trainer = await createWebgpuTrainer(device, 38)
  const plain = createMlp(38, createRandom(1))
  const before = plain.snapshot()
  const batch = testExamples(38, 230, 2)
  plain.learn(batch)
  const after = plain.snapshot()
  const learned = await trainer.learn(before, batch)
  after.weights.forEach((weight, k) => {
    expect(Math.abs(learned.weights[k] - weight)).toBeLessThan(1e-5)
  })
  const rows = batch.map(({ x }) => x)
  const given = await trainer.predict(learned, rows)
  rows.forEach((x, e) => {
    expect(Math.abs(given[e] - plain.predict(x))).toBeLessThan(1e-5)
  })
  trainer.dispose()
  device.destroy()
})
