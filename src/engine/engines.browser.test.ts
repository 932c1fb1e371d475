/**
 * @module Tests the engines that need no WebGPU, in a real browser and in a worker, and also where browser features are
 * missing.
 */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { chooseEngine } from './choose.ts'
import { expectReference, fitInWorker, isTensorflow, problem } from './testBrowserFit.ts'

describe('a page that lacks some features', () => {
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
        // Throws the error of a browser without SIMD, for which 0xfd is an invalid opcode.
        class Refusing {
          constructor() {
            throw new real.CompileError('invalid opcode 0xfd')
          }
        }
        vi.stubGlobal('WebAssembly', { Memory: real.Memory, Module: Refusing })
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
  ])('without %s, %s fits correctly', async (_, name, takeAway) => {
    takeAway()
    const { engine } = await chooseEngine('auto')
    expect(engine.name).toBe(name)
    await expectReference(await engine.fit(problem))
    engine.dispose()
  })
})

test.each(['wasm', 'js'] as const)('%s works in a dedicated worker', async (request) => {
  const { name, result, fetched } = await fitInWorker(request)
  expect(name).toBe(request)
  await expectReference(result)
  // TensorFlow.js loads only when it is used.
  expect(fetched.filter(isTensorflow)).toEqual([])
})
