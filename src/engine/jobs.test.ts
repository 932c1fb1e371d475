/** @module Every job by every engine, and what becomes of a job whose engine fails. */
import { afterAll, describe, expect, test } from 'vitest'
import type { Interaction } from '../features/history.ts'
import { createMlp } from '../learning/learners/mlp.ts'
import { createRandom } from '../model/random.ts'
import { tinyModel } from '../model/tinyModel.ts'
import { NearsideError } from '../protocol/error.ts'
import type { Engine, EngineName } from './engine.ts'
import { createJsEngine } from './js.ts'
import { createResilientEngine } from './resilient.ts'
import { softmaxTest } from './softmax/testFit.ts'
import { nodeAdapter } from './testGpu.ts'
import { createTfjsWebgpuEngine } from './tfjs/webgpu.ts'
import { testTable } from './topk/testTable.ts'
import { towerProblem, WORKLOAD_T } from './tower/testTower.ts'
import { createWasmEngine } from './wasm/wasmEngine.ts'

const INPUTS = 9
const table = testTable({ rows: 400, columns: 12, seed: 1 })
const soft = softmaxTest({ seed: 2, items: 90, columns: 8, cases: 5, steps: 9, int8: false })
const tower = towerProblem({ ...WORKLOAD_T, cases: 6, candidates: 7, inputs: 5 }, 40, 2, 3)
const model = tinyModel()
const history: Interaction[] = Array.from({ length: 9 }, (_, i) => ({
  item: (5 * i) % 12,
  name: 'view_item',
  time: i * 40_000_000,
  session: `${i}`,
}))
const random = createRandom(4)
const examples = Array.from({ length: 70 }, (_, i) => ({
  x: Float32Array.from({ length: INPUTS }, () => random.normal()),
  label: (i % 3 === 0 ? 1 : 0) as 0 | 1,
}))
const network = createMlp(INPUTS, createRandom(5)).snapshot()

const jobs = {
  topK: async (engine: Engine) => {
    const job = await engine.topK({ columns: 12, vectors: table.vectors })
    return { ask: async () => (await job.top(table.query, 10)).scores, dispose: job.dispose }
  },
  softmax: async (engine: Engine) => {
    const job = await engine.softmax(soft.catalog)
    return { ask: async () => (await job.fit(soft.problem)).parameters, dispose: job.dispose }
  },
  tower: async (engine: Engine) => {
    const job = await engine.tower(tower, 4)
    return { ask: () => job.train(4), dispose: job.dispose }
  },
  encoder: async (engine: Engine) => {
    const job = await engine.encoder(model)
    const moments = [4, 9].map((length) => ({ history: history.slice(0, length), now: 4e8 }))
    return { ask: () => job.encode(moments), dispose: job.dispose }
  },
  ranking: async (engine: Engine) => {
    const job = await engine.ranking(model, { columns: 64, vectors: model.itemVectors })
    const moment = { history, now: 4e8 }
    return { ask: async () => (await job.top(moment, 5)).scores, dispose: job.dispose }
  },
  network: async (engine: Engine) => {
    const job = await engine.network(INPUTS)
    const rows = examples.map(({ x }) => x)
    return {
      ask: async () => job.predict(await job.learn(network, examples), rows),
      dispose: job.dispose,
    }
  },
}
type JobName = keyof typeof jobs
const names = Object.keys(jobs) as JobName[]

async function answerOf(name: JobName, engine: Engine): Promise<readonly number[]> {
  const { ask, dispose } = await jobs[name](engine)
  const answer = [...(await ask())]
  dispose()
  return answer
}

function expectClose(answer: Iterable<number>, reference: readonly number[]): void {
  const values = [...answer]
  expect(values).toHaveLength(reference.length)
  values.forEach((value, i) => {
    expect(Math.abs(value - reference[i])).toBeLessThan(1e-4)
  })
}

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
  test.skipIf(!engine).each(names)('%s: the answer of plain JavaScript', async (name) => {
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

test.each(names)('%s goes on with the next engine, and it is said once', async (name) => {
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
