/**
 * @module Simulates federated rounds on a shop's own log, with the shipped servers and their check of models. Training
 * shoppers' devices contribute. Each model version is measured on held-out shoppers, from whom no version learned.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { epsilonOf, substitutionMu } from '@nearside/aggregate/privacy/gaussianAccountant.ts'
import { createHeldOutGate } from '@nearside/aggregate/server/heldOutGate.ts'
import { applyUpdate, distanceOf, layoutOf } from '@nearside/aggregate/server/nextModel.ts'
import type { Verdict } from '@nearside/aggregate/server/store/records.ts'
import { updateOf } from '@nearside/browser/contribution/update.ts'
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import type { ShopperHistory } from '@nearside/core/features/cases.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { isFromCatalog } from '@nearside/core/model/manifest.ts'
import { createRandom, type Random } from '@nearside/core/model/random.ts'
import type { EvaluationInput } from '@nearside/evaluate/cases.ts'
import { load } from '@nearside/evaluate/load.ts'
import { type Steps, step } from '@nearside/evaluate/steps.ts'
import { readHashed } from '@nearside/train/models/read.ts'
import { inModelRows } from '@nearside/train/shop/modelRows.ts'
import type { Shop } from '@nearside/train/shop/shop.ts'
import { addRest, fakeHistory, participantsOf } from './crowd.ts'
import type { DeviceDisk } from './device.ts'
import { copyModels } from './models.ts'
import { edgesOf, type Plan, planOf, type SimulationQuestion } from './plan.ts'
import { type Participant, playRound } from './playRound.ts'
import {
  COLLECTED,
  FROZEN,
  measureQuality,
  type Period,
  type Quality,
  ROUNDS,
  type VersionQuality,
} from './quality.ts'
import { branch, seededNoise } from './seeded.ts'
import { createServers, type Servers } from './servers.ts'

export interface RoundResult {
  readonly round: number
  /** Number of uploads that arrived at the leader; the fields below count them by the leader's answer. */
  readonly uploaded: number
  readonly accepted: number
  readonly duplicates: number
  readonly rejected: number
  readonly counted: number
  /** Whether the sum before noise equals the sum of its reports, each counted once; null if no sum was released. */
  readonly sumExact: boolean | null
  /** Version of the model that this round published; null if it published none. */
  readonly released: string | null
  readonly gate: Verdict | null
  /** ε spent so far by a device that took part in as many rounds as the terms allow; null without noise. */
  readonly epsilon: number | null
}

/** Content of `--json`. */
export interface SimulationResult {
  readonly seed: number
  readonly devices: number
  readonly rounds: readonly RoundResult[]
  readonly quality: readonly VersionQuality[]
}

export interface Simulated {
  readonly result: SimulationResult
  readonly quality: Quality
  readonly plan: Plan
  /** Start of the first round, end of each round, end of the last test period. */
  readonly edges: readonly number[]
  /** Number of shoppers whose devices took part, by round. */
  readonly shoppers: readonly number[]
  readonly shop: string
  /** First day of the test, milliseconds since the epoch. */
  readonly until: number
}

/** Outcome of a round, for a caller that records it. */
export interface PlayedRound {
  /** End of the round's part of the log, milliseconds since the epoch. */
  readonly end: number
  readonly shoppers: number
  readonly participants: readonly Participant[]
  readonly result: RoundResult
  /** Sum of the counted updates without noise, in units of the model's weights; no server knows this sum. */
  readonly exact: Float64Array
  /** Sum of the counted updates as the servers release it, in units of the model's weights. */
  readonly released: Float64Array
  readonly model: BaseModel
}

