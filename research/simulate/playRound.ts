/**
 * @module Plays one round: devices arrive one by one and run the code of a shopper's browser. Some devices vanish at an
 * await, and some clocks are wrong. On the network, requests and answers get lost, delayed or repeated. Servers die or
 * are cut off, and hostile devices send invented reports. The seed determines everything.
 */
import type { RandomBytes } from '@nearside/aggregate/privacy/randomBytes.ts'
import { REPORT_MEDIA_TYPE } from '@nearside/aggregate/protocol/report.ts'
import { endpoint, ROUTES } from '@nearside/aggregate/protocol/routes.ts'
import { agreeTask } from '@nearside/browser/contribution/agreeTask.ts'
import { inRandomOrder, type Random } from '@nearside/core/model/random.ts'
import { DAY } from '@nearside/core/time.ts'
import { createVirtualDevice, type DeviceDisk, emptyDisk, transportBy } from './device.ts'
import { type Attack, forged, poisoned } from './forge.ts'
import type { Crowd } from './plan.ts'
import { branch, seededBytes } from './seeded.ts'
import { DEATHS, HELPER, LEADER, ROLES, type Servers } from './servers.ts'

/** Chance of each mishap: a request or its answer is lost, late or repeated, or a device's clock is wrong. */
const LOST = 0.03
const UNHEARD = 0.03
const LATE = 0.03
const REPLAYED = 0.05
const WRONG_CLOCK = 0.1
/** Number of kills and of cut-offs of each server while reports arrive; also the number of repeated requests. */
const MISHAPS = 2
const AWAITS = 9
const ATTEMPTS = 6
/** Milliseconds until a device tries again; longer than the leader's pause after the helper didn't answer it. */
const BACK_OFF = 6_000

/** A shopper's device. `update` returns the update that the device sends at a time of its own clock. */
export interface Participant {
  /** The same in each round. */
  readonly name: string
  readonly update: (now: number) => ArrayLike<number>
}

interface RoundOptions {
  readonly servers: Servers
  readonly random: Random
  readonly clock: { now: number }
  /** Hash of the model that the round improves. */
  readonly modelHash: string
  readonly crowd: Crowd
  readonly attack: Attack | null
  /** Update of an invented shopper whose history contains only the product that the attack promotes. */
  readonly promoted: ArrayLike<number>
  readonly clipNorm: number
  /** Disk of each participant by name; it persists between rounds. */
  readonly disks: Map<string, DeviceDisk>
  readonly onDevice: (done: number) => Promise<void>
}

/** @returns the round's number, once the round is over or all participants have had their turn */
export async function playRound(
  participants: readonly Participant[],
  options: RoundOptions,
): Promise<number> {
  const { servers, random, clock, crowd, attack, disks } = options
  const endpoints = { leader: LEADER, helper: HELPER }
  const bytes: RandomBytes = seededBytes(branch(random))
  const late: (() => Promise<unknown>)[] = []
  const sent: (() => Promise<unknown>)[] = []
  const round = (await servers.current())?.round ?? 0

  const fetch: typeof globalThis.fetch = async (url, init) => {
    const send = () => servers.fetch(url, init)
    const isUpload = init?.method === 'POST'
    const lot = random.next()
    if (isUpload) sent.push(send)
    if (isUpload && lot < LATE) late.push(send)
    if (lot < LATE + LOST) throw new TypeError('lost on its way')
    const answer = await send()
    if (lot > 1 - UNHEARD) throw new TypeError('lost on its way back')
    return answer
  }

  async function contribute({ name, update }: Participant, vanishesAfter: number): Promise<void> {
    const disk = disks.get(name) ?? emptyDisk()
    disks.set(name, disk)
    const skew =
      random.next() < WRONG_CLOCK ? random.normal() * (random.next() < 0.2 ? 3650 : 1) : 0
    let awaits = 0
    const device = createVirtualDevice({
      ...{ ...endpoints, disk, fetch, randomBytes: bytes, modelHash: options.modelHash },
      now: () => clock.now + skew * DAY,
      goesOn() {
        if (awaits++ >= vanishesAfter) throw new Error('vanished')
      },
    })
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { sent: isSent, error } = await device.contribute(update)
      servers.learn(disk)
      await servers.settle()
      const isWaiting = disk.settings.pending || error?.code === 'aggregator-unreachable'
      if (isSent || !isWaiting || awaits > vanishesAfter) return
      clock.now += BACK_OFF
      if (attempt > 0) servers.heal()
    }
  }

  async function attackBy(participant: Participant): Promise<void> {
    if (attack === 'flip' || attack === 'promote') {
      const update = (now: number) =>
        poisoned(attack, participant.update(now), options.promoted, options.clipNorm)
      return contribute({ ...participant, update }, Infinity)
    }
    if (attack === null) return
    const { get, post } = transportBy(servers.fetch)
    try {
      const task = await agreeTask({ get }, endpoints)
      const body = await forged(attack, participant.update(clock.now), task, bytes)
      // The report is sent twice, because a refused report must stay refused.
      for (let time = 0; time < 2; time++)
        await post(endpoint(LEADER, ROUTES.reports), body, REPORT_MEDIA_TYPE, {})
    } catch {
      // The server refuses the report, and the attacker ignores the refusal.
    }
    await servers.settle()
  }

  const roles = inRandomOrder(
    participants.map((_, i) =>
      i < crowd.hostile ? 'hostile' : i < crowd.hostile + crowd.vanishing ? 'vanishing' : 'honest',
    ),
    random,
  )
  const mishaps = planMishaps(servers, random, participants.length)
  for (const [i, participant] of participants.entries()) {
    await options.onDevice(i)
    clock.now += 1000 * (1 + random.integer(60))
    for (const happen of mishaps.get(i) ?? []) happen()
    const role = roles[i]
    if (role === 'hostile') await attackBy(participant)
    else await contribute(participant, role === 'honest' ? Infinity : random.integer(AWAITS))
    if (sent.length > 0 && random.next() < REPLAYED)
      await sent[random.integer(sent.length)]().catch(() => {})
    if (late.length > 0 && random.next() < LATE)
      await late
        .splice(0, 1)[0]()
        .catch(() => {})
    await servers.settle()
    // The loop stops when the round is over, because other devices come too late.
    if ((await servers.current())?.round !== round) break
  }
  servers.heal()
  await servers.settle()
  for (const send of [...late.reverse(), ...sent.slice(0, MISHAPS)]) await send().catch(() => {})
  await servers.settle()
  return round
}

/**
 * Plans mishaps: deaths of a server while reports arrive or at the end of the round, and times in which a server is cut
 * off. A mishap's key is the index of the device before which the mishap happens.
 */
function planMishaps(servers: Servers, random: Random, devices: number) {
  const planned = new Map<number, (() => void)[]>()
  const plan = (from: number, to: number, happen: () => void) => {
    const at = Math.floor(devices * (from + (to - from) * random.next()))
    planned.set(at, [...(planned.get(at) ?? []), happen])
  }
  for (const role of ROLES) {
    const [intake, ...others] = DEATHS[role]
    const when = () => (random.integer(2) === 0 ? 'before' : 'after')
    for (let n = 0; n < MISHAPS; n++) {
      const death = { write: intake, when: when() } as const
      plan(0, 0.6, () => servers.kill(role, death))
      plan(0, 0.9, () => servers.cutOff(n === 0 ? role : 'between'))
    }
    const last = { write: others[random.integer(others.length)], when: when() } as const
    plan(0.6, 0.7, () => servers.kill(role, last))
  }
  return planned
}
