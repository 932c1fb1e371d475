/**
 * @module Tests that WebAssembly completes a fit if the GPU is lost during it, and that the change is reported once.
 */
import { describe, expect, test } from 'vitest'
import { chooseEngine, thisDevice } from '../choose.ts'
import type { FitOptions } from '../engine.ts'
import { expectReference, problem, SHAPE, watchedAdapter } from '../testBrowserFit.ts'
import { countGpuCalls } from '../testGpuCalls.ts'
import { testProblem } from '../testProblem.ts'
import { createWasmEngine } from '../wasm/wasmEngine.ts'
import { createWebgpuEngine } from './webgpuEngine.ts'

test('WASM completes a fit during which the GPU is lost', async () => {
  const { adapter, devices } = await watchedAdapter()
  const changes: string[] = []
  const environment = { ...thisDevice(), gpu: { requestAdapter: async () => adapter } }
  const onSwitch = ({ reason }: { readonly reason: string }) => changes.push(reason)
  const { engine } = await chooseEngine('webgpu', environment, onSwitch)
  expect(engine.name).toBe('wgsl')
  const result = await engine.fit(problem, {
    onProgress: () => {
      if (engine.name === 'wgsl') devices[0].destroy()
    },
  })
  await expectReference(result)
  expect(engine.name).toBe('wasm')
  // Firefox can report an invalid buffer before the loss.
  expect(changes).toEqual([expect.stringMatching(/^WebGPU: .+; using WASM$/)])
  engine.dispose()
})

describe('a GPU that is lost at any step', () => {
  const small = testProblem({ ...SHAPE, cases: 6, candidates: 20, steps: 25 })
  type Moment = (device: GPUDevice) => { readonly undo?: () => void; readonly during?: FitOptions }

  /** Destroys the device before or right after the submit of the fit's n-th command buffer. */
  const atSubmit =
    (n: number, when: 'before' | 'after'): Moment =>
    (device) => {
      const { queue } = device
      const submit = queue.submit
      let seen = 0
      queue.submit = (buffers) => {
        const handed = [...buffers]
        if (handed.length > 0) seen++
        if (seen === n && when === 'before') device.destroy()
        submit.call(queue, handed)
        if (seen === n && when === 'after') device.destroy()
      }
      return {}
    }
  const atReadback: Moment = (device) => {
    const { mapAsync } = GPUBuffer.prototype
    GPUBuffer.prototype.mapAsync = function (...args) {
      device.destroy()
      return mapAsync.apply(this, args)
    }
    return {
      undo: () => {
        GPUBuffer.prototype.mapAsync = mapAsync
      },
    }
  }
  const atProgress =
    (step: number): Moment =>
    (device) => ({ during: { onProgress: (done) => done === step && device.destroy() } })
  const beforehand: Moment = (device) => {
    device.destroy()
    return {}
  }

  test.each<[string, Moment]>([
    ['before the fit', beforehand],
    // The fit's five submits are the upload, three with at most ten steps each, and the copy for the readback.
    ...[1, 2, 3, 4, 5].flatMap((n): [string, Moment][] => [
      [`before submit ${n}`, atSubmit(n, 'before')],
      [`after submit ${n}`, atSubmit(n, 'after')],
    ]),
    ...[10, 20, 25].map((n): [string, Moment] => [`after step ${n}`, atProgress(n)]),
    ['at the readback', atReadback],
  ])('GPU lost %s: WASM does the fit with its usual result', async (_, moment) => {
    const { adapter, devices } = await watchedAdapter()
    const changes: string[] = []
    const environment = { ...thisDevice(), gpu: { requestAdapter: async () => adapter } }
    const onSwitch = ({ reason }: { readonly reason: string }) => changes.push(reason)
    const { engine } = await chooseEngine('webgpu', environment, onSwitch)
    expect(engine.name).toBe('wgsl')
    const { undo, during } = moment(devices[0])
    try {
      expect(await engine.fit(small, during)).toEqual(await (await createWasmEngine()).fit(small))
    } finally {
      undo?.()
    }
    expect(engine.name).toBe('wasm')
    expect(changes).toEqual([expect.stringMatching(/^WebGPU: .*; using WASM$/)])
    engine.dispose()
  })

  test('a fit of 25 steps makes five submits', async () => {
    const { adapter } = await watchedAdapter()
    const engine = await createWebgpuEngine(adapter)
    const { calls, stop } = countGpuCalls()
    await engine.fit(small).finally(stop)
    expect(calls.submits).toBe(5)
    engine.dispose()
  })
})
