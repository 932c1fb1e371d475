/**
 * @module The engines in a real browser that need no WebGPU: TensorFlow.js' WASM from our own origin,
 * whatever is taken away, and in a dedicated worker.
 */
import * as tf from '@tensorflow/tfjs-core'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { encode } from '../core/model/encoder.ts'
import { tinyModel } from '../core/model/tinyModel.ts'
import { chooseEngine } from './choose.ts'
import { createFastEncoder } from './encoder/encoder.ts'
import { expectReference, fitInWorker, isTensorflow, problem, SHAPE } from './testBrowserFit.ts'
import { testProblem } from './testProblem.ts'
import { createTfjsWasmEngine } from './tfjs/wasm.ts'

test('tfjs-wasm comes from our own origin and keeps no tensor over 100 fits', async () => {
  const engine = await createTfjsWasmEngine()
  await expectReference(await engine.fit(problem))
  const small = testProblem({ ...SHAPE, cases: 6, candidates: 9, steps: 5 })
  await engine.fit(small)
  const before = tf.engine().state.numTensors
  for (let i = 0; i < 100; i++) await engine.fit(small)
  expect(tf.engine().state.numTensors).toBe(before)
  const files = performance
    .getEntriesByType('resource')
    .map(({ name }) => new URL(name))
    .filter(({ pathname }) => pathname.endsWith('.wasm'))
  expect(files.length).toBeGreaterThan(0)
  for (const { origin } of files) expect(origin).toBe(location.origin)
  engine.dispose()
})

describe('with things taken away from this page', () => {
  afterEach(() => void vi.unstubAllGlobals())

  test.each<[string, string, () => void]>([
    [
      'WebGPU',
      'wasm',
      () => vi.stubGlobal('navigator', { userAgent: navigator.userAgent, gpu: undefined }),
    ],
    ['WebAssembly', 'js', () => vi.stubGlobal('WebAssembly', undefined)],
    [
      'SIMD',
      'js',
      () => {
        const real = WebAssembly
        // As an engine without SIMD answers: 0xfd is no opcode to it.
        const refuse = async () => {
          throw new real.CompileError('invalid opcode 0xfd')
        }
        vi.stubGlobal('WebAssembly', { ...real, Memory: real.Memory, compile: refuse })
      },
    ],
    ['workers', 'wasm', () => vi.stubGlobal('Worker', undefined)],
    [
      'all of it',
      'js',
      () => {
        vi.stubGlobal('navigator', { userAgent: navigator.userAgent, gpu: undefined })
        vi.stubGlobal('WebAssembly', undefined)
        vi.stubGlobal('Worker', undefined)
      },
    ],
  ])('without %s, %s fits and encodes rightly', async (_, name, takeAway) => {
    const model = tinyModel(20)
    const time = 1_700_000_000_000
    const history = Array.from({ length: 60 }, (__, i) => ({
      item: (7 * i) % 20,
      name: 'view_item' as const,
      time: time + 3_600_000 * i,
      session: 's',
    }))
    takeAway()
    const { engine } = await chooseEngine('auto')
    expect(engine.name).toBe(name)
    await expectReference(await engine.fit(problem))
    const encoder = createFastEncoder(model)
    for (const length of [1, 20, 50, 60]) {
      const part = history.slice(0, length)
      expect(encoder(part, time)).toEqual(encode(model, part, time))
    }
    engine.dispose()
  })
})

test.each(['wasm', 'cpu', 'js'] as const)('%s works in a dedicated worker', async (request) => {
  const { name, result, fetched } = await fitInWorker(request)
  expect(name).toBe({ wasm: 'wasm', cpu: 'tfjs-cpu', js: 'js' }[request])
  await expectReference(result)
  // TensorFlow.js is fetched where it is used, and nowhere else.
  if (request === 'cpu') expect(fetched.some(isTensorflow)).toBe(true)
  else expect(fetched.filter(isTensorflow)).toEqual([])
})
