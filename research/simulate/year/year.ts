/**
 * @module Plays a year of a made-up shop, week by week: shoppers come, devices lose their stores, servers are down, and
 * a round collects reports. Every fourth week, `pretrain --from` makes the next model from all orders. Each week's
 * models are tested on held-out shoppers before the week's data train anything. The seed determines everything.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  epsilonOf,
  noiseFor,
  substitutionMu,
} from '@nearside/aggregate/privacy/gaussianAccountant.ts'
import { beyondLimits } from '@nearside/aggregate/protocol/beyondLimits.ts'
import { SHOP_PARAMETERS } from '@nearside/aggregate/protocol/demoParameters.ts'
import { DEMONSTRATION_LIMITS, DEVICE_LIMITS } from '@nearside/aggregate/protocol/deviceLimits.ts'
import { type PolicyParameters, parseParameters } from '@nearside/aggregate/protocol/policy.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { columnsOf } from '@nearside/core/features/logColumns.ts'
import { refreshPopularity } from '@nearside/core/features/statistics.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { extendModel } from '@nearside/core/model/extend.ts'
import type { ModelManifest } from '@nearside/core/model/manifest.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { createWasmEngine } from '@nearside/engine/wasm/wasmEngine.ts'
import { Rows } from '@nearside/evaluate/rows.ts'
import type { Steps } from '@nearside/evaluate/steps.ts'
import { processorSeconds } from '@nearside/train/processorSeconds.ts'
import type { Attack } from '../forge.ts'
import { branch } from '../seeded.ts'
import { createFederation, type Outage, type Traffic } from './federation.ts'
import { casesOf, qualityOf, type TestedCase, testWeek } from './quality.ts'
import { createServer, isTested, itemsAt, type Verdict } from './server.ts'
import { type DeviceStore, makeShop, START, storedFrom, WEEK, type YearShopper } from './shop.ts'

export interface YearQuestion {
  readonly shoppers: number
  readonly weeks: number
  /** Number of reports of a full round. */
  readonly goal: number
  readonly seed: number
  readonly drop: number
  readonly malicious: number
  readonly attack: Attack | null
  /** ε, under substitution adjacency, of all reports that a device sends in a year. */
  readonly epsilon: number
  readonly terms: PolicyParameters
}

/** Terms of the year's rounds are those of a shop with many shoppers, but with a larger learning rate. */
export const YEAR_TERMS: PolicyParameters = { ...SHOP_PARAMETERS, learningRate: 0.3 }
/** Weeks between two trainings. */
const MONTH = 4

export interface WeekResult extends Traffic, Verdict {
  readonly week: number
  readonly items: number
  /** Number of shoppers who visited in this week. */
  readonly visitors: number
  /** Number of device stores that this week's visitors lost in this week. */
  readonly lostStores: number
  readonly lostEvents: number
  readonly sumExact: boolean | null
  /** Result of `pretrain --from` after this week, or why its model was refused; null in weeks without training. */
  readonly training: string | null
  /** ε spent so far by the device with the most reports. */
  readonly epsilonDevice: number
  /** ε spent so far by the shopper with the most reports, on all of the shopper's devices. */
  readonly epsilonShopper: number
  /** Megabytes of new model files that browsers downloaded, before compression. */
  readonly megabytes: number
}

type Quality = ReturnType<typeof qualityOf>

/** Content of `--json`. Two simulations with the same question give the same bytes. */
export interface YearResult {
  readonly seed: number
  readonly shoppers: number
  readonly events: number
  readonly stores: number
  readonly outages: readonly Outage[]
  readonly weeks: readonly WeekResult[]
  readonly months: readonly Quality[]
  readonly year: Quality
  /** Number of shoppers who sent more reports than one device may, because their browsers forgot earlier reports. */
  readonly beyondLimit: number
}

export interface PlayedYear {
  readonly result: YearResult
  readonly terms: PolicyParameters
  /** Reason why a real shop's devices would refuse the terms; null if these devices would accept them. */
  readonly refused: string | null
  /** Sentence that says whether devices learn, and why. */
  readonly learning: string
  /** Processor seconds of each part of the simulation. */
  readonly seconds: ReadonlyMap<string, number>
}

