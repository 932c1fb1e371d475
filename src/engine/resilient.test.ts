/** @module Tests that another engine replaces an engine that fails in use, and completes the fit. */

import { NearsideError } from '@nearside/core/error.ts'
import { expect, test, vi } from 'vitest'
import { chooseEngine } from './choose.ts'
import { device, gpuWith, hardware, js } from './testEngines.ts'
import { testProblem } from './testProblem.ts'

const problem = testProblem({ seed: 1, cases: 3, candidates: 5, parameters: 4, steps: 6 })

test('if an engine’s device is lost during a fit, the next engine does the fit', async () => {
  const { environment, engines } = device({ gpu: gpuWith(hardware) })
  const changes: string[] = []
  const { engine } = await chooseEngine('webgpu', environment, ({ reason }) => changes.push(reason))
  engines.webgpu.breakWith(new NearsideError('engine-failed', 'WebGPU: the device was lost (x)'))
  expect(await engine.fit(problem)).toEqual(await js.fit(problem))
  expect(engine.name).toBe('wasm')
  expect(engine.device).toBe('the wasm test device')
  expect(engines.webgpu.disposed()).toBe(true)
  engines.wasm.breakWith(new NearsideError('engine-failed', 'out of memory'))
  await engine.fit(problem)
  expect(changes).toEqual([
    'WebGPU: the device was lost (x); using WASM',
    'WASM: out of memory; using plain JavaScript',
  ])
})

test('several fits that fail at the same time change the engine only once', async () => {
  const { environment, engines } = device({ gpu: gpuWith(hardware) })
  const onSwitch = vi.fn()
  const { engine } = await chooseEngine('webgpu', environment, onSwitch)
  engines.webgpu.breakWith(new NearsideError('engine-failed', 'lost'))
  const results = await Promise.all([1, 2, 3].map(() => engine.fit(problem)))
  const expected = await js.fit(problem)
  expect(results).toEqual([expected, expected, expected])
  expect(onSwitch).toHaveBeenCalledTimes(1)
  expect(engine.name).toBe('wasm')
})

test('an abort causes no switch to another engine', async () => {
  const { environment, engines } = device({ gpu: gpuWith(hardware) })
  const onSwitch = vi.fn()
  const { engine } = await chooseEngine('webgpu', environment, onSwitch)
  const signal = AbortSignal.abort()
  await expect(engine.fit(problem, { signal })).rejects.toMatchObject({ code: 'aborted' })
  expect(onSwitch).not.toHaveBeenCalled()
  expect(engines.webgpu.disposed()).toBe(false)
})

test('a problem that diverges even in double precision is refused, without a switch to another engine', async () => {
  const { environment } = device({ gpu: gpuWith(hardware) })
  const { engine } = await chooseEngine('webgpu', environment)
  const wild = { ...problem, design: problem.design.map((value) => Math.sign(value) * 3e38) }
  await expect(engine.fit(wild)).rejects.toMatchObject({ code: 'fit-diverged' })
  expect(engine.name).toBe('wgsl')
})

test('an engine on which a fit diverges is replaced if the same fit converges in double precision', async () => {
  const { environment, engines } = device({ gpu: gpuWith(hardware) })
  const { engine } = await chooseEngine('webgpu', environment)
  engines.webgpu.breakWith(new NearsideError('fit-diverged', 'NaN'))
  expect(await engine.fit(problem)).toEqual(await js.fit(problem))
  expect(engine.name).toBe('wasm')
})

test('disposing of the resilient engine disposes of the engine in use', async () => {
  const { environment, engines } = device({ gpu: gpuWith(hardware) })
  const { engine } = await chooseEngine('webgpu', environment)
  engine.dispose()
  expect(engines.webgpu.disposed()).toBe(true)
})
