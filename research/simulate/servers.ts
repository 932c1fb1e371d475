/**
 * @module Runs leader and helper of `serve` in this process, on SQLite in memory, by function calls instead of HTTP. A
 * server can be cut off, and can die at any write. Every released sum is compared with the reports that devices made.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NoiseSampler } from '@nearside/aggregate/privacy/discreteGaussian.ts'
import { dequantize } from '@nearside/aggregate/privacy/quantize.ts'
import { addShare } from '@nearside/aggregate/privacy/shares.ts'
import type { PolicyParameters } from '@nearside/aggregate/protocol/policy.ts'
import { REPORT_ID_BYTES } from '@nearside/aggregate/protocol/report.ts'
import { ROUTES } from '@nearside/aggregate/protocol/routes.ts'
import { createApp } from '@nearside/aggregate/server/app.ts'
import { createHelper } from '@nearside/aggregate/server/helper.ts'
import { loadIdentity } from '@nearside/aggregate/server/identity.ts'
import { createLeader, type LeaderAggregator } from '@nearside/aggregate/server/leader.ts'
import { createHelperClient, fetchLeaderKey } from '@nearside/aggregate/server/peer.ts'
import type { LeaderOptions } from '@nearside/aggregate/server/rounds.ts'
import type { RoundRecord, RoundSummary } from '@nearside/aggregate/server/store/records.ts'
import { openSqliteStore, type Store } from '@nearside/aggregate/server/store/store.ts'
import { decodeVector, fromBase64, toHex } from '@nearside/core/bytes.ts'
import type { DeviceDisk } from './device.ts'
import { noNoise } from './seeded.ts'

export const LEADER = 'https://leader.invalid'
export const HELPER = 'https://helper.invalid'
export const ROLES = ['leader', 'helper'] as const
type Role = (typeof ROLES)[number]

/** Database writes at which a server can die, either before the write or after the write but before its answer. */
export const DEATHS = {
  leader: ['count', 'fill', 'exchange', 'close', 'openRound'],
  helper: ['keep', 'release', 'openRound'],
} as const satisfies Record<Role, readonly (keyof Store)[]>

interface Death {
  readonly write: keyof Store
  readonly when: 'before' | 'after'
}

interface ServersOptions
  extends Pick<LeaderOptions, 'models' | 'layout' | 'applyUpdate' | 'gate' | 'distance'> {
  readonly parameters: PolicyParameters
  readonly now: () => number
  /** Noise sampler of each server. If it is absent, no server adds noise, whatever the policy says. */
  readonly noise?: Readonly<Record<Role, NoiseSampler>>
}

interface Released {
  /** Ids of the reports in the sum, hex. */
  readonly ids: readonly string[]
  /** Sum of both shares without the servers' noise: [d] residues. */
  readonly sum: Uint32Array
}

export type Servers = Awaited<ReturnType<typeof createServers>>

