/** @module The encoder on the browser's WebGPU, a software adapter in tests, and its place in `auto`. */
import { expect, test } from 'vitest'
import { encode } from '../../core/model/encoder.ts'
import { tinyModel } from '../../core/model/tinyModel.ts'
import { isSoftware } from '../adapter.ts'
import { chooseEngine } from '../choose.ts'
import { testHistory } from './testHistories.ts'
import { createWebgpuEncoder } from './webgpu.ts'

const ITEMS = 40
const model = tinyModel(ITEMS)

const found = await navigator.gpu.requestAdapter()
const onSoftware = !found || isSoftware(found)

test('is that of the plain loops, event after event and at once', async () => {
  const adapter = await navigator.gpu.requestAdapter()
  const device = await adapter?.requestDevice()
  if (!device) throw new Error('this browser has no WebGPU')
  const encoder = await createWebgpuEncoder(device, model)
  const history = testHistory(60, ITEMS, 1)
  const moments = history.map(({ time }, i) => ({ history: history.slice(0, i), now: time }))
  const wanted = moments.flatMap(({ history: part, now }) => [...encode(model, part, now)])
  const expectSame = (given: Float32Array, from: number) =>
    given.forEach((value, j) => {
      expect(Math.abs(value - wanted[64 * from + j])).toBeLessThan(1e-5)
    })
  for (const i of [1, 2, 3, 50, 51, 52]) expectSame(await encoder.encode([moments[i]]), i)
  expectSame(await encoder.encode(moments), 0)
  encoder.dispose()
  device.destroy()
})

test.skipIf(!onSoftware)(
  'left to choose, a software adapter encodes nothing: WebAssembly does',
  async () => {
    const { engine } = await chooseEngine('auto')
    expect(engine.name).toBe('wasm')
    const encoder = await engine.encoder(model)
    const history = testHistory(9, ITEMS, 2)
    const now = history[8].time
    expect(await encoder.encode([{ history, now }])).toEqual(encode(model, history, now))
  },
)
