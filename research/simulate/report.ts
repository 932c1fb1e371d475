/** @module Writes the report of a simulation, for people. */

import type { Interval } from '@nearside/evaluate/bootstrap.ts'
import { count, decimal, estimate, lift } from '@nearside/evaluate/report/numbers.ts'
import type { Part, Report } from '@nearside/evaluate/report/report.ts'
import { formatDay } from '@nearside/train/shop/time.ts'
import { ATTACKS } from './forge.ts'
import { type SimulationQuestion, WHOLE_DEVICES } from './plan.ts'
import { COLLECTED, FROZEN, ROUNDS, type VersionQuality } from './quality.ts'
import type { RoundResult, Simulated } from './simulate.ts'

export function describeSimulation(simulated: Simulated, question: SimulationQuestion): Report {
  const { result, quality, edges, shop, until } = simulated
  const { devices, rounds } = question
  return {
    title: `Federated rounds: ${shop}`,
    lead: [
      `${shop}, ${formatDay(edges[0])} to ${formatDay(edges[rounds + 1] - 1)}: ${rounds} rounds of ${count(devices)} devices, each tested on what ${count(quality.shoppers)} held-out shoppers did from ${formatDay(until)} on (${count(quality.cases)} cases), until the next round`,
      `Means over shoppers, NDCG@10; 95 % intervals by bootstrap over shoppers; seed ${question.seed}`,
    ],
    parts: [
      roundsPart(result.rounds, simulated),
      qualityPart(result.quality),
      liftsPart(simulated),
    ],
    notes: notesOf(simulated, question),
  }
}

function roundsPart(rounds: readonly RoundResult[], { edges, shoppers }: Simulated): Part {
  return {
    title: 'Rounds',
    table: {
      columns: [
        ...['round', 'ends', 'shoppers', 'uploaded', 'accepted', 'duplicates', 'rejected'],
        ...['counted', 'sum exact', 'released', 'gate', 'ε so far'],
      ],
      rows: rounds.map((one, r) => [
        String(one.round),
        formatDay(edges[r + 1]),
        count(shoppers[r]),
        ...[one.uploaded, one.accepted, one.duplicates, one.rejected, one.counted].map(count),
        one.sumExact === null ? '–' : one.sumExact ? 'yes' : '**no**',
        one.released ?? '–',
        gateText(one.gate),
        one.epsilon === null ? '–' : one.epsilon.toFixed(2),
      ]),
    },
  }
}

function gateText(gate: RoundResult['gate']): string {
  if (gate === null) return 'not full'
  if (!gate.accepted) return gate.reasons.join('; ')
  const { 'ndcg@10 before': before, 'ndcg@10 after': after } = gate.metrics
  return before === undefined ? 'accepted' : `${decimal(before)} → ${decimal(after)}`
}

function qualityPart(all: readonly VersionQuality[]): Part {
  const arms = [...new Set(all.map(({ arm }) => arm))]
  const versions = [...new Set(all.map(({ version }) => version))]
  const of = (version: string, arm: string) =>
    all.find((one) => one.version === version && one.arm === arm)
  return {
    title: 'NDCG@10 while a version was the newest',
    table: {
      columns: ['version', ...arms],
      rows: versions.map((version) => [
        version,
        ...arms.map((arm) => {
          const one = of(version, arm)
          return one ? estimate({ mean: one['ndcg@10'], lo: one.lo, hi: one.hi }) : '–'
        }),
      ]),
    },
  }
}

function liftsPart({ quality }: Simulated): Part {
  const found = quality.arms.find(({ arm }) => arm === ROUNDS)?.lift
  const hasGap = quality.arms.some(({ arm }) => arm === COLLECTED)
  const isProven = found && (found.lo > 0 || found.hi < 0)
  const verdict = !isProven
    ? 'Contributions are not proven to change anything: the interval holds 0'
    : found.lo > 0
      ? 'Contributions help'
      : 'Contributions do harm'
  return {
    title: 'All cases',
    table: {
      columns: ['arm', 'NDCG@10', `over ${FROZEN}`, ...(hasGap ? ['of the gap, %'] : [])],
      rows: quality.arms.map(({ arm, ndcg, lift: over, gap }) => [
        arm,
        ndcg ? estimate({ mean: ndcg.value, ...ndcg }) : '–',
        arm === FROZEN ? '–' : lift(over),
        ...(hasGap ? [gap ? percent(gap) : '–'] : []),
      ]),
    },
    text: [verdict],
  }
}

const percent = ({ value, lo, hi }: Interval) =>
  `${(100 * value).toFixed(0)} [${(100 * lo).toFixed(0)}, ${(100 * hi).toFixed(0)}]`

function notesOf({ plan, shoppers, result }: Simulated, question: SimulationQuestion): string[] {
  const { devices, epsilon, malicious, attack } = question
  const { parameters, reports, whole, rest, refused } = plan
  const fewest = Math.min(...shoppers)
  const { clipNorm, learningRate, noiseMultiplier, delta, aggregationGoal } = parameters
  return [
    `clip norm ${clipNorm}, learning rate ${learningRate}; a round is full with ${count(aggregationGoal + plan.restCounted)} updates`,
    epsilon === null
      ? `no noise: the policy says z = ${noiseMultiplier}, which devices agree to, and these servers leave it out; those of serve can’t`
      : `z = ${noiseMultiplier} of each server: ε = ${epsilon} by substitution for the ${reports === 1 ? 'report' : `${reports} reports`} of a device (δ = ${delta.toPrecision(2)}, the noise of one)`,
    ...(refused === null
      ? []
      : [
          `played as a demonstration: the devices of a real shop refuse these terms, because ${refused}`,
        ]),
    ...(fewest < devices
      ? [
          `resampled: ${count(devices)} devices play the ${count(fewest)} to ${count(Math.max(...shoppers))} training shoppers who came before a round's end since the last, with all that these did until then: each up to ${Math.ceil(devices / fewest)} times over, so that they know no more than the shoppers do`,
        ]
      : []),
    ...(rest.all > 0
      ? [
          `${count(WHOLE_DEVICES)} devices per round go through both servers, with sealing and proofs; the updates of the other ${count(rest.all)} are only clipped, quantised and added, and the counts include what they would have sent`,
        ]
      : []),
    `${count(whole.vanishing)} of ${count(whole.all)} devices per round vanish on their way; requests and answers are lost, late or repeated, clocks are wrong, servers die and are cut off`,
    ...(malicious > 0 && attack
      ? [
          `${count(whole.hostile + rest.hostile)} devices per round are hostile and send ${ATTACKS[attack]}`,
        ]
      : []),
    ...(result.rounds.some(({ released }) => released === null)
      ? ['if a round released nothing, the previous version stayed the newest']
      : []),
  ]
}
