/** @module The page of `bench/fit.ts`: fits one problem on every engine in turn, round by round. */
import type { Engine } from '../src/engine/engine.ts'
import { createJsEngine } from '../src/engine/js.ts'
import { PERSONAL_SHAPE, testProblem } from '../src/engine/testProblem.ts'
import { createTfjsCpuEngine } from '../src/engine/tfjs/cpu.ts'
import { createTfjsWasmEngine } from '../src/engine/tfjs/wasm.ts'
import { createTfjsWebgpuEngine } from '../src/engine/tfjs/webgpu.ts'
import { createWasmEngine } from '../src/engine/wasm/wasmEngine.ts'

export interface FitTimes {
  readonly engine: string
  readonly device: string
  /** Milliseconds of loading, of the first fit and of each later one. */
  readonly load: number
  readonly first: number
  readonly later: readonly number[]
  /** Largest difference of a parameter from the JS engine's. */
  readonly error: number
}

async function onGpu(kernels: 'fused' | 'operations'): Promise<Engine> {
  const adapter = await navigator.gpu?.requestAdapter()
  if (!adapter) throw new Error('no adapter')
  return createTfjsWebgpuEngine(adapter, kernels)
}

/** TensorFlow.js has one WebGPU backend for a page, so only one of the two last at a time. */
const makers: Record<string, () => Promise<Engine>> = {
  js: async () => createJsEngine(),
  wasm: createWasmEngine,
  'tfjs-wasm': () => createTfjsWasmEngine(),
  'tfjs-cpu': createTfjsCpuEngine,
  'tfjs-webgpu': () => onGpu('operations'),
  wgsl: () => onGpu('fused'),
}

async function timed<T>(work: () => Promise<T>): Promise<[number, T]> {
  const start = performance.now()
  const result = await work()
  return [performance.now() - start, result]
}

/** Interleaved, so that a noisy moment of the machine meets all engines alike. */
async function benchFit(names: readonly string[], rounds: number): Promise<FitTimes[]> {
  const problem = testProblem(PERSONAL_SHAPE)
  const reference = (await createJsEngine().fit(problem)).parameters
  const runs = []
  for (const name of names) {
    const [load, engine] = await timed(makers[name])
    const [first, { parameters }] = await timed(() => engine.fit(problem))
    const error = Math.max(...parameters.map((value, j) => Math.abs(value - reference[j])))
    runs.push({ engine, load, first, error, later: [] as number[] })
  }
  for (let round = 0; round < rounds; round++)
    for (const { engine, later } of runs) later.push((await timed(() => engine.fit(problem)))[0])
  return runs.map(({ engine, ...times }) => {
    const { name, device } = engine
    engine.dispose()
    return { engine: name, device, ...times }
  })
}

Object.assign(globalThis, { benchFit })
