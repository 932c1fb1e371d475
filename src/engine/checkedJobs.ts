/**
 * @module Jobs on WebGPU, trusted only after their first answers were those of the plain loops: backends
 * have been silently wrong (`canary.ts`).
 */

import { NearsideError } from '../core/error.ts'
import { EVENT_NAMES } from '../core/events/event.ts'
import { DIMENSION } from '../core/model/baseModel.ts'
import { type EncoderModel, encode } from '../core/model/encoder.ts'
import { createRandom } from '../core/model/random.ts'
import { createMlp } from '../core/personal/learners/mlp.ts'
import { CANARY_TOLERANCE, irregular } from './canary.ts'
import type { Moment } from './encoder/historyEncoder.ts'
import type { HistoryRanking } from './encoder/historyRanking.ts'
import { createWebgpuEncoder, type WebgpuEncoder } from './encoder/webgpu.ts'
import { createWebgpuRanking } from './encoder/webgpuRanking.ts'
import type { NetworkTrainer } from './mlp/networkTrainer.ts'
import { createWebgpuTrainer } from './mlp/webgpu.ts'
import { createJsSoftmax } from './softmax/js.ts'
import { type CatalogSoftmax, rowOf, type SoftmaxCatalog, targetPart } from './softmax/softmax.ts'
import { createWebgpuSoftmax } from './softmax/webgpu.ts'
import { createJsTopK } from './topk/js.ts'
import type { TopK } from './topk/selectTop.ts'
import type { ItemTable } from './topk/table.ts'
import { createWebgpuTopK, type WebgpuTopK } from './topk/webgpu.ts'
import { createJsTower } from './tower/js.ts'
import type { TowerEngine, TowerProblem } from './tower/tower.ts'
import { createWebgpuTower } from './tower/webgpu.ts'

/** Rows that a search is asked for. */
const BEST = 20
const CASES = 2

/** The job, once `isRight` says so; else it is disposed of. */
async function checked<J extends { dispose(): void }>(
  what: string,
  job: J,
  isRight: (job: J) => Promise<boolean>,
): Promise<J> {
  try {
    if (await isRight(job)) return job
    throw new NearsideError('engine-unavailable', `${what} on WebGPU computes wrongly`)
  } catch (error) {
    job.dispose()
    throw error
  }
}

const largest = (values: Iterable<number>) =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0)

/** Written so that what is not a number is not close to anything. */
const areClose = (given: ArrayLike<number>, wanted: ArrayLike<number>, size = 1): boolean =>
  given.length === wanted.length &&
  Array.from(given).every((value, j) => Math.abs(value - wanted[j]) <= CANARY_TOLERANCE * size)

/** Rows that score alike may change places: each must have the score that it is given. */
function isTop(given: TopK, wanted: TopK, table: ItemTable, query: Float32Array): boolean {
  const row = new Float64Array(table.columns)
  const terms = (id: number) => {
    rowOf(table, id, row)
    return Array.from(query, (value, j) => value * row[j])
  }
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
  const size = largest(Array.from(wanted.ids, (id) => sum(terms(id).map(Math.abs))))
  const own = Array.from(given.ids, (id) => sum(terms(id)))
  return (
    new Set(given.ids).size === wanted.ids.length &&
    areClose(given.scores, wanted.scores, size) &&
    areClose(own, wanted.scores, size)
  )
}

export async function createCheckedTopK(device: GPUDevice, table: ItemTable): Promise<WebgpuTopK> {
  return checked('The top k', await createWebgpuTopK(device, table), async (search) => {
    // Of 1 and −1, so that quantizing it rounds nothing.
    const query = irregular(table.columns, 53).map((value) => (value < 0 ? -1 : 1))
    const wanted = await createJsTopK(table).top(query, BEST)
    return isTop(await search.top(query, BEST), wanted, table, query)
  })
}

