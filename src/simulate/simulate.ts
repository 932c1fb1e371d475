/**
 * @module Federated rounds on a shop's own log: shoppers of training whose devices contribute what they
 * did, the servers that ship, the gate as it stands there, and what each version is worth to shoppers
 * whom nothing of it came from.
 */
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { epsilonOf } from '../aggregate/privacy/gaussianAccountant.ts'
import { quantize } from '../aggregate/privacy/quantize.ts'
import { integerClipNorm } from '../aggregate/protocol/policy.ts'
import { createHeldOutGate } from '../aggregate/server/heldOutGate.ts'
import { applyUpdate, distanceOf, layoutOf } from '../aggregate/server/nextModel.ts'
import type { Verdict } from '../aggregate/server/store.ts'
import { NearsideError } from '../core/error.ts'
import type { ShopperHistory } from '../core/features/cases.ts'
import type { History } from '../core/features/history.ts'
import type { BaseModel } from '../core/model/baseModel.ts'
import { createRandom, inRandomOrder, type Random } from '../core/model/random.ts'
import { SHARED_LENGTH, sharedDelta } from '../core/personal/sharedUpdate.ts'
import { DAY } from '../core/time.ts'
import { load } from '../evaluate/load.ts'
import { type Steps, step } from '../evaluate/steps.ts'
import { readHashed, readLatest, readModel } from '../train/models/read.ts'
import { inModelRows } from '../train/shop/modelRows.ts'
import type { Shop } from '../train/shop/shop.ts'
import { poisoned } from './forge.ts'
import { edgesOf, type Plan, planOf, type SimulationQuestion } from './plan.ts'
import { type Participant, playRound } from './playRound.ts'
import {
  FROZEN,
  measureQuality,
  type Period,
  type Quality,
  ROUNDS,
  type VersionQuality,
} from './quality.ts'
import { branch, seededBytes, seededNoise } from './seeded.ts'
import { createServers, type Servers } from './servers.ts'

const RETRAINED = 'retrained'

export interface RoundResult {
  readonly round: number
  /** Uploads that arrived at the leader, and how they were answered. */
  readonly uploaded: number
  readonly accepted: number
  readonly duplicates: number
  readonly rejected: number
  /** Reports in the sum. */
  readonly counted: number
  /** Whether the sum before noise is that of its reports, each once; null where none was released. */
  readonly sumExact: boolean | null
  /** The version that was published. */
  readonly released: string | null
  readonly gate: Verdict | null
  /** What a device has spent that was in each round so far; null without noise. */
  readonly epsilon: number | null
}

/** What `--json` holds. */
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
  /** Ends of the rounds, between the model's limit and the end of the last test. */
  readonly edges: readonly number[]
  /** Shoppers whose devices took part, round by round. */
  readonly shoppers: readonly number[]
  readonly shop: string
}