export async function createServers(options: ServersOptions) {
  const { parameters, now } = options
  const stores = { leader: openSqliteStore(':memory:'), helper: openSqliteStore(':memory:') }
  const running = new Map<Role, Life>()
  const cut = new Set<Role | 'between'>()
  /** Update that each report contains, by report id: [d] residues. */
  const made = new Map<string, Uint32Array>()
  const acknowledged = new Map<number, Set<string>>()
  const released = new Map<number, Released>()
  const traffic = { uploaded: 0, accepted: 0, duplicates: 0, rejected: 0 }
  const helperNoise = new Map<number, Int32Array>()
  const lists = await mkdtemp(join(tmpdir(), 'nearside-simulate-'))
  let ids: readonly string[] = []

  const watch: Watch = (life, write, [round, given], result) => {
    if (write === 'aggregate') ids = hexIds((result as { ids: Uint8Array }).ids)
    if (write === 'release' && result === true) helperNoise.set(round as number, life.noise)
    if (write !== 'exchange') return
    const { ownShare, peerShare } = given as { ownShare: Uint32Array; peerShare: Uint32Array }
    const sum = Uint32Array.from(ownShare)
    addShare(sum, peerShare)
    addShare(sum, life.noise.map(minus))
    addShare(sum, helperNoise.get(round as number)?.map(minus) ?? [])
    released.set(round as number, { ids, sum })
  }

  function start(role: Role): Promise<void> {
    const life = new Life(stores[role], watch)
    running.set(role, life)
    const draw = options.noise?.[role] ?? noNoise
    const noise: NoiseSampler = async (variance, dimension) => {
      life.noise = Int32Array.from(await draw(variance, dimension))
      return life.noise
    }
    return life.start(async (store) => {
      const shared = {
        ...{ store, parameters, now, trust: 'two-aggregators' as const, noise },
        identity: await loadIdentity(store, role),
      }
      const { signing } = shared.identity
      const leaderKey = () => fetchLeaderKey(LEADER, fetchFrom('helper'))
      const aggregator =
        role === 'helper'
          ? createHelper({ ...shared, leaderKey, lists })
          : createLeader({
              ...options,
              ...shared,
              helper: createHelperClient(HELPER, signing, fetchFrom('leader')),
            })
      if (aggregator.role === 'leader') life.leader = aggregator
      return createApp(aggregator, { origins: [], now, reportsPerMinute: 1e9 })
    })
  }

  function fetchFrom(from: Role | 'device'): typeof globalThis.fetch {
    return async (input, init) => {
      const url = new URL(String(input))
      const role = url.origin === LEADER ? 'leader' : 'helper'
      const life = running.get(role)
      if (!life?.alive || cut.has(role) || (from !== 'device' && cut.has('between')))
        throw new TypeError('connection refused')
      const isUpload = url.pathname === ROUTES.reports
      if (isUpload) traffic.uploaded++
      const answer = await life.request(`${url.pathname}${url.search}`, init)
      if (!life.alive) throw new TypeError('connection reset')
      if (isUpload) {
        if (answer.status === 201) traffic.accepted++
        else if (answer.status === 200) traffic.duplicates++
        else if (answer.status < 500) traffic.rejected++
      }
      return answer
    }
  }

  await start('helper')
  await start('leader')
  const summary = async (round: number): Promise<RoundSummary | undefined> =>
    (await stores.leader.rounds(10)).find((one) => one.round === round)

  /** Restarts dead servers, and advances the round as far as it can get. */
  async function settle(): Promise<void> {
    for (let walk = 0; walk < MOST_WALKS; walk++) {
      for (const role of ROLES) if (!running.get(role)?.alive) await start(role)
      await running.get('leader')?.leader?.advance()
      if (ROLES.some((role) => !running.get(role)?.alive)) continue
      const newest = await stores.leader.current()
      if (newest?.state === 'open' && newest.counted < newest.policy.aggregationGoal) return
      // While a server is cut off the round can't go on, so a later call tries again.
      if (cut.size > 0) return
    }
  }

  await settle()
  return {
    traffic,
    fetch: fetchFrom('device'),
    current: (): Promise<RoundRecord | null> => stores.leader.current(),
    summary,
    settle,
    /** Kills a server now, or at the write that `death` names. The server stays dead until `settle`. */
    kill(role: Role, death?: Death): void {
      if (death) running.get(role)?.dieAt(death)
      else running.get(role)?.end()
    },
    /** Cuts a server off from everybody; `between` cuts the two servers off from each other. */
    cutOff: (what: Role | 'between') => void cut.add(what),
    heal: () => cut.clear(),
    /** Reads from a device's disk which reports the device made, and which of them were acknowledged. */
    learn({ settings, ledger }: DeviceDisk): void {
      for (const { reportId, update } of settings.openings ?? [])
        made.set(reportId, decodeVector(fromBase64(update)))
      for (const { kind, detail } of ledger) {
        if (kind !== 'receipt') continue
        const { id, round } = detail as unknown as { id: string; round: number }
        acknowledged.set(round, (acknowledged.get(round) ?? new Set()).add(id))
      }
    },
    /** Records a report that is on no device's disk. */
    remember: (id: string, residues: Uint32Array) => void made.set(id, residues),
    /** Whether the sum contains all acknowledged reports, and none twice; null if no sum was released. */
    isExact(round: number): boolean | null {
      const found = released.get(round)
      if (!found) return null
      const counted = new Set(found.ids)
      const expected = new Uint32Array(found.sum.length)
      for (const id of counted) {
        const report = made.get(id)
        if (!report) return false
        addShare(expected, report)
      }
      return (
        counted.size === found.ids.length &&
        counted.size === parameters.aggregationGoal &&
        [...(acknowledged.get(round) ?? [])].every((id) => counted.has(id)) &&
        expected.every((sum, j) => sum === found.sum[j])
      )
    },
    /** Sum of a round's quantised updates (integers: update · scale) without noise; null if no sum was released. */
    sumOf: (round: number): Float64Array | null => {
      const sum = released.get(round)?.sum
      return sum ? dequantize(sum, 1, 1) : null
    },
    async shut(): Promise<void> {
      await Promise.all(ROLES.map((role) => stores[role].shut()))
      await rm(lists, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** Maximum number of passes of `settle`: above the number of writes, because a server's death at each can end one. */
const MOST_WALKS = 20

const minus = (x: number) => -x

function hexIds(ids: Uint8Array): string[] {
  return Array.from({ length: ids.length / REPORT_ID_BYTES }, (_, i) =>
    toHex(ids.slice(i * REPORT_ID_BYTES, (i + 1) * REPORT_ID_BYTES)),
  )
}

type Watch = (life: Life, write: string, given: readonly unknown[], result: unknown) => void
type App = Pick<ReturnType<typeof createApp>, 'request'>

/** One life of a server, from its start until it dies. Afterwards its store always fails, but the database survives. */
class Life {
  alive = true
  noise = new Int32Array()
  leader: LeaderAggregator | null = null
  readonly #store: Store
  #app: App | null = null
  #death: Death | null = null

  constructor(store: Store, watch: Watch) {
    this.#store = new Proxy(store, {
      get: (target, name: keyof Store & string) => {
        const method = target[name].bind(target) as (...given: unknown[]) => Promise<unknown>
        return async (...given: unknown[]) => {
          const isLast = (when: Death['when']) =>
            this.#death?.write === name && this.#death.when === when
          if (isLast('before')) this.end()
          this.#requireLife()
          const result = await method(...given)
          watch(this, name, given, result)
          // A write that changed nothing doesn't count as the write at which the server dies.
          if (result !== false && isLast('after')) this.end()
          this.#requireLife()
          return result
        }
      },
    })
  }

  async start(build: (store: Store) => Promise<App>): Promise<void> {
    this.#app = await build(this.#store)
  }

  request(path: string, init?: RequestInit): Response | Promise<Response> {
    if (!this.#app) throw new TypeError('connection refused')
    return this.#app.request(path, init)
  }

  dieAt(death: Death): void {
    this.#death = death
  }

  end(): void {
    this.alive = false
  }

  #requireLife(): void {
    if (!this.alive) throw new Error('died')
  }
}
