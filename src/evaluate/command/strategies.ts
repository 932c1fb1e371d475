/** @module `--protocol incremental --incremental strategies`: when should a device learn? */

import type { CommandContext } from '../../cli/command.ts'
import { NearsideError } from '../../core/error.ts'
import { refreshPopularity } from '../../core/features/statistics.ts'
import { createRandom } from '../../core/model/random.ts'
import { createWasmEngine } from '../../engine/wasm/wasmEngine.ts'
import { type Envelope, liftsOver } from '../envelope.ts'
import { byDay } from '../popularity.ts'
import { LEAST_SHOPPERS } from '../prepare.ts'
import { type LivedPair, type StrategySummary, summariseStrategies } from '../strategies/compare.ts'
import { live } from '../strategies/live.ts'
import { splice } from '../strategies/splice.ts'
import { load, type Question } from './load.ts'
import { formatStrategies } from './strategiesTable.ts'

/** What `--json` holds. */
export interface StrategiesResult extends Envelope {
  readonly protocol: 'incremental'
  readonly compared: 'strategies'
  readonly seeds: readonly number[]
  readonly arms: readonly StrategySummary[]
}

const BEFORE = 3
const LEAST_AFTER = 2
const MOST_AFTER = 8
/** Enough for an interval; more would only take longer. */
const MOST_SHOPPERS = 120

/** @param count of seeds, from the question's on */
export async function evaluateStrategies(
  question: Question,
  count: number,
  { progress, print, signal }: CommandContext,
): Promise<StrategiesResult> {
  const { shop, input, notes } = await load(question)
  const { model, shoppers, until, dayOnly, seed, isHeldOut } = input
  const isTested = input.isTested ?? isHeldOut
  const lives = splice(
    shoppers.filter(({ id }) => isTested(id)),
    { dayOnly, from: until, before: BEFORE, least: LEAST_AFTER, most: MOST_AFTER },
    createRandom(seed),
  ).slice(0, MOST_SHOPPERS)
  if (lives.length < LEAST_SHOPPERS)
    throw new NearsideError(
      'input-invalid',
      `${lives.length} held-out shoppers have ${BEFORE} orders or events before ${new Date(until).toISOString().slice(0, 10)} and ${LEAST_AFTER} from then on; at least ${LEAST_SHOPPERS} are needed for an interval`,
    )
  const histories = shoppers
    .filter(({ id }) => !isHeldOut(id))
    .map(({ interactions }) => interactions)
  const statisticsAt = byDay((midnight) => refreshPopularity(model.statistics, histories, midnight))
  const modelAt = (time: number) =>
    question.popularity === 'nightly'
      ? { ...model, statistics: statisticsAt(Math.max(time, until)) }
      : model
  const engine = await createWasmEngine()
  const seeds = Array.from({ length: count }, (_, k) => seed + k)
  const lived: LivedPair[][] = seeds.map(() => [])
  for (const [k, life] of lives.entries()) {
    for (const [s, one] of seeds.entries()) {
      progress.update('living', k + s / count, lives.length)
      // Lets Ctrl-C be heard between two lives.
      await new Promise((resolve) => setImmediate(resolve))
      if (signal.aborted) throw new NearsideError('aborted', 'the evaluation was stopped')
      const options = {
        modelAt,
        seed: one,
        fit: engine.fit,
        clock: () => performance.now(),
      }
      lived[s].push({
        own: await live(life, life.own, options),
        other: await live(life, life.other, options),
      })
    }
  }
  progress.clear()
  const arms = summariseStrategies(lived, model.prior.steps, createRandom(seed))
  const result: StrategiesResult = {
    protocol: 'incremental',
    compared: 'strategies',
    shop: shop.name,
    until: new Date(until).toISOString().slice(0, 10),
    seed,
    seeds,
    shoppers: lives.length,
    cases: lives.reduce((sum, { cases }) => sum + cases.length, 0),
    arms,
    lifts: liftsOver(arms[0].name, arms),
    shoppersWorse: null,
  }
  for (const line of formatStrategies(result)) print(line)
  for (const note of notes) print(`Note: ${note}.`)
  return result
}
