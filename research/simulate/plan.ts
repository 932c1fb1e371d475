/**
 * @module Plans who takes part in a simulation, and on which terms. A round's goal is the number of devices that
 * neither vanish nor attack, so that the round can reach it. Noise follows from ε by the servers' own formula.
 */
import { noiseFor } from '@nearside/aggregate/privacy/gaussianAccountant.ts'
import { beyondLimits } from '@nearside/aggregate/protocol/beyondLimits.ts'
import { DEMONSTRATION_LIMITS, DEVICE_LIMITS } from '@nearside/aggregate/protocol/deviceLimits.ts'
import { type PolicyParameters, parseParameters } from '@nearside/aggregate/protocol/policy.ts'
import { invalidInput } from '@nearside/core/error.ts'
import { DAY } from '@nearside/core/time.ts'
import type { Attack } from './forge.ts'

export interface SimulationQuestion {
  /** Shop folder. */
  readonly shop: string
  /** Folder of the shop's models. */
  readonly model: string
  readonly devices: number
  readonly rounds: number
  readonly seed: number
  /** Share of the devices that vanish before their contribution is complete. */
  readonly drop: number
  /** Share of the devices that attack, in the way that `attack` names. */
  readonly malicious: number
  readonly attack: Attack | null
  /** ε, under substitution adjacency, of all reports of a device together; null: no noise. */
  readonly epsilon: number | null
  /** Terms of the rounds. Their goal, noise, δ, limits and token issuer are not used: the plan computes its own. */
  readonly terms: PolicyParameters
  /** First day of the test, ISO date; default: the day until which the model was trained. */
  readonly until?: string
  /** Folder of base models that were trained on the whole log, as a shop that collects all events could train them. */
  readonly collected?: string
  /** Current time, milliseconds since the epoch; later events are left out. */
  readonly now: number
}

/** Maximum number of devices per round that seal and prove their reports. All other updates are only added up. */
export const WHOLE_DEVICES = 100

export interface Crowd {
  readonly all: number
  readonly vanishing: number
  readonly hostile: number
}

export interface Plan {
  /** Devices that send their reports to the servers. */
  readonly whole: Crowd
  /** Devices whose quantised updates are only added to the sum. */
  readonly rest: Crowd
  /** Number of updates of `rest` in the sum: of devices that neither vanish nor are refused. */
  readonly restCounted: number
  readonly parameters: PolicyParameters
  /** Maximum number of reports of a device; after these reports, another device plays the same shopper. */
  readonly reports: number
  /** Reason why a real shop's devices would refuse these terms; null if these devices would accept them. */
  readonly refused: string | null
}

/** Stands in for ε in a simulation without noise, whose terms still need a `noiseMultiplier` that devices accept. */
const NO_NOISE_EPSILON = 4

/**
 * @throws NearsideError `input-invalid` if fewer than two devices send an honest report, or if the terms exceed even a
 * demonstration's limits
 */
export function planOf(question: SimulationQuestion): Plan {
  const { devices, rounds, drop, malicious, attack, epsilon } = question
  const { issuer: _, ...terms } = question.terms
  const crowd = (all: number): Crowd => ({
    all,
    vanishing: Math.round(drop * all),
    hostile: Math.round(malicious * all),
  })
  const whole = crowd(Math.min(devices, WHOLE_DEVICES))
  const rest = crowd(devices - whole.all)
  const goal = whole.all - whole.vanishing - whole.hostile
  if (goal < 2)
    throw invalidInput(
      `only ${Math.max(0, goal)} of ${devices} devices send an honest report: a round needs 2`,
    )
  // Servers refuse a δ above 1/n², where n is the number of reports in a round.
  const delta = Math.min(terms.delta, 1 / devices ** 2)
  const reports = Math.min(rounds, terms.maxParticipations)
  const noiseMultiplier = noiseFor(epsilon ?? NO_NOISE_EPSILON, reports, delta)
  const parameters = parseParameters({
    ...terms,
    ...{ aggregationGoal: goal, delta, noiseMultiplier, maxParticipations: reports },
    ...{ minSeparationSeconds: 0, periodDays: 365 },
  })
  const beyond = beyondLimits(parameters, DEMONSTRATION_LIMITS)
  if (beyond !== null) throw invalidInput(`devices refuse --epsilon ${epsilon}: ${beyond}`)
  const passes = attack === 'flip' || attack === 'promote'
  const restCounted = rest.all - rest.vanishing - (passes ? 0 : rest.hostile)
  const all = { ...parameters, aggregationGoal: goal + restCounted }
  const refused = beyondLimits(all, DEVICE_LIMITS)
  return { whole, rest, restCounted, parameters, reports, refused }
}

/**
 * Divides a log into `rounds` + 1 parts of equal length, in whole days. Each round uses the events of one part; the
 * last part only tests the last round's model.
 * @returns start of the first part, then the end of each part
 */
export function edgesOf(from: number, to: number, rounds: number): number[] {
  const begin = Math.floor(from / DAY) * DAY
  const days = Math.floor(to / DAY) + 1 - begin / DAY
  if (days <= rounds)
    throw invalidInput(
      `the log has ${Math.max(0, days)} days to play: too few for ${rounds} rounds and a test`,
    )
  const edge = (part: number) => begin + Math.round((days * part) / (rounds + 1)) * DAY
  return Array.from({ length: rounds + 2 }, (_, part) => edge(part))
}
