/** @module Jobs on WebGPU that compute wrongly, or can't be had, are done by the processor. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { encode } from '../core/model/encoder.ts'
import { tinyModel } from '../core/model/tinyModel.ts'
import {
  createCheckedEncoder,
  createCheckedSoftmax,
  createCheckedTopK,
  createCheckedTower,
  createCheckedTrainer,
} from './checkedJobs.ts'
import { testHistory } from './encoder/testHistories.ts'
import { wasmJobs } from './processorJobs.ts'
import { softmaxTest } from './softmax/testFit.ts'
import { nodeAdapter } from './testGpu.ts'
import { answerOf, type JobName, jobNames } from './testJobs.ts'
import { readZeros } from './testReads.ts'
import { towerProblem, WORKLOAD_T } from './tower/testTower.ts'
import { webgpuJobs } from './webgpuJobs.ts'

const model = tinyModel(20)
const history = testHistory(20, 20, 1)
const { time: now } = history[19]
const wanted = encode(model, history, now)

afterEach(() => vi.restoreAllMocks())

describe('a device that reads back zeros', async () => {
  const device = (await (await nodeAdapter('null'))?.requestDevice()) as GPUDevice
  const { catalog } = softmaxTest({
    ...{ seed: 1, items: 60, columns: 8 },
    cases: 1,
    steps: 1,
    int8: true,
  })
  const tower = towerProblem({ ...WORKLOAD_T, cases: 4, candidates: 5, inputs: 3 }, 20, 1, 1)

  test.skipIf(!device).each<[string, () => Promise<unknown>]>([
    ['top k', () => createCheckedTopK(device, catalog)],
    ['softmax', () => createCheckedSoftmax(device, catalog)],
    ['tower', () => createCheckedTower(device, tower, 9)],
    ['encoder', () => createCheckedEncoder(device, model)],
    ['network', () => createCheckedTrainer(device, 4)],
  ])('is found out before its first answer: %s', async (name, created) => {
    readZeros()
    await expect(created()).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: expect.stringMatching(`${name} on WebGPU computes wrongly`),
    })
  })

  test.skipIf(!device).each(jobNames)('leaves %s to the processor, with its bits', async (name) => {
    readZeros()
    const given = await answerOf(name, webgpuJobs(device))
    expect(given).toEqual(await answerOf(name, wasmJobs(null)))
  })
})

describe('on llvmpipe', async () => {
  const device = await (await nodeAdapter('software'))?.requestDevice()

  test.skipIf(!device).each<[JobName, string, string]>([
    ['topK', 'keys[row] = key;', 'keys[row] = ~key;'],
    ['topK', 'if (keys[row] < bound)', 'if (row % 2u == 0u || keys[row] < bound)'],
    ['softmax', 'state[j] - fixed[j]', 'state[j] + fixed[j]'],
    ['softmax', 'let moved = state[j] -', 'let moved = state[j] +'],
    ['tower', 'weights[w] -= plan.x', 'weights[w] += plan.x'],
    ['tower', 'scores[start] -=', 'scores[start] +='],
    ['ranking', 'keys[row] = key;', 'keys[row] = ~key;'],
    ['network', 'exp(', 'exp(-'],
  ])('%s whose shader is wrong is found out: %s', async (name, right, wrong) => {
    const create = GPUDevice.prototype.createShaderModule
    let changed = 0
    vi.spyOn(GPUDevice.prototype, 'createShaderModule').mockImplementation(function (
      this: GPUDevice,
      descriptor,
    ) {
      const code = descriptor.code.replace(right, wrong)
      if (code !== descriptor.code) changed++
      return create.call(this, { ...descriptor, code })
    })
    const given = await answerOf(name, webgpuJobs(device as GPUDevice))
    expect(changed).toBe(1)
    expect(given).toEqual(await answerOf(name, wasmJobs(null)))
  })

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
