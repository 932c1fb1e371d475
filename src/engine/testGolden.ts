/**
 * @module Answers whose bits are the same wherever they are computed, as hashes. What goes in is made by
 * sums, products and quotients, so that no browser's own `Math.exp` has a part in it.
 */

import { createRandom } from '../core/model/random.ts'
import { tinyModel } from '../core/model/tinyModel.ts'
import { createMlp } from '../core/personal/learners/mlp.ts'
import { canaryProblem, irregular, PERSONAL_SIZE, TINY } from './canary.ts'
import type { Engine, EngineJobs } from './engine.ts'
import { softmaxTest } from './softmax/testFit.ts'
import { quantized, testTable } from './topk/testTable.ts'
import { towerProblem, WORKLOAD_T } from './tower/testTower.ts'

/** Of fits by the WebAssembly engine: the parameters, not the losses. */
export const GOLDEN_FITS = {
  tiny: 'e0203a5a0ff4350b32c7fbdca1ed2e684e365ab1c4a05c883a7486601a2796b1',
  personal: '48c1808ca73160153b4ecd1e1c04e94dda455ce199c7001bdde054620bbc7e4b',
} as const
/** Of the best 20 of 20,000 × 32 int8, ids and scores, by every engine. */
export const GOLDEN_TOP = '5510e088923178df4b2ae38031d803d95490fe93fb905668a9537db27b3331b7'
/** Of jobs by WebAssembly. */
export const GOLDEN_JOBS = {
  topK: '5989b7da0865e2e5a500c7a8b9811766fc28d12546fb37261e5be82d12cba6b4',
  softmax: '2dbf415feb6b304bb577fb9da783fd439287d65e2e9c357e449fb8282ea607d3',
  softmaxInt8: '9d212129cbedbef6260e4dcb39a7d3aa8cb3580c5bccecc2743797334982fdc2',
  tower: '861df1986a87265ab6ccc6effa017733e7c48151037db7354247bba47e2f329f',
  encoder: '25ccdd3e3d9b635740936491681e6e58c9ca5136b3a14ea5a967aabbf7165e85',
  network: '30512b380a6e7bd8b06f8a57b22db67ec972178f041db4106bbb29c50f96c5e7',
} as const

async function hashOf(...parts: readonly (Float32Array | Int32Array)[]): Promise<string> {
  const words = parts.flatMap((part) => [
    ...new Uint32Array(part.buffer, part.byteOffset, part.length),
  ])
  const digest = await crypto.subtle.digest('SHA-256', Uint32Array.from(words))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export async function hashesOfFits(engine: Engine): Promise<Record<string, string>> {
  const [tiny, personal] = [TINY, PERSONAL_SIZE].map(canaryProblem)
  return {
    tiny: await hashOf((await engine.fit(tiny)).parameters),
    personal: await hashOf((await engine.fit(personal)).parameters),
  }
}

export async function hashOfTop(jobs: EngineJobs): Promise<string> {
  const { vectors, query } = testTable({ rows: 20_000, columns: 32, seed: 5 })
  const search = await jobs.topK(quantized(vectors, 32))
  const { ids, scores } = await search.top(query, 20)
  search.dispose()
  return hashOf(ids, scores)
}

const small = (values: Float32Array, size: number) => values.map((value) => size * value)

async function topK(jobs: EngineJobs) {
  const { vectors, query } = testTable({ rows: 3000, columns: 30, seed: 6 })
  const { ids, scores } = await (await jobs.topK({ columns: 30, vectors })).top(query, 20)
  return hashOf(ids, scores)
}

async function softmax(jobs: EngineJobs, int8: boolean) {
  const shape = { seed: 7, items: 3300, columns: 20, cases: 19, steps: 5, int8 }
  const { catalog, problem } = softmaxTest(shape)
  return hashOf((await (await jobs.softmax(catalog)).fit(problem)).parameters)
}

async function tower(jobs: EngineJobs) {
  const problem = towerProblem(WORKLOAD_T, 300, 2, 1)
  const made = {
    ...problem,
    table: small(irregular(problem.table.length, 53), 0.5),
    x: irregular(problem.x.length, 71),
    start: small(irregular(problem.start.length, 91), 0.25),
  }
  return hashOf(await (await jobs.tower(made, 20)).train(20))
}

async function encoder(jobs: EngineJobs) {
  const model = tinyModel(40)
  const weights = [...model.encoder].map(([name, { shape, data }], k) => {
    const made = small(irregular(data.length, 53 + 2 * k), 0.25)
    return [name, { shape, data: made }] as const
  })
  const made = {
    ...model,
    itemVectors: small(irregular(model.itemVectors.length, 91), 0.25),
    encoder: new Map(weights),
  }
  const history = Array.from({ length: 60 }, (_, i) => ({
    item: (7 * i) % 40,
    name: i % 3 ? ('view_item' as const) : ('purchase' as const),
    time: 40_000_000 * i * (1 + (i % 2)),
    session: `${i >> 1}`,
  })).sort((a, b) => a.time - b.time)
  const moments = [1, 20, 60].map((length) => {
    const seen = history.slice(0, length)
    return { history: seen, now: seen[length - 1].time + 3_600_000 }
  })
  return hashOf(await (await jobs.encoder(made)).encode(moments))
}

async function network(jobs: EngineJobs) {
  const inputs = 25
  const fresh = createMlp(inputs, createRandom(1)).snapshot()
  const weights = Float64Array.from(small(irregular(fresh.weights.length, 91), 0.25))
  const rows = Array.from({ length: 230 }, (_, e) => irregular(inputs, 37 + 2 * e))
  const examples = rows.map((x, e) => ({ x, label: e % 3 ? (0 as const) : (1 as const) }))
  const trainer = await jobs.network(inputs)
  const learned = await trainer.learn({ ...fresh, weights }, examples)
  return hashOf(
    Float32Array.from(learned.weights),
    Float32Array.from(await trainer.predict(learned, rows)),
  )
}

/** Jobs on the processor hold nothing that must be given back. */
export async function hashesOfJobs(jobs: EngineJobs): Promise<Record<string, string>> {
  return {
    topK: await topK(jobs),
    softmax: await softmax(jobs, false),
    softmaxInt8: await softmax(jobs, true),
    tower: await tower(jobs),
    encoder: await encoder(jobs),
    network: await network(jobs),
  }
}
