/** @module Calibration compares GPU and WASM on a real adapter. */
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { CALIBRATION_MS, type Calibration, calibrate } from './calibrate.ts'
import { canaryProblem } from './canary.ts'
import { chooseEngine } from './choose.ts'
import type { EngineName } from './engine.ts'
import {
  adapterNamed,
  clock,
  device,
  engineNamed,
  gpuWith,
  hardware,
  js,
  SIZE,
  type TestEngine,
} from './testEngines.ts'

const larger = canaryProblem(SIZE)

describe('with a real adapter, GPU and WASM are measured against each other', () => {
  /** @param paces milliseconds per step */
  function measured(paces: { gpu: number; wasm: number }, found: unknown = undefined) {
    const gpu = engineNamed('wgsl', js.fit, paces.gpu)
    const wasm = engineNamed('wasm', js.fit, paces.wasm)
    const loaded: string[] = []
    const load = (engine: TestEngine) => async () => {
      loaded.push(engine.name)
      return engine
    }
    const { environment } = device({ gpu: gpuWith(hardware), wgsl: load(gpu), wasm: load(wasm) })
    const memory = { read: vi.fn(async () => found), write: vi.fn(async (_: Calibration) => {}) }
    return { environment: { ...environment, memory }, memory, loaded, gpu, wasm }
  }

  test('the faster one is taken and the outcome kept', async () => {
    const { environment, memory, wasm } = measured({ gpu: 0.4, wasm: 0.9 })
    const { engine, reason } = await chooseEngine('auto', environment)
    expect(engine.name).toBe('wgsl')
    expect(reason).toBe('WebGPU: the wgsl test device passed its test fits')
    expect(memory.write).toHaveBeenCalledTimes(1)
    const [{ device: name, ...kept }] = memory.write.mock.calls[0]
    expect(name).toContain('nvidia lovelace')
    expect(kept.gpu).toBeCloseTo(30 * 0.4, 6)
    expect(kept.wasm).toBeCloseTo(30 * 0.9, 6)
    expect(wasm.disposed()).toBe(true)
  })

  test('a GPU that is slower is left, and the reason has both figures', async () => {
    const { environment, gpu } = measured({ gpu: 0.9, wasm: 0.4 })
    const { engine, reason } = await chooseEngine('auto', environment)
    expect(engine.name).toBe('wasm')
    expect(reason).toBe('WebGPU: a fit takes 27 ms, with WASM 12 ms; using WASM')
    expect(gpu.disposed()).toBe(true)
  })

  test('what was kept is not measured again, and a slower GPU is not even loaded', async () => {
    const first = measured({ gpu: 0.9, wasm: 0.4 })
    await chooseEngine('auto', first.environment)
    const [kept] = first.memory.write.mock.calls[0]
    const second = measured({ gpu: 0.4, wasm: 0.9 }, kept)
    expect((await chooseEngine('auto', second.environment)).engine.name).toBe('wasm')
    expect(second.loaded).toEqual(['wasm'])
    const third = measured({ gpu: 0.9, wasm: 0.4 }, { ...kept, gpu: kept.wasm, wasm: kept.gpu })
    expect((await chooseEngine('auto', third.environment)).engine.name).toBe('wgsl')
    expect(third.loaded).toEqual(['wgsl'])
    for (const { memory } of [second, third]) expect(memory.write).not.toHaveBeenCalled()
  })

  test('another adapter or size is measured anew', async () => {
    const first = measured({ gpu: 0.4, wasm: 0.9 })
    await chooseEngine('auto', first.environment)
    const [kept] = first.memory.write.mock.calls[0]
    const other = measured({ gpu: 0.4, wasm: 0.9 }, kept)
    const size = { ...SIZE, cases: SIZE.cases + 1 }
    await chooseEngine('auto', { ...other.environment, size })
    const gpu = gpuWith(adapterNamed({ vendor: 'amd', architecture: 'rdna-3' }))
    await chooseEngine('auto', { ...other.environment, gpu })
    expect(other.memory.write).toHaveBeenCalledTimes(2)
  })

  test.each<unknown>([
    null,
    'junk',
    7,
    {},
    { device: 'x' },
    { gpu: Number.NaN, wasm: 1 },
    { gpu: -1, wasm: 1 },
    { gpu: '1', wasm: 2 },
  ])('a memory that holds %o is measured over', async (found) => {
    const known = measured({ gpu: 0.4, wasm: 0.9 })
    await chooseEngine('auto', known.environment)
    const [{ device: name }] = known.memory.write.mock.calls[0]
    const junk = typeof found === 'object' && found !== null ? { device: name, ...found } : found
    const { environment, memory } = measured({ gpu: 0.4, wasm: 0.9 }, junk)
    expect((await chooseEngine('auto', environment)).engine.name).toBe('wgsl')
    expect(memory.write).toHaveBeenCalledTimes(1)
  })

  test('a memory that fails costs a measurement and no more', async () => {
    const { environment, memory } = measured({ gpu: 0.4, wasm: 0.9 })
    memory.read.mockRejectedValue(new Error('storage is gone'))
    memory.write.mockRejectedValue(new Error('storage is gone'))
    expect((await chooseEngine('auto', environment)).engine.name).toBe('wgsl')
  })

  test('it takes 20 ms of the device at most', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0.05, max: 40, noNaN: true }),
        fc.double({ min: 0.05, max: 40, noNaN: true }),
        async (gpu, wasm) => {
          const began = clock()
          const on = (name: EngineName, pace: number) => engineNamed(name, js.fit, pace)
          const known = await calibrate('x', on('wgsl', gpu), on('wasm', wasm), larger, clock)
          // A step that has begun is finished.
          expect(clock() - began).toBeLessThanOrEqual(CALIBRATION_MS + gpu + wasm)
          if (!known) return
          expect(known.gpu).toBeCloseTo(30 * gpu, 6)
          expect(known.wasm).toBeCloseTo(30 * wasm, 6)
        },
      ),
    )
  })

  test('where it does not tell, WASM is used, and nothing is kept', async () => {
    for (const paces of [
      { gpu: 25, wasm: 0.4 },
      // A clock that is coarsened for privacy.
      { gpu: 0, wasm: 0 },
    ]) {
      const { environment, memory } = measured(paces)
      const { engine, reason } = await chooseEngine('auto', environment)
      expect(engine.name).toBe('wasm')
      expect(reason).toBe('WebGPU: not seen to be faster than WASM within 20 ms; using WASM')
      expect(memory.write).not.toHaveBeenCalled()
    }
  })

  test('a GPU that does not answer is not waited for', async () => {
    const silent = engineNamed('wgsl', (given, options) =>
      given.steps === SIZE.steps ? new Promise(() => {}) : js.fit(given, options),
    )
    const { environment } = measured({ gpu: 1, wasm: 1 })
    const load = { ...environment.load, wgsl: async () => silent }
    expect((await chooseEngine('auto', { ...environment, load })).engine.name).toBe('wasm')
    expect(silent.disposed()).toBe(true)
  })

  test('who asks for WebGPU gets it unmeasured', async () => {
    const { environment, loaded } = measured({ gpu: 0.9, wasm: 0.4 })
    expect((await chooseEngine('webgpu', environment)).engine.name).toBe('wgsl')
    expect(loaded).toEqual(['wgsl'])
  })

  test('without WASM the GPU has no rival', async () => {
    const { environment } = measured({ gpu: 0.9, wasm: 0.4 })
    const wasm = () => Promise.reject(new Error('forbidden by policy'))
    const load = { ...environment.load, wasm }
    expect((await chooseEngine('auto', { ...environment, load })).engine.name).toBe('wgsl')
  })
})