/** @param onRound called after each full round; the rounds end when this function returns false */
export async function simulate(
  question: SimulationQuestion,
  steps: Steps,
  onRound: (round: PlayedRound) => boolean = () => true,
): Promise<Simulated> {
  const plan = planOf(question)
  const { shop, input } = await load({ ...question, seed: undefined, protocol: 'personal' })
  const noLog = isFromCatalog(input.model)
  if (!noLog && plan.parameters.countShare !== undefined)
    throw invalidInput(
      'the model’s popularity comes from a log, so its rounds need no counts: leave countShare out',
    )
  const { until } = input.model.manifest.data
  const edges = edgesOf(noLog ? shop.from : Date.parse(until), shop.to, question.rounds)
  const collected = await readCollected(question, input)
  const random = createRandom(question.seed)
  const models = await mkdtemp(join(tmpdir(), 'nearside-simulate-'))
  try {
    await copyModels(question.model, models)
    const clock = { now: edges[0] }
    const rest: Rest = { sum: new Float64Array(), released: new Float64Array() }
    const servers = await openServers(question, plan, { models, clock, rest, shop, random })
    const others = input.shoppers.filter(({ id }) => !input.isHeldOut(id))
    const disks = new Map<string, DeviceDisk>()
    const bought = random.integer(input.model.itemIds.length)
    const results: RoundResult[] = []
    const shoppers: number[] = []
    const current = async () => {
      const { model, hash } = await readHashed(models)
      const { featureWeights } = model
      const { version } = model.manifest
      // A model that was trained on a log gets the log's popularity every night; one without a log knows only its
      // rounds' counts.
      const learned = noLog
        ? { featureWeights, statistics: inModelRows(model, shop).model.statistics }
        : { featureWeights }
      return { version, hash, model: { ...input.model, ...learned } }
    }
    let newest = await current()
    const periods: Period[] = [periodOf(0)]
    for (let r = 0; r < question.rounds; r++) {
      const [from, end] = [edges[r], edges[r + 1]]
      clock.now = Math.max(clock.now, end)
      const { model, hash: modelHash } = newest
      const active = others.filter(({ interactions }) =>
        interactions.some(({ time }) => time >= from && time < end),
      )
      if (active.length === 0) throw invalidInput(`no shopper in round ${r + 1}: lower --rounds`)
      shoppers.push(active.length)
      const label = `round ${r + 1} of ${question.rounds}`
      const { parameters: terms, reports } = plan
      const part = { terms, model, end, generation: Math.floor(r / reports) }
      const crowd = participantsOf(active, question.devices, part, random)
      const promoted = updateOf(terms, model, fakeHistory(bought, end), end)
      const before = { ...servers.traffic }
      const further = crowd.slice(plan.whole.all)
      const { attack } = question
      rest.sum = await addRest(further, attack, promoted, plan, end, random, label, steps)
      const round = await playRound(crowd.slice(0, plan.whole.all), {
        ...{ servers, random: branch(random), clock, modelHash, disks, crowd: plan.whole },
        attack: question.attack,
        promoted,
        clipNorm: terms.clipNorm,
        onDevice: (done) => step(steps, label, done, plan.whole.all),
      })
      const result = await resultOf(servers, round, before, plan, question, r)
      results.push(result)
      newest = await current()
      periods.push(periodOf(r + 1))
      const { released } = rest
      const exact = servers.sumOf(round)?.map((x, j) => (x + rest.sum[j]) / terms.scale)
      const played = { end, shoppers: active.length, participants: crowd, result, released }
      if (exact && !onRound({ ...played, exact, model: newest.model })) break
    }
    const quality = await measureQuality(input, periods, steps)
    await servers.shut()
    const { seed, devices } = question
    const result = { seed, devices, rounds: results, quality: quality.versions }
    return { result, quality, plan, edges, shoppers, shop: shop.name, until: input.until }

    function periodOf(part: number): Period {
      const [from, to] = [edges[part], edges[part + 1]]
      const models = {
        [FROZEN]: input.model,
        [ROUNDS]: newest.model,
        ...(collected && { [COLLECTED]: collected }),
      }
      return { from: Math.max(from, input.until), to, version: newest.version, models }
    }
  } finally {
    await rm(models, { recursive: true })
  }
}

