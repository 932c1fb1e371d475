/** @module The engines in a real browser that need no WebGPU, whatever is taken away, and in a worker. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { chooseEngine } from './choose.ts'
import { expectReference, fitInWorker, isTensorflow, problem } from './testBrowserFit.ts'

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
  ])('without %s, %s fits rightly', async (_, name, takeAway) => {
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
  // TensorFlow.js is fetched where it is used, and nowhere else.
  expect(fetched.filter(isTensorflow)).toEqual([])
})
