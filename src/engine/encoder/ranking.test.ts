/** @module A ranking on WebGPU: the list of the plain loops, and h never comes back. */
import { describe, expect, test, vi } from 'vitest'
import { encode } from '../../core/model/encoder.ts'
import { quantizeRows } from '../../core/model/quantizeRows.ts'
import { tinyModel } from '../../core/model/tinyModel.ts'
import { countGpuCalls } from '../gpuCalls.ts'
import { countingRigs, nodeAdapter } from '../testGpu.ts'
import { createJsTopK } from '../topk/js.ts'
import type { ItemTable } from '../topk/table.ts'
import { createWebgpuTopK } from '../topk/webgpu.ts'
import { testHistory } from './testHistories.ts'
import { createWebgpuEncoder } from './webgpu.ts'
import { createWebgpuRanking } from './webgpuRanking.ts'

const ITEMS = 900
const model = tinyModel(ITEMS)
const float: ItemTable = { columns: 64, vectors: model.itemVectors }
const int8: ItemTable = { columns: 64, vectors: quantizeRows(model.itemVectors, 64) }

async function rankingOn(device: GPUDevice, table: ItemTable) {
  const encoder = await createWebgpuEncoder(device, model)
  return createWebgpuRanking(encoder, await createWebgpuTopK(device, table), table)
}

describe('on llvmpipe', async () => {
  const device = await (await nodeAdapter('software'))?.requestDevice()

  test.skipIf(!device).each([
    ['float32', float],
    ['int8', int8],
  ])('%s: the best of each moment, without a history too', async (_, table) => {
    const ranking = await rankingOn(device as GPUDevice, table)
    const plain = createJsTopK(table)
    const history = testHistory(60, ITEMS, 1)
    for (const length of [0, 1, 2, 30, 60, 12]) {
      const part = history.slice(0, length)
      const now = (part.at(-1)?.time ?? 0) + 5000
      const given = await ranking.top({ history: part, now }, 10)
      const wanted = await plain.top(encode(model, part, now), 10)
      expect([...given.ids]).toEqual([...wanted.ids])
      given.scores.forEach((score, i) => {
        expect(score).toBeCloseTo(wanted.scores[i], 4)
      })
    }
    await expect(ranking.top({ history, now: 0 }, -1)).rejects.toMatchObject({
      code: 'input-invalid',
    })
    ranking.dispose()
  })
})

describe.each(countingRigs(200))('counts on %s', async (_, rig, most) => {
  const device = await (await nodeAdapter(rig))?.requestDevice()

  test.skipIf(!device)('events: eleven dispatches, one submit, 4 KB back each', async () => {
    const ranking = await rankingOn(device as GPUDevice, float)
    const history = testHistory(most, ITEMS, 2).filter(({ name }) => name !== 'search')
    const read: number[] = []
    const { getMappedRange } = GPUBuffer.prototype
    vi.spyOn(GPUBuffer.prototype, 'getMappedRange').mockImplementation(function (
      this: GPUBuffer,
      ...range
    ) {
      read.push(this.size)
      // Where nothing was computed, what is read is of no meaning: here it is an empty answer.
      return rig === 'null' ? new ArrayBuffer(this.size) : getMappedRange.apply(this, range)
    })
    const { calls, stop } = countGpuCalls()
    for (let i = 1; i <= history.length; i++)
      await ranking.top({ history: history.slice(0, i), now: history[i - 1].time }, 20)
    stop()
    vi.restoreAllMocks()
    const events = history.length
    expect(calls).toMatchObject({
      dispatches: 11 * events,
      submits: events,
      bufferCreations: 0,
      bindGroupCreations: 0,
      pipelineCreations: 0,
      // The new states, and the head of the search's request.
      bufferWrites: 2 * events,
      readbacks: events,
    })
    expect(new Set(read)).toEqual(new Set([4096]))
    ranking.dispose()
  })
})
