/** @module `nearside serve`: an aggregation server. */
import { mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type PolicyParameters, parseParameters } from '../aggregate/protocol/policy.ts'
import { createApp } from '../aggregate/server/app.ts'
import { createHeldOutGate, unmeasuredGate } from '../aggregate/server/heldOutGate.ts'
import { createHelper } from '../aggregate/server/helper.ts'
import { loadIdentity } from '../aggregate/server/identity.ts'
import { createLeader, type LeaderAggregator } from '../aggregate/server/leader.ts'
import { clientAddress, listen } from '../aggregate/server/listen.ts'
import { applyUpdate, layoutOf } from '../aggregate/server/nextModel.ts'
import { createHelperClient } from '../aggregate/server/peer.ts'
import type { Gate } from '../aggregate/server/rounds.ts'
import { createSingle, SINGLE_PATHS } from '../aggregate/server/single.ts'
import { openSqliteStore } from '../aggregate/server/store/sqlite.ts'
import type { Store } from '../aggregate/server/store.ts'
import { NearsideError } from '../core/error.ts'
import { readLatest } from '../train/models/read.ts'
import { readShop } from '../train/shop/read.ts'
import type { Command, CommandContext, Values } from './command.ts'

/**
 * A demo's terms: 32 devices and noise of one clip norm give ε = 4.9 for one report and 11.0 for
 * four (δ = 1e-6). A shop with thousands of devices a round takes more noise and a larger goal.
 */
export const DEMO_PARAMETERS: PolicyParameters = {
  task: 'nearside-demo',
  clipNorm: 0.05,
  scale: 2 ** 20,
  noiseMultiplier: 1,
  delta: 1e-6,
  aggregationGoal: 32,
  learningRate: 0.5,
  maxParticipations: 4,
  // A minute, so that the demo can be played through; a real shop waits a day or more.
  minSeparationSeconds: 60,
  periodDays: 365,
}

const ROLES = ['leader', 'helper', 'single'] as const
type Role = (typeof ROLES)[number]

const PORTS: Readonly<Record<Role, string>> = { leader: '8791', helper: '8792', single: '8791' }

/** How often the leader looks whether a round can go on: a helper that came back, a new model. */
const TICK = 2_000

export const command: Command = {
  name: 'serve',
  summary: 'runs an aggregation server for shoppers who opted in to contribute',
  details: `Two of them make a federation: the leader takes reports and publishes models, the helper holds
the other half of every report and a veto. They keep what shoppers send apart only if two
parties run them. --role single runs both in one process: that is a trusted server.

--policy FILE is JSON with any of ${Object.keys(DEMO_PARAMETERS).join(', ')};
leader and helper must be given the same.`,
  options: {
    role: { type: 'string', value: 'ROLE', describe: ROLES.join(' | '), required: true },
    port: { type: 'string', value: 'N', describe: 'port (default 8791, helper 8792)' },
    host: { type: 'string', value: 'HOST', describe: 'address', default: '127.0.0.1' },
    store: {
      type: 'string',
      value: 'URL',
      describe: 'database, sqlite:FILE (default sqlite:var/ROLE.sqlite)',
    },
    helper: {
      type: 'string',
      value: 'URL',
      describe: 'leader: where the helper is (default http://127.0.0.1:8792)',
    },
    leader: {
      type: 'string',
      value: 'URL',
      describe: 'helper: where its leader is, for the record',
    },
    models: {
      type: 'string',
      value: 'DIR',
      describe: 'leader, single: directory of published models',
      default: 'var/models',
    },
    origin: {
      type: 'string',
      value: 'ORIGIN',
      describe: 'origin of the shop’s pages, several by comma',
      default: 'http://localhost:8790',
    },
    goal: { type: 'string', value: 'N', describe: 'reports a round (default 32)' },
    policy: { type: 'string', value: 'FILE', describe: 'terms that differ from the demo’s' },
    shop: {
      type: 'string',
      value: 'DIR',
      describe: 'shop folder whose held-out shoppers judge a new model',
    },
    'reports-per-minute': {
      type: 'string',
      value: 'N',
      describe: 'most reports from one address',
      default: '120',
    },
  },
  run: serve,
}

