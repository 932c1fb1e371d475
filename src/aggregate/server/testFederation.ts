/** @module Two aggregators in memory with a tiny model, for tests; requests are function calls. */
import { utf8 } from '@nearside/core/bytes.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import { publishModel } from '@nearside/train/models/publish.ts'
import { readLatest } from '@nearside/train/models/read.ts'
import type { PolicyParameters } from '../protocol/policy.ts'
import { type AppOptions, createApp } from './app.ts'
import { createHelper, type HelperAggregator, type HelperOptions } from './helper.ts'
import { loadIdentity } from './identity.ts'
import { createLeader, type LeaderAggregator } from './leader.ts'
import { createHelperClient, fetchLeaderKey } from './peer.ts'
import type { LeaderOptions } from './rounds.ts'
import { openSqliteStore, type Store } from './store/store.ts'
import { candidateOf, LAYOUT, noNoise, OPERATORS, ORIGIN, PARAMETERS } from './testModel.ts'

export const LEADER = 'http://leader.test'
export const HELPER = 'http://helper.test'
/** Directory of published models, with version 1; removed after the test. */
export async function createModels(): Promise<string> {
  const models = testFolder()
  const candidate = await candidateOf('1', null, utf8('shared 1'))
  const files = new Map([['encoder.safetensors', utf8('encoder')], ...candidate.files])
  await publishModel(models, { manifest: candidate.manifest, files })
  return models
}

export interface TestFederation {
  /** The leader's app, for tests over a real connection. */
  readonly app: ReturnType<typeof createApp>
  readonly leader: LeaderAggregator
  readonly helper: HelperAggregator
  readonly leaderStore: Store
  readonly helperStore: Store
  readonly models: string
  readonly applied: Float64Array[]
  readonly log: string[]
  readonly fetch: typeof globalThis.fetch
  modelHash(): Promise<string>
  setDown(url: string, down: boolean): void
  /** Proxy in front of the aggregators; the proxy can answer itself, or change an aggregator's answer. */
  proxy: (url: URL, answer: () => Promise<Response>) => Promise<Response>
  now: number
}

export interface TestOptions {
  readonly parameters?: Partial<PolicyParameters>
  readonly leader?: Partial<LeaderOptions>
  readonly helper?: Partial<HelperOptions>
  readonly app?: Partial<AppOptions>
  readonly client?: Parameters<typeof createHelperClient>[3]
}

export async function createFederation(options: TestOptions = {}): Promise<TestFederation> {
  const parameters = { ...PARAMETERS, ...options.parameters }
  const models = options.leader?.models ?? (await createModels())
  const leaderStore = options.leader?.store ?? openSqliteStore(':memory:')
  const helperStore = options.helper?.store ?? openSqliteStore(':memory:')
  const applied: Float64Array[] = []
  const log: string[] = []
  const down = new Set<string>()
  const state: Pick<TestFederation, 'now' | 'proxy'> = {
    now: Date.UTC(2026, 0, 1),
    proxy: (_url, answer) => answer(),
  }
  const now = () => state.now
  const apps = new Map<string, Pick<ReturnType<typeof createApp>, 'request'>>()
  const fetch = (async (input: unknown, init?: RequestInit) => {
    const url = new URL(String(input))
    const app = apps.get(url.origin)
    if (!app || down.has(url.origin)) throw new TypeError('connection refused')
    const answer = state.proxy(url, async () => app.request(`${url.pathname}${url.search}`, init))
    const { signal } = init ?? {}
    if (!signal) return answer
    signal.throwIfAborted()
    let abort = () => {}
    const aborted = new Promise<never>((_, reject) => {
      abort = () => reject(signal.reason)
      signal.addEventListener('abort', abort)
    })
    return Promise.race([answer, aborted]).finally(() => signal.removeEventListener('abort', abort))
  }) as typeof globalThis.fetch
  const shared = { parameters, trust: 'two-aggregators', now, noise: noNoise } as const
  const helper = createHelper({
    ...shared,
    store: helperStore,
    identity: await loadIdentity(helperStore, OPERATORS.helper),
    leaderKey: () => fetchLeaderKey(LEADER, fetch),
    log: (line) => log.push(`helper ${line}`),
    lists: testFolder(),
    ...options.helper,
  })
  const identity = await loadIdentity(leaderStore, OPERATORS.leader)
  const leader = createLeader({
    ...shared,
    store: leaderStore,
    identity,
    helper: createHelperClient(HELPER, identity.signing, fetch, options.client),
    models,
    layout: () => LAYOUT,
    applyUpdate: async (parent, mean, _rate, version) => {
      applied.push(mean)
      return candidateOf(version, parent.version, utf8(`shared ${version}`))
    },
    gate: async () => ({ accepted: true, reasons: [], metrics: { ndcg: 0.5 } }),
    distance: async () => 0,
    log: (line) => log.push(`leader ${line}`),
    ...options.leader,
  })
  const app = { origins: [ORIGIN], now, reportsPerMinute: 1e9, ...options.app }
  const leaderApp = createApp(leader, app)
  apps.set(LEADER, leaderApp)
  apps.set(HELPER, createApp(helper, app))
  await leader.advance()
  return {
    app: leaderApp,
    leader,
    helper,
    leaderStore,
    helperStore,
    models,
    applied,
    log,
    fetch,
    modelHash: async () => (await readLatest(models)).hash,
    setDown: (url, isDown) => void (isDown ? down.add(url) : down.delete(url)),
    get now() {
      return state.now
    },
    set now(value) {
      state.now = value
    },
    get proxy() {
      return state.proxy
    },
    set proxy(value) {
      state.proxy = value
    },
  }
}
