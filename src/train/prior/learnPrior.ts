/**
 * @module Learns the population's prior over personal parameters, and the recipe of the fit on devices. Variances come
 * from the spread over training shoppers; `choose.ts` chooses their scale, the half-life, λ and, if the log has several
 * kinds of event, the event weights. Each half of the shoppers is tested with the other half's spread.
 */
import { EVENT_WEIGHTS } from '@nearside/core/events/strength.ts'
import type { ShopperHistory } from '@nearside/core/features/cases.ts'
import { PRICE_KIND } from '@nearside/core/features/context/contextFeatures.ts'
import { FEATURE_COUNT } from '@nearside/core/features/features.ts'
import type { StatisticsOptions } from '@nearside/core/features/statistics.ts'
import { casesFromHistory } from '@nearside/core/learning/learningCases.ts'
import { type BaseModel, DIMENSION, type PersonalPrior } from '@nearside/core/model/baseModel.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import type { Engine } from '@nearside/engine/engine.ts'
import { OutOfFoldStatistics } from '../ranker/outOfFold.ts'
import { afterWarmUp, logsBefore } from '../ranker/sample.ts'
import type { RankerData } from '../ranker/trainRanker.ts'
import { certainGain, choose, type Judgement, judge, priorOf, type Recipe } from './choose.ts'
import { learnSpread, type Spread, withVariance } from './spread.ts'
import { BEST, buildTrial, describing, EVENT_WEIGHTINGS, type Trial } from './trial.ts'

type PriorData = Omit<RankerData, 'context'>

interface PriorOptions {
  /** Exclusive limit of the events, milliseconds since the epoch. */
  readonly until: number
  readonly seed: number
  readonly engine: Engine
  /**
   * Selects the tested shoppers; default: all. The encoder must not have trained on them: on its training shoppers, the
   * user vector seems to gain six times as much.
   */
  readonly eligible?: (shopper: string) => boolean
  /** Maximum number of shoppers in each half. */
  readonly maxShoppers?: number
  /** Maximum number of tested cases of each shopper, the most recent ones. */
  readonly casesEach?: number
  readonly onProgress?: (step: string, done: number, total: number) => void
}

const STEPS = 30
const SPREAD_ROUNDS = 4
const DEFAULT_MAX_SHOPPERS = 350
const DEFAULT_CASES_EACH = 4
/** Maximum of items times tested shoppers, which limits the time. */
const MOST_LOOKED_AT = 1.5e7
const SCALES = [0.1, 0.3, 1, 3, 10] as const
const HALF_LIVES = [60, 180, 365] as const
/** Initial standard deviation of the change that the user vector u makes to a score, nats. */
const START_TASTE = 0.5
/** Initial standard deviation of the change that one personal feature weight (of w_p) makes to a score, nats. */
const START_WEIGHT = 0.1

/**
 * @param model base model, whose own prior and statistics are ignored
 * @returns the prior, the `reason` for its strength or for λ = 0, and `metrics` for the manifest
 */
export async function learnPrior(model: BaseModel, data: PriorData, options: PriorOptions) {
  const { engine, onProgress } = options
  const start = startOf(model)
  const halves = buildTrials({ ...model, prior: start }, data, options)
  const trials = halves.flat()
  const count = (half: readonly Trial[]) => new Set(half.map(({ shopper }) => shopper)).size
  if (halves.some((half) => count(half) < 10))
    return nothing(start, 'too few shoppers with three orders or events to learn a prior from')
  const spreads: Spread[] = []
  for (const [h, half] of halves.entries()) {
    const lastOfEach = [...new Map(half.map((trial) => [trial.shopper, trial])).values()]
    const progress = (done: number, total: number) =>
      onProgress?.('spread', h * total + done, halves.length * total)
    spreads.push(await learnSpread(lastOfEach, start, engine, SPREAD_ROUNDS, progress))
  }
  const asked = halves.map((half, h) => ({ trials: half, spread: spreads[1 - h] }))
  const judgements: Judgement[] = []
  let done = 0
  const weightings = trials.some((one) => one.ofSeveralKinds) ? EVENT_WEIGHTINGS : []
  const total = 3 * SCALES.length + HALF_LIVES.length + weightings.length + 1
  const attempt = async (recipe: Recipe) => {
    const known = judgements.some((one) => JSON.stringify(one.recipe) === JSON.stringify(recipe))
    if (!known) judgements.push(...(await judge(model, asked, start, recipe, engine)))
    onProgress?.('choice', ++done, total)
  }
  // One setting is searched after the other, because a full grid would fit more noise.
  const from: Recipe = {
    taste: 0,
    features: 0,
    halfLifeDays: 180,
    eventWeights: EVENT_WEIGHTS,
    mean: 0,
  }
  for (const features of SCALES) await attempt({ ...from, features })
  const weightsAlone = bestOf(judgements)
  for (const taste of SCALES) {
    await attempt({ ...from, taste })
    await attempt({ ...weightsAlone, taste })
  }
  const coordinates = { halfLifeDays: HALF_LIVES, eventWeights: weightings, mean: [1] }
  for (const [name, values] of Object.entries(coordinates)) {
    const recipe = choose(judgements).best?.recipe ?? weightsAlone
    for (const value of values) await attempt({ ...recipe, [name]: value })
  }
  const { best, reason } = choose(judgements)
  const recipe = best?.recipe ?? weightsAlone
  return {
    prior: priorOf(meanOf(spreads), start, recipe, best?.fusionWeight ?? 0),
    reason,
    judgements,
    metrics: metricsOf(best, trials.length),
  }
}