async function serve(values: Values, _: readonly string[], context: CommandContext) {
  const role = roleOf(values.role)
  const port = wholeNumber(values.port ?? PORTS[role], '--port', 0, 65_535)
  const parameters = await parametersFrom(values)
  const origins = String(values.origin).split(',').map(originOf)
  const file = storeFile(values.store ?? `sqlite:var/${role}.sqlite`)
  await mkdir(dirname(file), { recursive: true })
  const log = (line: string) => context.print(`${role}: ${line}`)
  const now = Date.now
  const stores: Store[] = []
  const openStore = (path: string) => {
    const store = openSqliteStore(path)
    stores.push(store)
    return store
  }
  const store = openStore(file)
  const identity = await loadIdentity(store)
  const shared = { store, identity, parameters, now, log }
  const perMinute = wholeNumber(values['reports-per-minute'], '--reports-per-minute', 1, 1e9)
  const appOptions = { origins, now, reportsPerMinute: perMinute, clientAddress }

  let leader: LeaderAggregator | null = null
  let app: ReturnType<typeof createApp>
  if (role === 'helper') {
    app = createApp(createHelper({ ...shared, trust: 'two-aggregators' }), appOptions)
    if (typeof values.leader === 'string') log(`its leader is ${urlOf(values.leader, '--leader')}`)
  } else {
    const models = String(values.models)
    // A missing model is said now, not at the first report.
    await readLatest(models)
    const gate = await gateFrom(values.shop, log)
    const leaderOptions = { ...shared, models, layout: layoutOf, applyUpdate, gate }
    if (role === 'single') {
      const helperStore = openStore(`${file}.helper`)
      const helperIdentity = await loadIdentity(helperStore)
      const helperOptions = { ...shared, store: helperStore, identity: helperIdentity }
      ;({ app, leader } = createSingle(leaderOptions, helperOptions, appOptions))
    } else {
      const url = urlOf(values.helper ?? 'http://127.0.0.1:8792', '--helper')
      const helper = createHelperClient(url, identity.signing, fetch)
      leader = createLeader({ ...leaderOptions, helper, trust: 'two-aggregators' })
      app = createApp(leader, appOptions)
    }
  }

  const listening = await listen(app, String(values.host), port).catch((thrown) => {
    throw NearsideError.from(thrown, 'input-invalid', `Port ${port} can’t be used`)
  })
  context.print(readyLine(role, `http://${values.host}:${listening.port}`))
  const tick = () => leader?.advance()
  void tick()
  const timer = setInterval(() => void tick(), TICK)
  await aborted(context.signal)
  clearInterval(timer)
  await listening.stop()
  // Whatever step is under way ends before the database closes.
  await tick()
  for (const open of stores) open.shut()
  return { role, port: listening.port }
}

function readyLine(role: Role, url: string): string {
  if (role !== 'single') return `nearside ${role} listening on ${url}`
  const { leader, helper } = SINGLE_PATHS
  return `nearside trusted server listening on ${url} (leader ${url}${leader}, helper ${url}${helper}; one operator holds both keys)`
}

async function gateFrom(shop: Values[string], log: (line: string) => void): Promise<Gate> {
  if (typeof shop === 'string') return createHeldOutGate(await readShop(shop, Date.now()))
  log('no --shop: a new model is checked for plausibility, not on held-out shoppers')
  return unmeasuredGate
}

async function parametersFrom(values: Values): Promise<PolicyParameters> {
  let chosen: Readonly<Record<string, unknown>> = {}
  if (typeof values.policy === 'string') {
    try {
      chosen = JSON.parse(await readFile(values.policy, 'utf8')) as Record<string, unknown>
    } catch (thrown) {
      throw NearsideError.from(thrown, 'input-invalid', `${values.policy} can’t be read as JSON`)
    }
  }
  const unknown = Object.keys(chosen).find((name) => !(name in DEMO_PARAMETERS))
  if (unknown !== undefined)
    throw new NearsideError('input-invalid', `${values.policy}: unknown field '${unknown}'`)
  const goal = values.goal === undefined ? {} : { aggregationGoal: Number(values.goal) }
  return parseParameters({ ...DEMO_PARAMETERS, ...chosen, ...goal })
}

function roleOf(value: Values[string]): Role {
  const role = ROLES.find((name) => name === value)
  if (role) return role
  throw new NearsideError('input-invalid', `--role is one of ${ROLES.join(', ')}, not '${value}'`)
}

function storeFile(value: Values[string]): string {
  const match = /^sqlite:(.+)$/.exec(String(value))
  if (match) return match[1]
  throw new NearsideError('input-invalid', `--store takes sqlite:FILE, not '${value}'`)
}

function urlOf(value: Values[string], option: string): string {
  const url = String(value)
  if (URL.canParse(url) && /^https?:/.test(url)) return url
  throw new NearsideError('input-invalid', `${option} takes an http(s) URL, not '${url}'`)
}

function originOf(value: string): string {
  const url = urlOf(value.trim(), '--origin')
  const { origin } = new URL(url)
  if (origin === url) return origin
  throw new NearsideError(
    'input-invalid',
    `--origin takes an origin such as ${origin}, not '${url}'`,
  )
}

function wholeNumber(value: Values[string], option: string, from: number, to: number): number {
  const number = Number(value)
  if (Number.isInteger(number) && number >= from && number <= to) return number
  throw new NearsideError(
    'input-invalid',
    `${option} takes a whole number from ${from}, not '${value}'`,
  )
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
