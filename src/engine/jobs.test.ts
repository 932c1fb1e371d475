/** @module Every job by every engine, and what becomes of a job whose engine fails. */
import { afterAll, describe, expect, test } from 'vitest'
import { NearsideError } from '../core/error.ts'
import type { Engine, EngineName } from './engine.ts'
import { createJsEngine } from './js.ts'
import { createResilientEngine } from './resilient.ts'
import { nodeAdapter } from './testGpu.ts'
import { answerOf, expectClose, jobNames, jobs } from './testJobs.ts'
import { createTfjsWebgpuEngine } from './tfjs/webgpu.ts'
import { createWasmEngine } from './wasm/wasmEngine.ts'

const js = createJsEngine()

describe.each<[EngineName, () => Promise<Engine | null>]>([
  ['wasm', createWasmEngine],
  [
    'wgsl',
    async () => {
      const adapter = await nodeAdapter('software')
      return adapter && createTfjsWebgpuEngine(adapter)
    },
  ],
])('%s', async (_, create) => {
  const engine = await create()
  afterAll(() => engine?.dispose())
  test.skipIf(!engine).each(jobNames)('%s: the answer of plain JavaScript', async (name) => {
    expectClose(await answerOf(name, engine as Engine), await answerOf(name, js))
  })
})

/** An engine whose every job fails from the second question on. */
function failing(): Engine {
  let asked = 0
  const fail = async () => {
    if (++asked > 1) throw new NearsideError('engine-failed', 'the device was lost')
  }
  const breaking = <J extends object>(job: J): J =>
    new Proxy(job, {
      get: (of, key) => {
        const member = Reflect.get(of, key)
        if (typeof member !== 'function' || key === 'dispose') return member
        return async (...args: unknown[]) => {
          await fail()
          return member.apply(of, args)
        }
      },
    })
  return {
    ...js,
    name: 'wgsl',
    topK: async (given) => breaking(await js.topK(given)),
    softmax: async (given) => breaking(await js.softmax(given)),
    tower: async (given, most) => breaking(await js.tower(given, most)),
    encoder: async (given) => breaking(await js.encoder(given)),
    ranking: async (given, rows) => breaking(await js.ranking(given, rows)),
    network: async (given) => breaking(await js.network(given)),
  }
}

test.each(jobNames)('%s goes on with the next engine, and it is said once', async (name) => {
  const switches: string[] = []
  const next = { engine: await createWasmEngine(), reason: 'the device was lost; using WASM' }
  const engine = createResilientEngine(
    failing(),
    async () => next,
    ({ reason }) => switches.push(reason),
  )
  const { ask, dispose } = await jobs[name](engine)
  const reference = await answerOf(name, js)
  for (let i = 0; i < 3; i++) expectClose(await ask(), reference)
  expect(switches).toEqual([next.reason])
  expect(engine.name).toBe('wasm')
  dispose()
})

test('with no engine left the failure is the caller’s to know', async () => {
  const engine = createResilientEngine(failing(), async () => null)
  const { ask } = await jobs.tower(engine)
  await ask()
  await expect(ask()).rejects.toMatchObject({ code: 'engine-failed' })
})

test('input that can’t be meant changes no engine', async () => {
  const engine = createResilientEngine(failing(), async () => null)
  const bad = { columns: 7, vectors: new Float32Array(8) }
  await expect(engine.topK(bad)).rejects.toMatchObject({ code: 'input-invalid' })
  expect(engine.name).toBe('wgsl')
})
