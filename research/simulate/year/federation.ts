/**
 * @module Plays the weekly rounds of the simulated year: which devices come, which find a server down, how much ε each
 * report costs, and the sum of the reports. Updates, rounding, shares, noise, mean and ε are the product's own code.
 * Seals, proofs and requests are left out; `simulate` without `--year` plays them.
 */

import { subtract } from '@nearside/aggregate/privacy/pine/field.ts'
import { expandHelperShare } from '@nearside/aggregate/privacy/pine/pine.ts'
import { quantize, toResidues } from '@nearside/aggregate/privacy/quantize.ts'
import { addShare, helperSeeds, SEED_BYTES } from '@nearside/aggregate/privacy/shares.ts'
import {
  integerClipNorm,
  noiseVariance,
  type PolicyParameters,
} from '@nearside/aggregate/protocol/policy.ts'
import { updateOf } from '@nearside/browser/contribution/update.ts'
import { createCandidates } from '@nearside/core/learning/candidates.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import type { Random } from '@nearside/core/model/random.ts'
import { DAY } from '@nearside/core/time.ts'
import { fastTools } from '@nearside/engine/candidates.ts'
import { type Steps, step } from '@nearside/evaluate/steps.ts'
import type { PublishedModel } from '@nearside/train/models/read.ts'
import { fakeHistory } from '../crowd.ts'
import { type Attack, poisoned } from '../forge.ts'
import { branch, seededBytes, seededNoise } from '../seeded.ts'
import { type DeviceStore, START, storedFrom, YEAR, type YearShopper } from './shop.ts'

/** Mean days of the long outage that each server has in a year. */
const LONG_OUTAGE = 10
/** Number of short outages of each server in a year. */
const SHORT_OUTAGES = 4
/** Mean days of a short outage. */
const SHORT_OUTAGE = 0.5

export interface Outage {
  readonly role: 'leader' | 'helper'
  readonly from: number
  readonly to: number
}

export function outagesOf(random: Random): Outage[] {
  return (['leader', 'helper'] as const).flatMap((role) =>
    Array.from({ length: 1 + SHORT_OUTAGES }, (_, n) => {
      const from = START + YEAR * random.next()
      const days = n === 0 ? LONG_OUTAGE : -SHORT_OUTAGE * Math.log(1 - random.next())
      return { role, from, to: from + days * DAY }
    }),
  )
}

/** Numbers of a week's devices and reports, by outcome. */
export interface Traffic {
  /** Number of reports in the sum. */
  counted: number
  /** Number of invented reports of hostile devices in the sum. */
  poisoned: number
  /** Number of devices that found a server down. Such a device spent no ε, and tries again after the next visit. */
  turnedAway: number
  /** Number of devices that came after the round was full. They spent no ε. */
  late: number
  /** Number of reports that never arrived, because the page closed; the ε of these reports is spent. */
  vanished: number
  /** Number of reports lost because a new model ended their round before its goal; their ε is spent. */
  abandoned: number
  /** Number of reports that the servers refuse for a wrong proof. */
  refused: number
}

/** A round's sum as two shares, one at each server. */
interface OpenRound {
  readonly model: PublishedModel
  readonly leader: Uint32Array
  readonly helper: Uint32Array
  /** Sum of the round's reports before they were split into shares; no server knows this sum. */
  readonly exact: Int32Array
  counted: number
}

/** The two servers' shares of the sum with noise, as the servers exchange them. */
export interface FilledRound {
  readonly leader: Uint32Array
  readonly helper: Uint32Array
  /** Whether the two shares add up to the sum of the reports. */
  readonly isExact: boolean
}

interface FederationOptions {
  readonly terms: PolicyParameters
  /** Share of devices that vanish after they spent their ε. */
  readonly drop: number
  readonly attack: Attack | null
  /** Share of the contributing shoppers who attack. */
  readonly malicious: number
}