export async function simulate(question: SimulationQuestion, steps: Steps): Promise<Simulated> {
  const plan = planOf(question)
  const { shop, input } = await load({ ...question, seed: undefined, protocol: 'personal' })
  const edges = edgesOf(input.until, shop.to, question.rounds)
  const retrained = await readRetrained(question.retrained, shop, input.model)
  const random = createRandom(question.seed)
  const models = await mkdtemp(join(tmpdir(), 'nearside-simulate-'))
  try {
    await copyModels(question.model, models)
    const clock = { now: edges[0] }
    const rest = new Float64Array(SHARED_LENGTH)
    const servers = await openServers(question, plan, { models, clock, rest, shop, random })
    const others = input.shoppers.filter(({ id }) => !input.isHeldOut(id))
    const disks = new Map()
    const bought = random.integer(input.model.itemIds.length)
    const results: RoundResult[] = []
    const shoppers: number[] = []
    const current = async () => {
      const { model, hash } = await readHashed(models)
      const { projection, featureWeights } = model
      return {
        version: model.manifest.version,
        hash,
        model: { ...input.model, projection, featureWeights },
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
        throw new NearsideError('input-invalid', `no shopper came in round ${r + 1}`)
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
      const full = retrained.findLast(({ until }) => until <= from)
      return {
        ...{ from, to, version: newest.version },
        models: {
          [FROZEN]: input.model,
          [ROUNDS]: newest.model,
          ...(full && { [RETRAINED]: full.model }),
        },
      }
    }
  } finally {
    await rm(models, { recursive: true })
  }
}

/** With a release that nobody has signed: what is published here is read by nobody else. */
async function copyModels(from: string, to: string): Promise<void> {
  const { version, hash } = await readLatest(from)
  await cp(from, to, { recursive: true })
  await writeFile(join(to, 'latest.json'), JSON.stringify({ version, manifest: hash }))
}

/** @returns by their limit, ascending */
async function readRetrained(folder: string | undefined, shop: Shop, frozen: BaseModel) {
  if (folder === undefined) return []
  const versions = (await readdir(folder)).filter((name) => !/^\.|\.json$/.test(name))
  const all = await Promise.all(versions.map((version) => readModel(join(folder, version))))
  return all
    .map((trained) => {
      const { manifest } = trained
      const { model } = inModelRows(trained, shop)
      const isAlike =
        manifest.seed === frozen.manifest.seed &&
        manifest.holdout.fraction === frozen.manifest.holdout.fraction &&
        manifest.shop === frozen.manifest.shop &&
        model.itemIds.every((id, row) => id === frozen.itemIds[row])
      if (!isAlike)
        throw new NearsideError(
          'model-incompatible',
          `--retrained ${folder}: version ${manifest.version} is of another shop, catalog, seed or hold-out`,
        )
      return { until: Date.parse(manifest.data.until), model }
    })
    .sort((a, b) => a.until - b.until)
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
    applyUpdate: (parent, mean, rate, version) => {
      const all = mean.map((x, j) => (x * goal + rest[j] / parameters.scale) / (goal + restCounted))
      return applyUpdate(parent, all, rate, version)
    },
    // What a shop has by then.
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

/** As many as there are devices: where shoppers are fewer, each is played by several. */
function participantsOf(
  active: readonly ShopperHistory[],
  devices: number,
  model: BaseModel,
  end: number,
  random: Random,
): Participant[] {
  const known = new Map<string, Float32Array>()
  const updateOf = ({ id, interactions }: ShopperHistory, now: number) => {
    // To the day: a device comes some time after the part of the log that it plays.
    const days = Math.round((now - end) / DAY)
    const key = `${days} ${id}`
    const history = interactions.filter(({ time }) => time < end)
    const update = known.get(key) ?? sharedDelta(model, history, end + days * DAY)
    known.set(key, update)
    return update
  }
  const order = inRandomOrder(active, random)
  return Array.from({ length: devices }, (_, i) => {
    const shopper = order[i % order.length]
    const name = `${shopper.id} ${Math.floor(i / order.length)}`
    return { name, update: (now) => updateOf(shopper, now) }
  })
}

/** The sum of the quantised updates of those who don't go through the servers, in steps of the scale. */
async function addRest(
  participants: readonly Participant[],
  attack: SimulationQuestion['attack'],
  promoted: ArrayLike<number>,
  { parameters, rest, restCounted }: Plan,
  end: number,
  random: Random,
  label: string,
  steps: Steps,
): Promise<Float64Array> {
  const { scale, clipNorm } = parameters
  const bytes = seededBytes(branch(random))
  const sum = new Float64Array(SHARED_LENGTH)
  const honest = rest.all - rest.vanishing - rest.hostile
  for (const [i, { update }] of participants.slice(0, restCounted).entries()) {
    if (i % 100 === 0) await step(steps, `${label}: further devices`, i, restCounted)
    const own = update(end)
    const passes = attack === 'flip' || attack === 'promote'
    const sent = passes && i >= honest ? poisoned(attack, own, promoted, clipNorm) : own
    const quantized = quantize(sent, scale, integerClipNorm(parameters), bytes)
    quantized.forEach((x, j) => {
      sum[j] += x
    })
  }
  return sum
}

/** A shopper who buys one product again and again. */
function fakeHistory(item: number, now: number): History {
  return Array.from({ length: 20 }, (_, n) => ({
    ...{ item, name: 'purchase' as const, session: `order ${n}` },
    time: now - (20 - n) * DAY,
  }))
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
        : epsilonOf(Math.sqrt(nth + 1) / parameters.noiseMultiplier, parameters.delta),
  }
}
