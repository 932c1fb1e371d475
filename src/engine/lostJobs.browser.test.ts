/** @module Jobs set up on a GPU that is lost: WebAssembly goes on with them, and it is said once. */
import { expect, test } from 'vitest'
import { createMlp } from '../learning/learners/mlp.ts'
import { encode } from '../model/encoder.ts'
import { createRandom } from '../model/random.ts'
import { tinyModel } from '../model/tinyModel.ts'
import { chooseEngine, thisDevice } from './choose.ts'
import { testHistory } from './encoder/testHistories.ts'
import { testExamples } from './mlp/testExamples.ts'
import { createJsTopK } from './topk/js.ts'

const ITEMS = 40
const INPUTS = 6
const model = tinyModel(ITEMS)
const table = { columns: 64, vectors: model.itemVectors }
const history = testHistory(30, ITEMS, 1)
const moment = (length: number) => ({
  history: history.slice(0, length),
  now: history[length - 1].time,
})
const hOf = (length: number) => encode(model, history.slice(0, length), moment(length).now)

async function onGpu() {
  const adapter = await navigator.gpu.requestAdapter()
  if (!adapter) throw new Error('this browser has no WebGPU')
  const devices: GPUDevice[] = []
  const watched = {
    info: adapter.info,
    limits: adapter.limits,
    async requestDevice(descriptor?: GPUDeviceDescriptor) {
      const device = await adapter.requestDevice(descriptor)
      devices.push(device)
      return device
    },
  }
  const environment = {
    ...thisDevice(),
    gpu: { requestAdapter: async () => watched },
    size: { cases: 4, candidates: 8, parameters: 6, steps: 2 },
  }
  const changes: string[] = []
  const { engine } = await chooseEngine('webgpu', environment, ({ reason }) => changes.push(reason))
  expect(engine.name).toBe('wgsl')
  const jobs = {
    encoder: await engine.encoder(model),
    ranking: await engine.ranking(model, table),
    network: await engine.network(INPUTS),
  }
  const given = await jobs.encoder.encode([moment(20)])
  given.forEach((value, j) => {
    expect(Math.abs(value - hOf(20)[j])).toBeLessThan(1e-5)
  })
  return { engine, jobs, changes, device: devices[0] }
}

test.each(['between two questions', 'in the middle of one'])('%s', async (when) => {
  const { engine, jobs, changes, device } = await onGpu()
  if (when === 'between two questions') device.destroy()
  const plain = createMlp(INPUTS, createRandom(1))
  const batch = testExamples(INPUTS, 70, 2)
  const asked = Promise.all([
    jobs.encoder.encode([moment(21)]),
    jobs.ranking.top(moment(22), 5),
    jobs.network.learn(plain.snapshot(), batch),
  ])
  if (when === 'in the middle of one') device.destroy()
  const [h, top, network] = await asked
  expect(h).toEqual(hOf(21))
  expect(top.ids).toEqual((await createJsTopK(table).top(hOf(22), 5)).ids)
  plain.learn(batch)
  expect(network).toEqual(plain.snapshot())
  expect(engine.name).toBe('wasm')
  expect(changes).toEqual([expect.stringMatching(/^WebGPU: .*; using WASM$/)])
  engine.dispose()
})
