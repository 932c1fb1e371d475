/**
 * @module Simulates federated rounds on a shop's own log, with the shipped servers and gate. Devices of training
 * shoppers contribute. Each version is measured on held-out shoppers, whose data no version contains.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { epsilonOf, substitutionMu } from '@nearside/aggregate/privacy/gaussianAccountant.ts'
import { createHeldOutGate } from '@nearside/aggregate/server/heldOutGate.ts'
import { applyUpdate, distanceOf, layoutOf } from '@nearside/aggregate/server/nextModel.ts'
import type { Verdict } from '@nearside/aggregate/server/store/records.ts'
import { NearsideError } from '@nearside/core/error.ts'
import type { ShopperHistory } from '@nearside/core/features/cases.ts'
import { SHARED_LENGTH, sharedDelta } from '@nearside/core/learning/sharedUpdate.ts'
import { createRandom, type Random } from '@nearside/core/model/random.ts'
import { load } from '@nearside/evaluate/load.ts'
import { type Steps, step } from '@nearside/evaluate/steps.ts'
import { readHashed } from '@nearside/train/models/read.ts'
import type { Shop } from '@nearside/train/shop/shop.ts'
import { addRest, fakeHistory, participantsOf } from './crowd.ts'
import type { DeviceDisk } from './device.ts'
import { copyModels } from './models.ts'
import { edgesOf, type Plan, planOf, type SimulationQuestion } from './plan.ts'
import { playRound } from './playRound.ts'
import {
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
  /** Numbers of uploads that arrived at the leader, in total and by answer. */
  readonly uploaded: number
  readonly accepted: number
  readonly duplicates: number
  readonly rejected: number
  readonly counted: number
  /** Whether the sum before noise equals the sum of its reports, each counted once; null if no sum was released. */
  readonly sumExact: boolean | null
  /** Version that was published. */
  readonly released: string | null
  readonly gate: Verdict | null
  /** ε spent so far by a device that was in each round; null without noise. */
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
  /** Ends of the rounds, from the model's limit to the end of the last test period. */
  readonly edges: readonly number[]
  /** Number of shoppers whose devices took part, by round. */
  readonly shoppers: readonly number[]
  readonly shop: string
}

export async function simulate(question: SimulationQuestion, steps: Steps): Promise<Simulated> {
  const plan = planOf(question)
  const { shop, input } = await load({ ...question, seed: undefined, protocol: 'personal' })
  const edges = edgesOf(input.until, shop.to, question.rounds)
  const random = createRandom(question.seed)
  const models = await mkdtemp(join(tmpdir(), 'nearside-simulate-'))
  try {
    await copyModels(question.model, models)
    const clock = { now: edges[0] }
    const rest = new Float64Array(SHARED_LENGTH)
    const servers = await openServers(question, plan, { models, clock, rest, shop, random })
    const others = input.shoppers.filter(({ id }) => !input.isHeldOut(id))
    const disks = new Map<string, DeviceDisk>()
    const bought = random.integer(input.model.itemIds.length)
    const results: RoundResult[] = []
    const shoppers: number[] = []
    const current = async () => {
      const { model, hash } = await readHashed(models)
      const { featureWeights } = model
      return {
        version: model.manifest.version,
        hash,
        model: { ...input.model, featureWeights },
      }
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
      if (active.length === 0)
        throw new NearsideError('input-invalid', `no shopper in round ${r + 1}: lower --rounds`)
      shoppers.push(active.length)
      const label = `round ${r + 1} of ${question.rounds}`
      const crowd = participantsOf(active, question.devices, model, end, random)
      const promoted = sharedDelta(model, fakeHistory(bought, end), end)
      const before = { ...servers.traffic }
      const further = crowd.slice(plan.whole.all)
      const { attack } = question
      rest.set(await addRest(further, attack, promoted, plan, end, random, label, steps))
      const round = await playRound(crowd.slice(0, plan.whole.all), {
        ...{ servers, random: branch(random), clock, modelHash, disks, crowd: plan.whole },
        attack: question.attack,
        promoted,
        clipNorm: plan.parameters.clipNorm,
        onDevice: (done) => step(steps, label, done, plan.whole.all),
      })
      results.push(await resultOf(servers, round, before, plan, question, r))
      newest = await current()
      periods.push(periodOf(r + 1))
    }
    const quality = await measureQuality(input, periods, steps)
    await servers.shut()
    const { seed, devices } = question
    const result = { seed, devices, rounds: results, quality: quality.versions }
    return { result, quality, plan, edges, shoppers, shop: shop.name }

    function periodOf(part: number): Period {
      const [from, to] = [edges[part], edges[part + 1]]
      return {
        ...{ from, to, version: newest.version },
        models: {
          [FROZEN]: input.model,
          [ROUNDS]: newest.model,
        },
      }
    }
  } finally {
    await rm(models, { recursive: true })
  }
}

function openServers(
  { epsilon }: SimulationQuestion,
  { parameters, restCounted }: Plan,
  given: {
    readonly models: string
    readonly clock: { readonly now: number }
    readonly rest: Float64Array
    readonly shop: Shop
    readonly random: Random
  },
): Promise<Servers> {
  const { models, clock, rest, shop, random } = given
  const goal = parameters.aggregationGoal
  const noise = { leader: seededNoise(branch(random)), helper: seededNoise(branch(random)) }
  return createServers({
    ...{ models, parameters, now: () => clock.now, layout: layoutOf, distance: distanceOf },
    ...(epsilon !== null && { noise }),
    applyUpdate: (parent, mean, terms, version) => {
      const all = mean.map((x, j) => (x * goal + rest[j] / parameters.scale) / (goal + restCounted))
      return applyUpdate(parent, all, terms, version)
    },
    // The gate sees the shop's data up to this time.
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
  { parameters, rest, restCounted }: Plan,
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
        : epsilonOf(substitutionMu((nth + 1) / parameters.noiseMultiplier ** 2), parameters.delta),
  }
}
