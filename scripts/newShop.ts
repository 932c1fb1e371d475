/**
 * @module `npx tsx scripts/newShop.ts`: writes `public/replay/new-shop.json` for the demo's page `/fast-forward`: the
 * first weeks of a new shop that collects nothing. The base model knows only the catalog (`newShopWeights.json`:
 * weights trained on the logs of three other shops). Every week the devices of the training shoppers send updates
 * through `simulate`; each version is evaluated on held-out shoppers.
 */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { costOf } from '@nearside/aggregate/privacy/gaussianAccountant.ts'
import { subtract } from '@nearside/aggregate/privacy/pine/field.ts'
import { expandHelperShare } from '@nearside/aggregate/privacy/pine/pine.ts'
import { quantize, toResidues } from '@nearside/aggregate/privacy/quantize.ts'
import { SHOP_PARAMETERS } from '@nearside/aggregate/protocol/demoParameters.ts'
import { integerClipNorm } from '@nearside/aggregate/protocol/policy.ts'
import { FEATURE_COUNT } from '@nearside/core/features/features.ts'
import { highestRows } from '@nearside/core/model/highest.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { scoreTerms } from '@nearside/core/model/score.ts'
import { load } from '@nearside/evaluate/load.ts'
import type { SimulationQuestion } from '@nearside/research/simulate/plan.ts'
import { FROZEN, ROUNDS } from '@nearside/research/simulate/quality.ts'
import { seededBytes } from '@nearside/research/simulate/seeded.ts'
import { type PlayedRound, simulate } from '@nearside/research/simulate/simulate.ts'
import { makeCatalogBase } from '@nearside/train/catalogBase/catalogBase.ts'
import { publishModel } from '@nearside/train/models/publish.ts'
import { readShop } from '@nearside/train/shop/read.ts'
import { formatDay } from '@nearside/train/shop/time.ts'
import weights from './newShopWeights.json' with { type: 'json' }
import { ROOT, SHOP } from './replay.ts'

export const FILE = join(ROOT, 'public/replay/new-shop.json')

/** Terms of a shop without a log (DEPLOYING.md), with a larger learning rate and no momentum. */
const COUNT_SHARE = 0.8
const TERMS = {
  ...SHOP_PARAMETERS,
  task: 'new-shop',
  countShare: COUNT_SHARE,
  delta: 1e-8,
  learningRate: 1,
  momentum: 0,
}
/** ε, under substitution adjacency, of the four reports that a device sends in a year. */
const EPSILON = 4
const LIST = 10
/** The simulation runs without a progress display, and nobody can stop it. */
const STEPS = { onProgress: () => {}, signal: new AbortController().signal }
/** Maximum number of products of the device that is shown as the example. */
const MOST_ITEMS = 6

export interface NewShopQuestion {
  readonly shop: string
  readonly devices: number
  /** Number of rounds into which the whole log is divided. */
  readonly rounds: number
  /** The simulation ends after this many published rounds. A round with too few updates is not published. */
  readonly published: number
  readonly seed: number
  readonly now: number
}

export const RECORDED: NewShopQuestion = {
  ...{ shop: SHOP, devices: 10_000, rounds: 52, published: 34, seed: 1 },
  now: Date.parse('2026-11-30'),
}

/** Text of `new-shop.json`; the same question gives the same text. */
export async function newShopFile(question: NewShopQuestion): Promise<string> {
  const shop = await readShop(question.shop, question.now)
  const folder = await mkdtemp(join(tmpdir(), 'nearside-new-shop-'))
  try {
    const made = await makeCatalogBase(shop.name, shop.items, question.now, weights.weights)
    await publishModel(folder, made)
    const asked: SimulationQuestion = {
      ...{ ...question, model: folder, until: formatDay(shop.from) },
      ...{ drop: 0.1, malicious: 0, attack: null, epsilon: EPSILON, terms: TERMS },
    }
    const played: PlayedRound[] = []
    const { result, plan } = await simulate(
      asked,
      STEPS,
      (round) => played.push(round) < question.published,
    )
    if (played.length < question.published)
      throw new Error(`only ${played.length} rounds of ${question.rounds} published a version`)
    const of = (version: string, arm: string) =>
      result.quality.find((one) => one.version === version && one.arm === arm)?.['ndcg@10']
    const qualityOf = (version: string) =>
      [FROZEN, ROUNDS].map((arm) => fixed(of(version, arm) ?? Number.NaN, 4))
    const { model: first } = (await load({ ...asked, seed: undefined, protocol: 'personal' })).input
    const opening = { ends: formatDay(shop.from), quality: qualityOf('1') }
    const weeks = await Promise.all([
      { ...opening, list: topOf(first, shop.from).map((row) => [first.itemIds[row]]) },
      ...played.map(async (round, w) => ({
        ends: formatDay(round.end),
        shoppers: round.shoppers,
        counted: round.result.counted,
        quality: qualityOf(round.result.released ?? ''),
        device: await exampleOf(round, plan.parameters, question.seed + w),
        list: listOf(round, plan.parameters.clipNorm),
      })),
    ])
    const { report, year } = costOf(plan.parameters)
    const head = {
      ...{ shop: shop.name, seed: question.seed, devices: question.devices },
      epsilon: { report: fixed(report, 2), year: fixed(year, 2) },
    }
    const lines = weeks.map((week) => `    ${JSON.stringify(week)}`).join(',\n')
    return `{\n  ${JSON.stringify(head).slice(1, -1)},\n  "weeks": [\n${lines}\n  ]\n}\n`
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Rows of the items that a model ranks first for a shopper without a history. */
const topOf = (model: PlayedRound['model'], time: number) =>
  highestRows(Float32Array.from(scoreTerms(model, [], time).base), LIST)

/** The new model's first products, each with the devices' exact count and the noisy count that the servers released. */
function listOf({ model, end, exact, released }: PlayedRound, clipNorm: number) {
  // Each device scales its counts to this norm before the servers add them up.
  const unit = Math.sqrt(COUNT_SHARE) * clipNorm
  return topOf(model, end).map((row) => [
    model.itemIds[row],
    ...[exact, released].map((sum) => fixed(sum[FEATURE_COUNT + row] / unit, 1)),
  ])
}

/**
 * The round's first device with few products: its products, and its update's value for the first of them, whole and
 * as the two secret shares that the servers get.
 */
async function exampleOf(
  { participants, model, end }: PlayedRound,
  terms: Parameters<typeof integerClipNorm>[0],
  seed: number,
) {
  const rowsOf = (update: ArrayLike<number>) =>
    model.itemIds.flatMap((_, row) => (update[FEATURE_COUNT + row] > 0 ? [row] : []))
  const update = participants
    .map((one) => one.update(end))
    .find((one) => {
      const { length } = rowsOf(one)
      return length > 0 && length <= MOST_ITEMS
    })
  if (!update) throw new Error('no device has few products')
  const rows = rowsOf(update)
  const bytes = seededBytes(createRandom(seed))
  const whole = quantize(update, terms.scale, integerClipNorm(terms), bytes)
  const at = FEATURE_COUNT + rows[0]
  const helper = (await expandHelperShare(bytes(128), whole.length))[at]
  const leader = subtract(toResidues(whole)[at], helper)
  return { items: rows.map((row) => model.itemIds[row]), number: whole[at], leader, helper }
}

const fixed = (value: number, digits: number) => Number(value.toFixed(digits))

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await writeFile(FILE, await newShopFile(RECORDED))
  console.log(`wrote ${FILE}`)
}
