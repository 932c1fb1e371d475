/**
 * @module Top-k on WebGPU in Node: bit for bit the oracle on llvmpipe, and by exact counts there and
 * on Dawn's null backend.
 */
import { describe, expect, test, vi } from 'vitest'
import { countGpuCalls } from '../gpuCalls.ts'
import { countingRigs, nodeAdapter } from '../testGpu.ts'
import { readZeros } from '../testReads.ts'
import { quantized, sortOracle, testTable } from './testTable.ts'
import { createWebgpuTopK } from './webgpu.ts'

describe('on llvmpipe', async () => {
  const adapter = await nodeAdapter('software')
  const device = await adapter?.requestDevice()

  test.skipIf(!device).each([
    ['fewer rows than threads', 37, 5, 10],
    ['rows that fill no round', 9001, 30, 20],
    ['k beyond the rows', 12, 8, 50],
    ['k beyond what can be handed in', 6000, 4, 700],
  ])('int8, %s: bit for bit the oracle', async (_, rows, columns, k) => {
    const { vectors, query } = testTable({ rows, columns, seed: rows })
    const table = quantized(vectors, columns)
    const search = await createWebgpuTopK(device as GPUDevice, table)
    expect(await search.top(query, k)).toEqual(sortOracle(table, query, k))
    search.dispose()
  })

  test.skipIf(!device).each([
    ['many ties', 1],
    ['nothing but ties', 0],
  ])('float32, %s: the lowest ids first', async (_, range) => {
    const { vectors, query } = testTable({ rows: 7000, columns: 6, seed: 4 })
    const table = { columns: 6, vectors: vectors.map((value) => Math.round(value * range)) }
    const whole = query.map((value) => Math.round(value * 3))
    const search = await createWebgpuTopK(device as GPUDevice, table)
    expect(await search.top(whole, 20)).toEqual(sortOracle(table, whole, 20))
    search.dispose()
  })
})

describe.each(countingRigs(500))('counts on %s', async (_, rig, queries) => {
  const adapter = await nodeAdapter(rig)
  const device = await adapter?.requestDevice()

  test.skipIf(!device)(
    'queries are three dispatches, one submit and one readback each, and no memory',
    async () => {
      const { vectors, query } = testTable({ rows: 20_000, columns: 32, seed: 5 })
      const before = countGpuCalls()
      const search = await createWebgpuTopK(device as GPUDevice, quantized(vectors, 32))
      const { calls, stop } = countGpuCalls()
      if (rig === 'null') readZeros()
      for (let i = 0; i < queries; i++) await search.top(query, 20)
      vi.restoreAllMocks()
      stop()
      expect(calls).toEqual({
        dispatches: 3 * queries,
        submits: queries,
        bufferCreations: 0,
        bufferDestructions: 0,
        liveBytes: 0,
        bindGroupCreations: 0,
        pipelineCreations: 0,
        bufferWrites: queries,
        bytesWritten: queries * 4 * (2 + 32),
        readbacks: queries,
      })
      search.dispose()
      before.stop()
      expect(before.calls.liveBytes).toBe(0)
    },
  )
})
