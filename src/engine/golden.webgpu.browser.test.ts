/** @module What is the same everywhere on WebGPU too. */
import { expect, test } from 'vitest'
import { GOLDEN_TOP, hashOfTop } from './testGolden.ts'
import { webgpuJobs } from './webgpuJobs.ts'

test('top k of int8 rows', async () => {
  const device = await (await navigator.gpu.requestAdapter())?.requestDevice()
  if (!device) throw new Error('this browser has no WebGPU')
  expect(await hashOfTop(webgpuJobs(device))).toBe(GOLDEN_TOP)
  device.destroy()
})