function meanOf([a, b]: readonly Spread[]): Spread {
  const middle = (name: keyof Spread) => a[name].map((value, j) => (value + b[name][j]) / 2)
  return { mean: middle('mean'), variance: middle('variance') }
}

/** Recipe with the highest likelihood, even if its gain is not certain. */
function bestOf(judgements: readonly Judgement[]): Recipe {
  const best = choose(judgements).best
  return (best ?? judgements.reduce((a, b) => (certainGain(b) > certainGain(a) ? b : a))).recipe
}

function startOf(model: BaseModel): PersonalPrior {
  let square = 0
  for (const value of model.itemVectors) square += value * value
  const perItem = square / Math.max(1, model.itemIds.length)
  const variance = new Float32Array(DIMENSION + FEATURE_COUNT)
  if (perItem > 0) variance.fill(START_TASTE ** 2 / perItem, 0, DIMENSION)
  for (let f = 0; f < FEATURE_COUNT; f++) {
    // A feature that the ranker dropped stays frozen here, too.
    if (model.featureWeights[f] !== 0) variance[DIMENSION + f] = START_WEIGHT ** 2
  }
  return withVariance(
    {
      mean: new Float32Array(variance.length),
      variance,
      stepSize: variance,
      steps: STEPS,
      fusionWeight: 1,
      halfLifeDays: 180,
    },
    variance,
  )
}

/** Maximum number of tested shoppers in each half, number of cases of both halves, and bytes of features per case. */
export function sizeOf(
  items: number,
  casesEach = DEFAULT_CASES_EACH,
  maxShoppers = DEFAULT_MAX_SHOPPERS,
) {
  const most = Math.min(maxShoppers, Math.max(20, Math.floor(MOST_LOOKED_AT / items)))
  return { most, cases: 2 * most * casesEach, bytesEach: Math.min(BEST, items) * FEATURE_COUNT * 4 }
}

function buildTrials(model: BaseModel, data: PriorData, options: PriorOptions) {
  const { until, seed, eligible = () => true, casesEach = DEFAULT_CASES_EACH } = options
  const shoppers = logsBefore(data.shoppers, until)
  const statistics = new OutOfFoldStatistics(data.items, shoppers, {
    neighbourDays: 60,
    popularityDays: 30,
    // The ranker's statistics start at the same time, so prior and ranker share cached neighbour lists.
    from: afterWarmUp(shoppers, until),
    until,
    statistics: { context: contextNeeded(model) },
    lists: data.lists,
  })
  const random = createRandom(seed + 1)
  const { most } = sizeOf(model.itemIds.length, casesEach, options.maxShoppers)
  const casesOf = ({ interactions }: ShopperHistory) =>
    casesFromHistory(interactions, { dayOnly: data.dayOnly })
  const drawn = shoppers
    .filter(({ id }) => eligible(id))
    .filter((log) => casesOf(log).length >= 2)
    .map((log) => ({ log, order: random.next() }))
    .sort((a, b) => a.order - b.order)
    .slice(0, 2 * most)
  const places = drawn.flatMap(({ log }, k) => {
    const cases = casesOf(log)
    const earliest = Math.max(1, cases.length - casesEach)
    return cases.slice(earliest).map(({ time }, n) => ({
      log,
      half: k % 2,
      next: earliest + n,
      shopper: log.id,
      time,
    }))
  })
  places.sort(statistics.compareCases)
  const halves: [Trial[], Trial[]] = [[], []]
  const describe = describing(model)
  places.forEach((place, k) => {
    const { log, next } = place
    const knownAt = (time: number) => describe(statistics.at(log.id, time, log.interactions))
    const trial = buildTrial(log, next, data.dayOnly, knownAt)
    if (trial) halves[place.half].push(trial)
    options.onProgress?.('trials', k + 1, places.length)
  })
  return halves
}

/** Context that statistics for the model need: the kinds that it uses, and the contexts over time. */
export function contextNeeded({ context }: BaseModel): StatisticsOptions['context'] {
  if (!context) return undefined
  const kinds = new Set(context.terms.map(({ feature }) => feature.kind))
  kinds.delete(PRICE_KIND)
  return { kinds: [...kinds], contexts: context.contexts }
}

function metricsOf(best: Judgement | null, cases: number): Record<string, number> {
  return {
    'prior.cases': cases,
    'prior.fusionWeight': best?.fusionWeight ?? 0,
    'prior.lift.ndcg@10': best?.ndcgLift ?? 0,
    'prior.lift.ndcg@10.error': best?.ndcgError ?? 0,
    'prior.gain.nll': best?.nllGain ?? 0,
    'prior.gain.nll.error': best?.nllError ?? 0,
  }
}

function nothing(start: PersonalPrior, reason: string) {
  const judgements: Judgement[] = []
  const metrics: Record<string, number> = { 'prior.fusionWeight': 0 }
  return { prior: { ...start, fusionWeight: 0 }, reason, judgements, metrics }
}
