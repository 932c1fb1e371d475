/** @module `nearside serve`: an aggregation server. */
import { mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings'
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
import { type CommandContext, defineCommand } from './command.ts'
import { httpUrl, wholeNumber } from './values.ts'

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

const PORTS: Readonly<Record<Role, number>> = { leader: 8791, helper: 8792, single: 8791 }

/** How often the leader looks whether a round can go on: a helper that came back, a new model. */
const TICK = 2_000

const syntax = new Command('serve')
  .summary('runs an aggregation server for shoppers who opted in to contribute')
  .description(`Two of them make a federation: the leader takes reports and publishes models, the helper holds
the other half of every report and a veto. They keep what shoppers send apart only if two
parties run them. --role single runs both in one process: that is a trusted server.

--policy FILE is JSON with any of ${Object.keys(DEMO_PARAMETERS).join(', ')};
leader and helper must be given the same.`)
  .addOption(new Option('--role <role>', 'which of them').choices(ROLES).makeOptionMandatory())
  .option('--port <n>', 'port (default: 8791, helper 8792)', wholeNumber(0, 65_535))
  .option('--host <host>', 'address', '127.0.0.1')
  .option('--store <url>', 'database, sqlite:FILE (default: sqlite:var/ROLE.sqlite)', sqliteFile)
  .option('--helper <url>', 'leader: where the helper is', httpUrl, 'http://127.0.0.1:8792')
  .option('--leader <url>', 'helper: where its leader is, for the record', httpUrl)
  .option('--models <dir>', 'leader, single: directory of published models', 'var/models')
  .option('--origin <origin>', 'origin of the shop’s pages, several by comma', origins, [
    'http://localhost:8790',
  ])
  .option('--goal <n>', 'reports a round (default: 32)', wholeNumber(1, 2 ** 32 - 1))
  .option('--policy <file>', 'terms that differ from the demo’s')
  .option('--shop <dir>', 'shop folder whose held-out shoppers judge a new model')
  .option('--reports-per-minute <n>', 'most reports from one address', wholeNumber(1, 1e9), 120)

export const command = defineCommand(syntax, serve)

async function serve(options: ReturnType<typeof syntax.opts>, context: CommandContext) {
  const { role, port = PORTS[role], store: file = `var/${role}.sqlite` } = options
  const parameters = await parametersFrom(options)
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
  const { origin: origins, reportsPerMinute } = options
  const appOptions = { origins, now, reportsPerMinute, clientAddress }

  let leader: LeaderAggregator | null = null
  let app: ReturnType<typeof createApp>
  if (role === 'helper') {
    app = createApp(createHelper({ ...shared, trust: 'two-aggregators' }), appOptions)
    if (options.leader !== undefined) log(`its leader is ${options.leader}`)
  } else {
    const { models } = options
    // A missing model is said now, not at the first report.
    await readLatest(models)
    const gate = await gateFrom(options.shop, log)
    const leaderOptions = { ...shared, models, layout: layoutOf, applyUpdate, gate }
    if (role === 'single') {
      const helperStore = openStore(`${file}.helper`)
      const helperIdentity = await loadIdentity(helperStore)
      const helperOptions = { ...shared, store: helperStore, identity: helperIdentity }
      ;({ app, leader } = createSingle(leaderOptions, helperOptions, appOptions))
    } else {
      const helper = createHelperClient(options.helper, identity.signing, fetch)
      leader = createLeader({ ...leaderOptions, helper, trust: 'two-aggregators' })
      app = createApp(leader, appOptions)
    }
  }

  const listening = await listen(app, options.host, port).catch((thrown) => {
    throw NearsideError.from(thrown, 'input-invalid', `Port ${port} can’t be used`)
  })
  context.print(readyLine(role, `http://${options.host}:${listening.port}`))
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

async function gateFrom(shop: string | undefined, log: (line: string) => void): Promise<Gate> {
  if (shop !== undefined) return createHeldOutGate(await readShop(shop, Date.now()))
  log('no --shop: a new model is checked for plausibility, not on held-out shoppers')
  return unmeasuredGate
}

async function parametersFrom({
  policy,
  goal,
}: ReturnType<typeof syntax.opts>): Promise<PolicyParameters> {
  let chosen: Readonly<Record<string, unknown>> = {}
  if (policy !== undefined) {
    try {
      chosen = JSON.parse(await readFile(policy, 'utf8')) as Record<string, unknown>
    } catch (thrown) {
      throw NearsideError.from(thrown, 'input-invalid', `${policy} can’t be read as JSON`)
    }
  }
  const unknown = Object.keys(chosen).find((name) => !(name in DEMO_PARAMETERS))
  if (unknown !== undefined)
    throw new NearsideError('input-invalid', `${policy}: unknown field '${unknown}'`)
  const aggregationGoal = goal === undefined ? {} : { aggregationGoal: goal }
  return parseParameters({ ...DEMO_PARAMETERS, ...chosen, ...aggregationGoal })
}

function sqliteFile(url: string): string {
  const [, file] = /^sqlite:(.+)$/.exec(url) ?? []
  if (file !== undefined) return file
  throw new InvalidArgumentError('It takes sqlite:FILE.')
}

function origins(text: string): string[] {
  return text.split(',').map((one) => {
    const { origin } = new URL(httpUrl(one.trim()))
    if (origin === one.trim()) return origin
    throw new InvalidArgumentError(`It takes an origin such as ${origin}.`)
  })
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
