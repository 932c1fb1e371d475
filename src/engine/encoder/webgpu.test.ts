/** @module The encoder on WebGPU in Node: right on llvmpipe, by exact counts there and on the null backend. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { encode } from '../../core/model/encoder.ts'
import { tinyModel } from '../../core/model/tinyModel.ts'
import { countGpuCalls } from '../gpuCalls.ts'
import { countingRigs, nodeAdapter } from '../testGpu.ts'
import { readZeros } from '../testReads.ts'
import type { Moment } from './historyEncoder.ts'
import { testHistory } from './testHistories.ts'
import { createWebgpuEncoder, type WebgpuEncoder } from './webgpu.ts'

const ITEMS = 300
const model = tinyModel(ITEMS)
const LATER = 50_000_000

/** Largest difference from the plain loops, each of which starts anew. */
async function gap(encoder: WebgpuEncoder, moments: readonly Moment[]): Promise<number> {
  const given = await encoder.encode(moments)
  const wanted = moments.flatMap(({ history, now }) => [...encode(model, history, now)])
  expect(given).toHaveLength(wanted.length)
  // Math.max keeps a NaN, which no tolerance admits.
  return given.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i])), 0)
}

describe('on llvmpipe', async () => {
  const device = await (await nodeAdapter('software'))?.requestDevice()
  const create = () => createWebgpuEncoder(device as GPUDevice, model)

  test.skipIf(!device)('after each of 120 events, as the window slides', async () => {
    const encoder = await create()
    const history = testHistory(120, ITEMS, 1)
    for (let length = 0; length <= history.length; length++) {
      const part = history.slice(0, length)
      const now = (part.at(-1)?.time ?? 0) + (length % 3) * LATER
      expect(await gap(encoder, [{ history: part, now }])).toBeLessThan(1e-5)
    }
    encoder.dispose()
  })

  test.skipIf(!device)('what is forgotten, and what an older case asks for', async () => {
    const encoder = await create()
    const history = testHistory(30, 12, 2)
    const { time } = history[29]
    const without = history.filter(({ item }) => item !== history[20].item)
    for (const part of [history, without, history.slice(0, 11), [], history])
      expect(await gap(encoder, [{ history: part, now: time }])).toBeLessThan(1e-5)
    encoder.dispose()
  })

  test.skipIf(!device)('the cases of a fit at once, empty ones among them', async () => {
    const encoder = await create()
    const history = testHistory(70, ITEMS, 3)
    const moments = history.map(({ time }, i) => ({ history: history.slice(0, i), now: time }))
    expect(await gap(encoder, moments)).toBeLessThan(1e-5)
    encoder.dispose()
  })

  test.skipIf(!device)('more shoppers than states are kept for', async () => {
    const encoder = await create()
    const moments = Array.from({ length: 130 }, (_, i) => {
      const history = testHistory(50, ITEMS, 10 + i)
      return { history, now: history[49].time + LATER }
    })
    expect(await gap(encoder, moments)).toBeLessThan(1e-5)
    // The first are computed anew, the last are still there.
    expect(await gap(encoder, [...moments.slice(0, 5), ...moments.slice(-5)])).toBeLessThan(1e-5)
    encoder.dispose()
  })

  test.skipIf(!device)('questions that overlap are answered one after the other', async () => {
    const encoder = await create()
    const history = testHistory(20, ITEMS, 4)
    const gaps = await Promise.all(
      history.map(({ time }, i) => gap(encoder, [{ history: history.slice(0, i + 1), now: time }])),
    )
    expect(Math.max(...gaps)).toBeLessThan(1e-5)
    encoder.dispose()
  })
})

describe.each(countingRigs(500))('counts on %s', async (_, rig, events) => {
  const device = await (await nodeAdapter(rig))?.requestDevice()
  beforeEach(() => {
    if (rig === 'null') readZeros()
  })
  afterEach(() => vi.restoreAllMocks())

  test.skipIf(!device)(
    'events are eight dispatches, a submit, a write and a readback each, and no memory',
    async () => {
      const whole = countGpuCalls()
      const encoder = await createWebgpuEncoder(device as GPUDevice, model)
      const history = testHistory(50 + events, ITEMS, 5)
      const ask = (length: number) =>
        encoder.encode([{ history: history.slice(0, length), now: history[length - 1].time }])
      await ask(50)
      const { calls, stop } = countGpuCalls()
      const write = vi.spyOn(GPUQueue.prototype, 'writeBuffer')
      for (let length = 51; length <= 50 + events; length++) await ask(length)
      stop()
      // Of each event's two states, some were there already.
      const head = 4 + 51
      const sizes = write.mock.calls.map(([, , , , size]) => Number(size) - head)
      write.mockRestore()
      expect(sizes.every((words) => words === 4 || words === 8 || words === 0)).toBe(true)
      expect(sizes.filter((words) => words === 8).length).toBeGreaterThan(events / 2)
      expect(calls).toEqual({
        dispatches: 8 * events,
        submits: events,
        bufferCreations: 0,
        bufferDestructions: 0,
        liveBytes: 0,
        bindGroupCreations: 0,
        pipelineCreations: 0,
        bufferWrites: events,
        bytesWritten: sizes.reduce((sum, words) => sum + 4 * (words + head), 0),
        readbacks: events,
      })
      encoder.dispose()
      whole.stop()
      expect(whole.calls.liveBytes).toBe(0)
    },
  )

  test.skipIf(!device)('64 cases are one submit and one readback', async () => {
    const encoder = await createWebgpuEncoder(device as GPUDevice, model)
    const history = testHistory(64, ITEMS, 6)
    const { calls, stop } = countGpuCalls()
    await encoder.encode(
      history.map(({ time }, i) => ({ history: history.slice(0, i + 1), now: time })),
    )
    stop()
    expect(calls).toMatchObject({ dispatches: 8, submits: 1, bufferWrites: 1, readbacks: 1 })
    encoder.dispose()
  })
})