export async function simulateYear(question: YearQuestion, steps: Steps): Promise<PlayedYear> {
  const { seed, weeks } = question
  const terms = termsOf(question)
  const seconds = new Map<string, number>()
  const timed = async <T>(part: string, work: () => T | Promise<T>): Promise<T> => {
    const started = processorSeconds()
    const done = await work()
    seconds.set(part, (seconds.get(part) ?? 0) + processorSeconds() - started)
    return done
  }
  const random = createRandom(seed)
  const shop = await timed('shop', () => makeShop(question.shoppers, random.integer(2 ** 32)))
  const tested = shop.shoppers.filter((one) => isTested(one, seed))
  const others = shop.shoppers.filter((one) => !isTested(one, seed))
  const federation = createFederation(others, { ...question, terms }, branch(random))
  const counts = columnsOf(others.map(({ orders }) => orders))
  const drawn = branch(random)
  const engine = await createWasmEngine()
  const rows = new Rows<TestedCase>()
  const results: WeekResult[] = []
  const download = createDownloads()
  const folder = await mkdtemp(join(tmpdir(), 'nearside-year-'))
  try {
    const server = createServer(folder, shop, terms, seed, steps)
    const learning = await timed('training', () => server.train())
    const frozen = (await server.newest()).model
    for (let week = 0; week < weeks; week++) {
      const [from, to] = [START + week * WEEK, START + (week + 1) * WEEK]
      const { published, model, trained, updated } = await server.newest()
      await timed('testing', async () => {
        const items = itemsAt(shop, to)
        const today = (one: BaseModel): BaseModel => {
          const extended = extendModel(one, items)
          return { ...extended, statistics: refreshPopularity(extended.statistics, counts, from) }
        }
        const base = today(model)
        await testWeek(
          rows,
          week,
          casesOf(tested, from, to, drawn),
          { base, updated: updated === model ? base : today(updated), frozen: today(frozen) },
          (problem) => engine.fit(problem),
          steps,
        )
      })
      const { traffic, filled } = await timed('devices’ updates', () =>
        federation.week(published, model, from, to, steps),
      )
      const verdict = filled
        ? await timed('servers', () => server.release(filled, published, trained, to))
        : { released: null, refusedBy: [] }
      // The last week needs no new model, because nobody would use it.
      const isTraining = (week + 1) % MONTH === 0 && week + 1 < weeks
      const training = isTraining ? await timed('training', () => server.update(to)) : null
      const visits = visitsIn(shop.shoppers, from, to)
      const spent = federation.spent()
      const epsilon = (reports: number) =>
        epsilonOf(substitutionMu(reports / terms.noiseMultiplier ** 2), terms.delta)
      results.push({
        ...{ week: week + 1, items: model.itemIds.length, visitors: visits.stores.length },
        ...{ lostStores: visits.lostStores, lostEvents: visits.lostEvents },
        ...traffic,
        sumExact: filled?.isExact ?? null,
        ...verdict,
        training,
        epsilonDevice: epsilon(spent.device),
        epsilonShopper: epsilon(spent.shopper),
        megabytes: download(visits.stores, published.manifest) / 1e6,
      })
    }
    const months = Array.from({ length: Math.ceil(weeks / MONTH) }, (_, month) =>
      qualityOf(
        rows.where(({ week }) => Math.floor(week / MONTH) === month),
        seed,
      ),
    )
    const result: YearResult = {
      ...{ seed, shoppers: question.shoppers },
      events: shop.shoppers.reduce((sum, { interactions }) => sum + interactions.length, 0),
      stores: shop.shoppers.reduce((sum, { stores }) => sum + stores.length, 0),
      ...{ outages: federation.outages, weeks: results, months },
      year: qualityOf(rows, seed),
      beyondLimit: federation.spent().beyond,
    }
    return { result, terms, refused: beyondLimits(terms, DEVICE_LIMITS), learning, seconds }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** @throws NearsideError `input-invalid` if not even a demonstration's devices accept the terms */
function termsOf({ terms: { issuer: _, ...terms }, goal, epsilon }: YearQuestion) {
  // Servers refuse a δ above 1/n², where n is the number of reports in a round.
  const delta = Math.min(terms.delta, 1 / goal ** 2)
  const noiseMultiplier = noiseFor(epsilon, terms.maxParticipations, delta)
  const year = { minSeparationSeconds: WEEK / 1000, periodDays: 365, aggregationGoal: goal }
  const parameters = parseParameters({ ...terms, ...year, delta, noiseMultiplier })
  const beyond = beyondLimits(parameters, DEMONSTRATION_LIMITS)
  if (beyond === null) return parameters
  throw new NearsideError('input-invalid', `devices refuse --epsilon ${epsilon}: ${beyond}`)
}

/** Newest store of each shopper who visits in this period, and how many stores and events these shoppers lost in it. */
function visitsIn(shoppers: readonly YearShopper[], from: number, to: number) {
  const found = { stores: [] as DeviceStore[], lostStores: 0, lostEvents: 0 }
  for (const shopper of shoppers) {
    const { visits, stores } = shopper
    const last = visits.findLast((time) => time < to)
    if (last === undefined || last < from) continue
    const newest = stores.findLast((store) => store.from <= last)
    if (newest) found.stores.push(newest)
    for (const lost of stores.filter((store) => store.to >= from && store.to < to)) {
      found.lostStores++
      found.lostEvents += storedFrom(shopper, lost, lost.to, lost.to).length
    }
  }
  return found
}

/** Counts the bytes of a model's files that a browser's store lacks or holds in an older version. */
function createDownloads() {
  const known = new Map<DeviceStore, ModelManifest>()
  return (stores: readonly DeviceStore[], manifest: ModelManifest): number => {
    let sum = 0
    for (const store of stores) {
      const held = new Set(known.get(store)?.files.map(({ sha256 }) => sha256))
      for (const { sha256, bytes } of manifest.files) if (!held.has(sha256)) sum += bytes
      known.set(store, manifest)
    }
    return sum
  }
}
