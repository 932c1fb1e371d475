/**
 * @module The shop's server in the simulated year. The server knows only orders. It trains the first model, updates it
 * by `pretrain --from`, and releases full rounds that pass the real leader's checks.
 */
import type { PolicyParameters } from '@nearside/aggregate/protocol/policy.ts'
import { createHeldOutGate } from '@nearside/aggregate/server/heldOutGate.ts'
import { applyUpdate, layoutOf } from '@nearside/aggregate/server/nextModel.ts'
import { implausible, meanUpdate } from '@nearside/aggregate/server/release.ts'
import { shopperBefore } from '@nearside/core/features/cases.ts'
import { type Steps, step } from '@nearside/evaluate/steps.ts'
import { isHeldOut } from '@nearside/train/holdout.ts'
import { publishModel } from '@nearside/train/models/publish.ts'
import {
  type PublishedModel,
  readFiles,
  readLatest,
  readModel,
  readTrained,
} from '@nearside/train/models/read.ts'
import { pretrain } from '@nearside/train/pretrain.ts'
import type { Shop } from '@nearside/train/shop/shop.ts'
import { updateModel } from '@nearside/train/update/updateModel.ts'
import { NO_WORD_VECTORS } from '@nearside/train/wordVectors.ts'
import type { FilledRound } from './federation.ts'
import { START, type YearShop, type YearShopper } from './shop.ts'

/** Share of the shoppers from whom no model learns. */
const HOLDOUT = 0.05

/** Outcome of a full round: the version that it released, or the reason why it released none. */
export interface Verdict {
  readonly released: string | null
  readonly refusedBy: readonly string[]
}

export const isTested = ({ id }: YearShopper, seed: number) => isHeldOut(id, HOLDOUT, seed)

/** @param folder directory of the published models */
export function createServer(
  folder: string,
  shop: YearShop,
  terms: PolicyParameters,
  seed: number,
  steps: Steps,
) {
  const tested = shop.shoppers.filter((one) => isTested(one, seed))
  const options = (until: number) => ({
    ...{ seed, until, now: until, holdout: { fraction: HOLDOUT }, words: NO_WORD_VECTORS },
    onProgress: (label: string, done: number, total: number) =>
      steps.onProgress(`training: ${label}`, done, total),
    checkpoint: () => step(steps, 'training', 0, 0),
  })
  return {
    /** The newest model, and the newest model that was trained on orders. */
    async newest() {
      const published = await readLatest(folder)
      const trained = await readTrained(folder, published)
      const model = await readModel(folder)
      const isTrained = trained.hash === published.hash
      const updated = isTrained ? model : await readModel(trained.directory)
      return { published, model, trained, updated }
    },
    /** Trains the first model. @returns a sentence that says whether devices learn with this model, and why */
    async train(): Promise<string> {
      const orders = ordersBefore(shop, shop.shoppers, START)
      const made = await pretrain(orders, {
        ...options(START),
        ...{ learners: ['encoder', 'trees'], judgeFeatures: false },
      })
      await publishModel(folder, made)
      return made.priorReason
    },
    /** Updates the newest model with all orders before a time. @returns what it did, or why it published nothing */
    async update(until: number): Promise<string> {
      const parent = await readModel(folder)
      const orders = ordersBefore(shop, shop.shoppers, until)
      const made = await updateModel(parent, orders, options(until))
      if (made.refused !== null) return made.refused
      await publishModel(folder, made)
      return made.manifest.update?.did ?? ''
    },
    /** Publishes the model that follows from a full round, unless a check refuses it. */
    async release(
      { leader, helper }: FilledRound,
      published: PublishedModel,
      trained: PublishedModel,
      now: number,
    ): Promise<Verdict> {
      const policy = { ...terms, parameters: layoutOf(published) }
      const mean = meanUpdate(leader, helper, policy)
      const wrong = implausible(mean, policy)
      if (wrong.length > 0) return { released: null, refusedBy: wrong }
      const version = String(Number(published.version) + 1)
      const candidate = await applyUpdate(published, mean, terms, version)
      const gate = createHeldOutGate(ordersBefore(shop, tested, now), steps.signal)
      const { accepted, reasons } = await gate(published, candidate, trained)
      if (!accepted) return { released: null, refusedBy: reasons }
      const { manifest } = candidate
      const { directory } = published
      const files = await readFiles({ manifest, directory }, candidate.files)
      await publishModel(folder, { manifest, files }, { version })
      return { released: version, refusedBy: [] }
    },
  }
}

/** The log as the server knows it: orders before a time, of products that were launched until then. */
function ordersBefore(shop: YearShop, shoppers: readonly YearShopper[], until: number): Shop {
  const known = shoppers
    .map(({ id, orders }) => shopperBefore({ id, interactions: orders }, until))
    .filter(({ interactions }) => interactions.length > 0)
  let [from, to] = [until, 0]
  for (const { interactions } of known) {
    from = Math.min(from, interactions[0].time)
    to = Math.max(to, interactions[interactions.length - 1].time)
  }
  return {
    ...{ name: 'year', items: itemsAt(shop, until), shoppers: known, from, to, dayOnly: false },
  }
}

export const itemsAt = ({ items, launched }: YearShop, time: number) =>
  items.slice(0, launched.findLastIndex((from) => from < time) + 1)