export async function createCheckedSoftmax(
  device: GPUDevice,
  catalog: SoftmaxCatalog,
): Promise<CatalogSoftmax> {
  return checked('The softmax', await createWebgpuSoftmax(device, catalog), async (softmax) => {
    const { columns, bias } = catalog
    const problem = {
      queries: irregular(CASES * columns, 53),
      targets: Int32Array.from({ length: CASES }, (_, t) => (7 * t) % bias.length),
      weight: Float32Array.of(1, 0.5),
      mean: irregular(columns, 17),
      precision: new Float32Array(columns).fill(0.25),
      stepSize: new Float32Array(columns).fill(0.03125),
      steps: 1,
    }
    const js = createJsSoftmax(catalog)
    const [given, wanted] = await Promise.all(
      [softmax, js].map((on) => on.evaluate(problem, problem.mean)),
    )
    // Both come as differences.
    const target = targetPart(catalog, problem, problem.mean)
    const size = largest(wanted.gradient) + largest(target.gradient)
    const losses = 1 + Math.abs(wanted.loss) + Math.abs(target.loss)
    if (!areClose(given.gradient, wanted.gradient, size)) return false
    const [own, plain] = await Promise.all([softmax, js].map((on) => on.fit(problem)))
    return areClose(
      [given.loss, own.lossBefore, own.lossAfter],
      [wanted.loss, plain.lossBefore, plain.lossAfter],
      losses,
    )
  })
}

export async function createCheckedTower(
  device: GPUDevice,
  problem: TowerProblem,
  maxSteps: number,
): Promise<TowerEngine> {
  return checked('The tower', await createWebgpuTower(device, problem, maxSteps), async (tower) => {
    const steps = Math.min(2, maxSteps)
    const [given, wanted] = await Promise.all(
      [tower, createJsTower(problem)].map((on) => on.train(steps)),
    )
    // A slope that is nothing but rounding may move its weight either way: all together decide.
    let gap = 0
    let moved = 0
    wanted.forEach((value, j) => {
      gap += (given[j] - value) ** 2
      moved += (value - problem.start[j]) ** 2
    })
    return gap <= 0.01 * moved
  })
}

function testContext({ itemVectors }: EncoderModel): Moment {
  const items = itemVectors.length / DIMENSION
  const history = Array.from({ length: Math.min(items, 12) }, (_, item) => {
    const name = EVENT_NAMES[item % EVENT_NAMES.length]
    return { item, name, time: 5e6 * item ** 2, session: '' }
  })
  return { history, now: 1e9 }
}

export async function createCheckedEncoder(
  device: GPUDevice,
  model: EncoderModel,
): Promise<WebgpuEncoder> {
  return checked('The encoder', await createWebgpuEncoder(device, model), async (encoder) => {
    const moment = testContext(model)
    const wanted = encode(model, moment.history, moment.now)
    return areClose(await encoder.encode([moment]), wanted)
  })
}

export async function createCheckedRanking(
  device: GPUDevice,
  model: EncoderModel,
  table: ItemTable,
): Promise<HistoryRanking> {
  const encoder = await createCheckedEncoder(device, model)
  const search = await createWebgpuTopK(device, table).catch((error) => {
    encoder.dispose()
    throw error
  })
  return checked('The ranking', createWebgpuRanking(encoder, search, table), async (ranking) => {
    const moment = testContext(model)
    const query = encode(model, moment.history, moment.now)
    const wanted = await createJsTopK(table).top(query, BEST)
    return isTop(await ranking.top(moment, BEST), wanted, table, query)
  })
}

export async function createCheckedTrainer(
  device: GPUDevice,
  inputs: number,
): Promise<NetworkTrainer> {
  return checked('The network', await createWebgpuTrainer(device, inputs), async (trainer) => {
    const plain = createMlp(inputs, createRandom(1))
    const start = plain.snapshot()
    const examples = Array.from({ length: 60 }, (_, e) => ({
      x: Float32Array.from({ length: inputs }, (_, j) => (((e * 53 + j * 17) % 41) - 20) / 16),
      label: (e % 3 === 0 ? 1 : 0) as 0 | 1,
    }))
    plain.learn(examples)
    const rows = examples.map(({ x }) => x)
    const given = await trainer.predict(await trainer.learn(start, examples), rows)
    return areClose(given, rows.map(plain.predict))
  })
}