export function createFederation(
  shoppers: readonly YearShopper[],
  options: FederationOptions,
  random: Random,
) {
  const { terms, drop, attack, malicious } = options
  const outages = outagesOf(branch(random))
  const bytes = seededBytes(branch(random))
  const noise = { leader: seededNoise(branch(random)), helper: seededNoise(branch(random)) }
  const hostile = new Set(shoppers.filter(() => random.next() < malicious))
  const spent = new Map<DeviceStore, number[]>()
  const spentBy = new Map<YearShopper, number>()
  let open: OpenRound | null = null
  let round = 0

  /** Devices that visit in this period and could contribute, sorted by the time of their report. */
  function arrivals(from: number, to: number) {
    const all: { shopper: YearShopper; store: DeviceStore; time: number }[] = []
    for (const shopper of shoppers) {
      const visit = shopper.visits.findLast((time) => time < to)
      if (visit === undefined || visit < from) continue
      const store = shopper.stores.findLast((one) => one.from <= visit)
      if (!store?.agrees) continue
      // A device reports at a random time within a day after its fit.
      const time = Math.min(to - 1, store.to - 1, visit + Math.floor(random.next() * DAY))
      all.push({ shopper, store, time })
    }
    return all.sort((a, b) => a.time - b.time)
  }

  function mayReport(store: DeviceStore, time: number): boolean {
    const times = spent.get(store) ?? []
    const period = time - terms.periodDays * DAY
    const last = times.at(-1) ?? Number.NEGATIVE_INFINITY
    return (
      times.filter((one) => one > period).length < terms.maxParticipations &&
      time - last >= terms.minSeparationSeconds * 1000
    )
  }

  function spend(shopper: YearShopper, store: DeviceStore, time: number): void {
    spent.set(store, [...(spent.get(store) ?? []), time])
    spentBy.set(shopper, (spentBy.get(shopper) ?? 0) + 1)
  }

  async function add(sum: OpenRound, update: ArrayLike<number>): Promise<void> {
    const whole = quantize(update, terms.scale, integerClipNorm(terms), bytes)
    const { hash } = sum.model
    const binding = { task: terms.task, round, policyHash: hash, modelHash: hash }
    const seeds = await helperSeeds(bytes(SEED_BYTES), binding)
    const helper = await expandHelperShare(seeds, whole.length)
    addShare(sum.helper, helper)
    addShare(
      sum.leader,
      toResidues(whole).map((x, j) => subtract(x, helper[j])),
    )
    whole.forEach((x, j) => {
      sum.exact[j] += x
    })
    sum.counted++
  }

  async function fill({ leader, helper, exact }: OpenRound): Promise<FilledRound> {
    const sum = Uint32Array.from(leader)
    addShare(sum, helper)
    const isExact = toResidues(exact).every((x, j) => x === sum[j])
    const variance = noiseVariance(terms)
    addShare(leader, await noise.leader(variance, leader.length))
    addShare(helper, await noise.helper(variance, helper.length))
    return { leader, helper, isExact }
  }

  return {
    outages,
    /** Plays a week. @returns the week's traffic, and the round's sums if the round is full */
    async week(
      published: PublishedModel,
      model: BaseModel,
      from: number,
      to: number,
      steps: Steps,
    ) {
      const traffic: Traffic = {
        ...{ counted: 0, poisoned: 0, turnedAway: 0, late: 0 },
        ...{ vanished: 0, abandoned: 0, refused: 0 },
      }
      if (open && open.model.hash !== published.hash) {
        traffic.abandoned = open.counted
        open = null
      }
      const d = model.featureWeights.length
      if (!open) round++
      const sum: OpenRound = open ?? {
        model: published,
        ...{ leader: new Uint32Array(d), helper: new Uint32Array(d), exact: new Int32Array(d) },
        counted: 0,
      }
      open = sum
      const find = createCandidates(model, fastTools(model))
      const promoted = updateOf(terms, model, fakeHistory(0, from), from, find)
      for (const { shopper, store, time } of arrivals(from, to)) {
        if (!mayReport(store, time)) continue
        if (outages.some((one) => time >= one.from && time < one.to)) traffic.turnedAway++
        else if (sum.counted === terms.aggregationGoal) traffic.late++
        else {
          await step(steps, 'rounds', from - START, YEAR)
          const isHostile = attack !== null && hostile.has(shopper)
          const forged = attack === 'flip' || attack === 'promote' ? attack : null
          if (isHostile && forged === null) {
            traffic.refused++
            continue
          }
          spend(shopper, store, time)
          if (random.next() < drop) {
            traffic.vanished++
            continue
          }
          const history = storedFrom(shopper, store, time, time + 1)
          const own = updateOf(terms, model, history, time, find)
          const sent = isHostile && forged ? poisoned(forged, own, promoted, terms.clipNorm) : own
          await add(sum, sent)
          traffic.counted++
          if (isHostile) traffic.poisoned++
        }
      }
      if (sum.counted < terms.aggregationGoal) return { traffic, filled: null }
      open = null
      return { traffic, filled: await fill(sum) }
    },
    /**
     * Largest number of reports sent so far by one device, and by one shopper on all devices together. Also the number
     * of shoppers who have sent more than a single device may send.
     */
    spent() {
      const most = (all: Iterable<number>) => [...all].reduce((a, b) => Math.max(a, b), 0)
      return {
        device: most([...spent.values()].map(({ length }) => length)),
        shopper: most(spentBy.values()),
        beyond: [...spentBy.values()].filter((n) => n > terms.maxParticipations).length,
      }
    },
  }
}
