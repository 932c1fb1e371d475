/** @module A question to every job of an engine, for tests that ask all engines the same. */
import { expect } from 'vitest'
import type { Interaction } from '../core/features/history.ts'
import { createRandom } from '../core/model/random.ts'
import { tinyModel } from '../core/model/tinyModel.ts'
import { createMlp } from '../core/personal/learners/mlp.ts'
import type { EngineJobs } from './engine.ts'
import { softmaxTest } from './softmax/testFit.ts'
import { testTable } from './topk/testTable.ts'
import { towerProblem, WORKLOAD_T } from './tower/testTower.ts'

const INPUTS = 9
const table = testTable({ rows: 400, columns: 12, seed: 1 })
const soft = softmaxTest({ seed: 2, items: 90, columns: 8, cases: 5, steps: 25, int8: false })
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

export const jobs = {
  topK: async (engine: EngineJobs) => {
    const job = await engine.topK({ columns: 12, vectors: table.vectors })
    return { ask: async () => (await job.top(table.query, 10)).scores, dispose: job.dispose }
  },
  /** More rows with the best score than a GPU hands in at once. */
  ties: async (engine: EngineJobs) => {
    const job = await engine.topK({ columns: 2, vectors: new Float32Array(1400).fill(0.5) })
    const query = Float32Array.of(1, 2)
    return { ask: async () => [...(await job.top(query, 600)).ids], dispose: job.dispose }
  },
  softmax: async (engine: EngineJobs) => {
    const job = await engine.softmax(soft.catalog)
    return { ask: async () => (await job.fit(soft.problem)).parameters, dispose: job.dispose }
  },
  tower: async (engine: EngineJobs) => {
    const job = await engine.tower(tower, 4)
    return { ask: () => job.train(4), dispose: job.dispose }
  },
  encoder: async (engine: EngineJobs) => {
    const job = await engine.encoder(model)
    const moments = [4, 9].map((length) => ({ history: history.slice(0, length), now: 4e8 }))
    return { ask: () => job.encode(moments), dispose: job.dispose }
  },
  ranking: async (engine: EngineJobs) => {
    const job = await engine.ranking(model, { columns: 64, vectors: model.itemVectors })
    const moment = { history, now: 4e8 }
    return { ask: async () => (await job.top(moment, 5)).scores, dispose: job.dispose }
  },
  network: async (engine: EngineJobs) => {
    const job = await engine.network(INPUTS)
    const rows = examples.map(({ x }) => x)
    return {
      ask: async () => job.predict(await job.learn(network, examples), rows),
      dispose: job.dispose,
    }
  },
}
export type JobName = keyof typeof jobs
export const jobNames = Object.keys(jobs) as JobName[]

/** The answer to the first question. */
export async function answerOf(name: JobName, engine: EngineJobs): Promise<readonly number[]> {
  const { ask, dispose } = await jobs[name](engine)
  const answer = [...(await ask())]
  dispose()
  return answer
}

export function expectClose(answer: Iterable<number>, reference: readonly number[]): void {
  const values = [...answer]
  expect(values).toHaveLength(reference.length)
  values.forEach((value, i) => {
    expect(Math.abs(value - reference[i])).toBeLessThan(1e-4)
  })
}