/**
 * Reads the base model of a shop that collects everything; null if the caller names no such model.
 * @throws NearsideError `model-incompatible` if the base model was trained on tested data, or has the same items in
 * another sequence
 */
async function readCollected(
  { collected, ...question }: SimulationQuestion,
  input: EvaluationInput,
) {
  if (collected === undefined) return null
  const other = await load({ ...question, model: collected, seed: undefined, protocol: 'personal' })
  const { model, until } = other.input
  const { seed, holdout } = input.model.manifest
  const sawTested =
    until > input.until ||
    seed !== model.manifest.seed ||
    holdout.fraction !== model.manifest.holdout.fraction
  if (sawTested || model.itemIds.some((id, row) => id !== input.model.itemIds[row]))
    throw new NearsideError(
      'model-incompatible',
      sawTested
        ? `${collected} was trained on tested shoppers or days: train it with the same --holdout, --seed and --until`
        : `${collected} has another order of items: make both models from the same catalog`,
    )
  return model
}

/** Sums of the current round. */
interface Rest {
  /** Sum of the quantised updates (integers: update · scale) of devices that send no reports to the servers. */
  sum: Float64Array
  /** Sum of all counted updates with noise, in units of the model's weights. */
  released: Float64Array
}

function openServers(
  { epsilon }: SimulationQuestion,
  { parameters, restCounted }: Plan,
  given: {
    readonly models: string
    readonly clock: { readonly now: number }
    readonly rest: Rest
    readonly shop: Shop
    readonly random: Random
  },
): Promise<Servers> {
  const { models, clock, rest, shop, random } = given
  const goal = parameters.aggregationGoal
  const counted = goal + restCounted
  const noise = { leader: seededNoise(branch(random)), helper: seededNoise(branch(random)) }
  return createServers({
    ...{ models, parameters, now: () => clock.now, layout: layoutOf, distance: distanceOf },
    ...(epsilon !== null && { noise }),
    applyUpdate: (parent, mean, terms, version) => {
      const all = mean.map((x, j) => (x * goal + rest.sum[j] / parameters.scale) / counted)
      rest.released = all.map((x) => x * counted)
      const noiseMultiplier = epsilon === null ? 0 : terms.noiseMultiplier
      const own = { ...terms, aggregationGoal: counted, noiseMultiplier }
      return applyUpdate(parent, all, own, version)
    },
    // Tests the new version before its publication, on the shop's data up to the simulated time.
    gate: (parent, candidate, trained) =>
      createHeldOutGate(until(shop, clock.now))(parent, candidate, trained),
  })
}

function until(shop: Shop, now: number): Shop {
  const before = ({ id, interactions }: ShopperHistory): ShopperHistory => ({
    id,
    interactions: interactions.filter(({ time }) => time < now),
  })
  return { ...shop, shoppers: shop.shoppers.map(before) }
}

async function resultOf(
  servers: Servers,
  round: number,
  before: Servers['traffic'],
  { parameters, reports, rest, restCounted }: Plan,
  { epsilon }: SimulationQuestion,
  nth: number,
): Promise<RoundResult> {
  const { traffic } = servers
  const of = (name: keyof typeof traffic) => traffic[name] - before[name]
  const { state, version, verdict, counted = 0 } = (await servers.summary(round)) ?? {}
  const sent = rest.all - rest.vanishing
  return {
    round: nth + 1,
    uploaded: of('uploaded') + sent,
    accepted: of('accepted') + restCounted,
    duplicates: of('duplicates'),
    rejected: of('rejected') + sent - restCounted,
    counted: counted + restCounted,
    sumExact: servers.isExact(round),
    released: state === 'released' ? (version ?? null) : null,
    gate: verdict ?? null,
    epsilon:
      epsilon === null
        ? null
        : epsilonOf(
            substitutionMu(Math.min(nth + 1, reports) / parameters.noiseMultiplier ** 2),
            parameters.delta,
          ),
  }
}
