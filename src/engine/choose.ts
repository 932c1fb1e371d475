/**
 * @module Which engine fits the personal model on this device, and why, in words for the console.
 *
 * PLACEHOLDER
 */
import { NearsideError } from '../protocol/error.ts'
import { type Adapter, describeAdapter, type Gpu, isSoftware } from './adapter.ts'
import { runCanary } from './canary.ts'
import type { Engine } from './engine.ts'
import { createJsEngine } from './js.ts'
import { createResilientEngine, type EngineChoice } from './resilient.ts'

export type { EngineChoice } from './resilient.ts'

type Kind = 'webgpu' | 'wasm' | 'cpu' | 'js'

/** As `EnginePreference` of the public surface. */
export type EngineRequest = 'auto' | Kind

/** What a choice depends on, so that tests can put any device in its place. */
export interface EngineEnvironment {
  /** `navigator.gpu`; absent where the browser has no WebGPU. */
  readonly gpu?: Gpu
  readonly load: {
    readonly webgpu: (adapter: Adapter) => Promise<Engine>
    readonly wasm: () => Promise<Engine>
    readonly cpu: () => Promise<Engine>
    readonly js: () => Promise<Engine>
  }
  /** How long an engine may take to load and to pass its canary, in milliseconds. */
  readonly patience: number
}

/** Software adapters compile shaders for some 10 s, on a busy machine longer. */
const PATIENCE_MS = 60_000

const LABEL: Readonly<Record<Kind, string>> = {
  webgpu: 'WebGPU',
  wasm: 'WASM',
  cpu: 'TensorFlow.js on the CPU',
  js: 'plain JavaScript',
}

/** Where each request looks, in this order. */
const ORDER: Readonly<Record<EngineRequest, readonly Kind[]>> = {
  auto: ['webgpu', 'js'],
  webgpu: ['webgpu', 'wasm', 'cpu', 'js'],
  wasm: ['wasm', 'cpu', 'js'],
  cpu: ['cpu', 'js'],
  js: ['js'],
}

/** This page or worker. TensorFlow.js is loaded only when one of its engines is tried. */
export function thisDevice(): EngineEnvironment {
  const { navigator } = globalThis as { navigator?: { gpu?: Gpu } }
  return {
    gpu: navigator?.gpu,
    load: {
      webgpu: async (adapter) => (await import('./tfjs/webgpu.ts')).createTfjsWebgpuEngine(adapter),
      wasm: async () => (await import('./tfjs/wasm.ts')).createTfjsWasmEngine(),
      cpu: async () => (await import('./tfjs/cpu.ts')).createTfjsCpuEngine(),
      js: async () => createJsEngine(),
    },
    patience: PATIENCE_MS,
  }
}

/** Rejects after `milliseconds`: drivers have been seen never to answer. */
async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const message = `no answer within ${milliseconds / 1000} s`
      reject(new NearsideError('engine-unavailable', message))
    }, milliseconds)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function unavailable(why: string): never {
  throw new NearsideError('engine-unavailable', why)
}

async function findAdapter(environment: EngineEnvironment, anyAdapter: boolean): Promise<Adapter> {
  if (!environment.gpu) unavailable('this browser has none')
  const adapter = await environment.gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) unavailable('no adapter')
  if (isSoftware(adapter) && !anyAdapter)
    unavailable(`only a software adapter (${describeAdapter(adapter)})`)
  return adapter
}

/** An engine of this kind that has passed its canary. */
async function open(
  kind: Kind,
  environment: EngineEnvironment,
  anyAdapter: boolean,
): Promise<Engine> {
  const load = async () => {
    if (kind !== 'webgpu') return environment.load[kind]()
    return environment.load.webgpu(await findAdapter(environment, anyAdapter))
  }
  const loading = load()
  let given: Engine | undefined
  try {
    given = await within(environment.patience, loading)
    await within(environment.patience, runCanary(given))
    return given
  } catch (error) {
    if (given) given.dispose()
    // One that arrives too late must not keep its device.
    else
      loading.then(
        (engine) => engine.dispose(),
        () => {},
      )
    throw error
  }
}

function wordsOf(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error)
  return words.replace(/^WebGPU: /, '')
}

/**
 * Finds the engine for `request`, tries it on problems with known answers, and falls back where it
 * is missing or wrong. The engine that is returned goes on with the next one when it fails later.
 * @param onSwitch told of every later change of engine, with the reason in words
 * @throws NearsideError `engine-unavailable` if not even plain JavaScript computes rightly
 */
export async function chooseEngine(
  request: EngineRequest,
  environment: EngineEnvironment = thisDevice(),
  onSwitch?: (choice: EngineChoice) => void,
): Promise<EngineChoice> {
  const waiting = [...ORDER[request]]
  const anyAdapter = request === 'webgpu'

  /** The first of `waiting` that works; `troubles` are said in its reason. */
  async function next(troubles: readonly string[]): Promise<EngineChoice | null> {
    const said = [...troubles]
    for (let kind = waiting.shift(); kind; kind = waiting.shift()) {
      try {
        const engine = await open(kind, environment, anyAdapter)
        return { engine, reason: reasonFor(kind, engine, request, said) }
      } catch (error) {
        said.push(`${LABEL[kind]}: ${wordsOf(error)}`)
      }
    }
    if (troubles.length > 0) return null
    throw new NearsideError('engine-unavailable', `No engine works here. ${said.join('; ')}`)
  }

  const first = await next([])
  if (!first) throw new NearsideError('engine-unavailable', 'No engine works here')
  const failed = (current: Engine) => LABEL[kindOf(current)]
  const engine: Engine = createResilientEngine(
    first.engine,
    (failure) => next([`${failed(engine)}: ${wordsOf(failure)}`]),
    onSwitch,
  )
  return { engine, reason: first.reason }
}

function kindOf({ name }: Engine): Kind {
  return name === 'js' ? 'js' : (name.slice('tfjs-'.length) as Kind)
}

function reasonFor(
  kind: Kind,
  engine: Engine,
  request: EngineRequest,
  troubles: readonly string[],
): string {
  if (troubles.length > 0) return `${troubles.join('; ')}; using ${LABEL[kind]}`
  if (request === 'auto') return `${LABEL[kind]}: ${engine.device} passed its test fits`
  return `${LABEL[kind]}, as asked for: ${engine.device} passed its test fits`
}
