/** @module Jobs on WebGPU that compute wrongly, or can't be had, are done by the processor. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createMlp } from '../learning/learners/mlp.ts'
import { encode } from '../model/encoder.ts'
import { createRandom } from '../model/random.ts'
import { tinyModel } from '../model/tinyModel.ts'
import { createCheckedEncoder, createCheckedTrainer } from './checkedJobs.ts'
import { testHistory } from './encoder/testHistories.ts'
import { testExamples } from './mlp/testExamples.ts'
import { nodeAdapter } from './testGpu.ts'
import { webgpuJobs } from './webgpuJobs.ts'

const model = tinyModel(20)
const history = testHistory(20, 20, 1)
const { time: now } = history[19]
const wanted = encode(model, history, now)

afterEach(() => vi.restoreAllMocks())

describe('a device that reads back zeros', async () => {
  const device = await (await nodeAdapter('null'))?.requestDevice()
  const zeros = () =>
    vi
      .spyOn(GPUBuffer.prototype, 'getMappedRange')
      .mockImplementation((_, bytes) => new ArrayBuffer(bytes ?? 0))

  test.skipIf(!device)('is found out before its first answer', async () => {
    zeros()
    const wrong = { code: 'engine-unavailable', message: /computes wrongly/ }
    for (const created of [
      createCheckedEncoder(device as GPUDevice, model),
      createCheckedTrainer(device as GPUDevice, 4),
    ])
      await expect(created).rejects.toMatchObject({
        ...wrong,
        message: expect.stringMatching(wrong.message),
      })
  })

  test.skipIf(!device)('leaves both jobs to the processor, with its bits', async () => {
    zeros()
    const jobs = webgpuJobs(device as GPUDevice)
    const encoder = await jobs.encoder(model)
    expect(await encoder.encode([{ history, now }])).toEqual(wanted)
    const plain = createMlp(4, createRandom(1))
    const trainer = await jobs.network(4)
    const batch = testExamples(4, 60, 2)
    const learned = await trainer.learn(plain.snapshot(), batch)
    plain.learn(batch)
    expect(learned).toEqual(plain.snapshot())
  })
})

describe('on llvmpipe', async () => {
  const device = await (await nodeAdapter('software'))?.requestDevice()

  test.skipIf(!device)('a table beyond the device’s buffers is searched all the same', async () => {
    const small = new Proxy(device as GPUDevice, {
      get: (of, key) =>
        key === 'limits' ? { maxStorageBufferBindingSize: 64 } : Reflect.get(of, key),
    })
    const table = { columns: 4, vectors: Float32Array.from({ length: 400 }, (_, i) => i % 7) }
    const search = await webgpuJobs(small).topK(table)
    expect((await search.top(Float32Array.of(1, 0, 0, 0), 2)).scores).toEqual(Float32Array.of(6, 6))
    const encoder = await webgpuJobs(small).encoder(model)
    expect(await encoder.encode([{ history, now }])).toEqual(wanted)
  })
})
