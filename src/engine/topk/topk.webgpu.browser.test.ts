/** @module Top-k on WebGPU against a full sort, and what it asks of the device. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { countGpuCalls } from '../gpuCalls.ts'
import { quantized, sortOracle, testTable } from './testTable.ts'
import { createWebgpuTopK } from './webgpu.ts'

let device: GPUDevice
beforeAll(async () => {
  const adapter = await navigator.gpu.requestAdapter()
  if (!adapter) throw new Error('This browser gives no adapter: is --enable-unsafe-webgpu set?')
  device = await adapter.requestDevice()
})
afterAll(() => device.destroy())

test.each([
  ['fewer rows than threads', 37, 5, 10],
  ['rows that fill no round', 9001, 30, 20],
  ['k beyond the rows', 12, 8, 50],
  ['k beyond what can be handed in', 6000, 4, 700],
])('int8, %s: bit for bit the oracle', async (_, rows, columns, k) => {
  const { vectors, query } = testTable({ rows, columns, seed: rows })
  const table = quantized(vectors, columns)
  const search = await createWebgpuTopK(device, table)
  const other = query.map((value) => -value)
  const answers = await Promise.all([search.top(query, k), search.top(other, 3)])
  expect(answers).toEqual([sortOracle(table, query, k), sortOracle(table, other, 3)])
  search.dispose()
})

test.each([
  ['many ties', 1],
  ['nothing but ties', 0],
])('float32, %s: the lowest ids first', async (_, range) => {
  const { vectors, query } = testTable({ rows: 7000, columns: 6, seed: 4 })
  const table = { columns: 6, vectors: vectors.map((value) => Math.round(value * range)) }
  const whole = query.map((value) => Math.round(value * 3))
  const search = await createWebgpuTopK(device, table)
  expect(await search.top(whole, 20)).toEqual(sortOracle(table, whole, 20))
  search.dispose()
})

test('a query is three dispatches, one submit and one readback, and makes no buffer', async () => {
  const { vectors, query } = testTable({ rows: 20_000, columns: 32, seed: 5 })
  const search = await createWebgpuTopK(device, quantized(vectors, 32))
  await search.top(query, 20)
  const { calls, stop } = countGpuCalls()
  await search.top(query, 20).finally(stop)
  expect(calls).toEqual({
    dispatches: 3,
    submits: 1,
    bufferCreations: 0,
    bufferDestructions: 0,
    liveBytes: 0,
    bindGroupCreations: 0,
    pipelineCreations: 0,
    bufferWrites: 1,
    bytesWritten: 4 * (2 + 32),
    readbacks: 1,
  })
  search.dispose()
})

test('refuses bad queries, and answers the next one', async () => {
  const { vectors, query } = testTable({ rows: 50, columns: 4, seed: 6 })
  const table = { columns: 4, vectors: vectors.map((value) => Math.round(value * 9)) }
  const whole = query.map((value) => Math.round(value * 9))
  const search = await createWebgpuTopK(device, table)
  const refused = { code: 'input-invalid' }
  await expect(search.top(whole.with(0, Number.NaN), 3)).rejects.toMatchObject(refused)
  expect(await search.top(whole, 3)).toEqual(sortOracle(table, whole, 3))
  search.dispose()
  await expect(search.top(whole, 3)).rejects.toMatchObject({ code: 'engine-failed' })
})
