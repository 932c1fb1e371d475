/** @module `nearside serve`: runs an aggregation server. */
import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { DEMO_PARAMETERS } from '@nearside/aggregate/protocol/demoParameters.ts'
import { startRelay } from '@nearside/aggregate/server/relay.ts'
import { SINGLE_PATHS } from '@nearside/aggregate/server/single.ts'
import {
  SERVER_ROLES,
  type ServerRole,
  startServer,
} from '@nearside/aggregate/server/startServer.ts'
import { STORE_URL } from '@nearside/aggregate/server/store/store.ts'
import {
  describeCost,
  describeRefusal,
  describeSenders,
  readTerms,
} from '@nearside/aggregate/server/terms.ts'
import { fromHex } from '@nearside/core/bytes.ts'
import { invalidInput } from '@nearside/core/error.ts'
import { OPERATOR } from '@nearside/core/operator.ts'
import { readKeyFile } from '@nearside/train/models/sign.ts'
import { defineCommand } from '../command.ts'
import { MODELS, POLICY, PORT, untilAborted } from '../shared.ts'
import { DAYS, KEY, publicKeys } from '../signing.ts'
import { commaSeparated, httpUrl, wholeNumber } from '../values.ts'

const ROLES = [...SERVER_ROLES, 'relay'] as const
const PORTS = { leader: 8791, helper: 8792, single: 8791, relay: 8793 } as const

/** Origin at which `npm start` serves the demo. */
const SHOP = 'http://localhost:8790'

const syntax = new Command('serve')
  .summary('run an aggregation server for shoppers who opted in to contribute')
  .description(`A leader and a helper make a federation. The leader takes reports and publishes models; the helper holds
the other half of every report, and a veto. Two parties must run them: only then do the halves stay
apart. --role single runs both in one process: that is a trusted server.

Without --port, a leader or single server listens on 8791, a helper on 8792, a relay on 8793.

--role relay forwards sealed requests to the servers at --target (RFC 9458), so that these see its address
instead of a shopper's. It needs no policy, keys or store; let a third party run it.

--models, --key, --days and --owner are for leader and single. --owner is a folder with a file
named token. This token opens the owner's page at /owner. The page shows measure.json and evaluate.json
from the same folder, once nearside measure and nearside evaluate wrote them there with --json.

--policy FILE is JSON with ${Object.keys(DEMO_PARAMETERS).join(', ')};
and issuer, unless any device may send (PROTOCOL.md). Give leader and helper the same terms. --policy demo
is for a trial: 32 reports per round and little noise.`)
  .addOption(
    new Option('--role <role>', 'role of this server').choices(ROLES).makeOptionMandatory(),
  )
  .option('--operator <name>', 'name of the operator, as shoppers see it', operator)
  .option(...PORT)
  .option('--host <host>', 'address to listen on', '127.0.0.1')
  .option(
    '--store <url>',
    'database, sqlite:FILE or postgres://… (default: sqlite:var/ROLE.sqlite)',
    storeUrl,
  )
  .option(
    '--store-key <file>',
    'postgres: file with 32 bytes in hex that encrypt keys, seeds and sums in the database',
  )
  .option('--helper <url>', 'URL of the helper', httpUrl, 'http://127.0.0.1:8792')
  .option(
    '--leader <url>',
    'helper: URL of its leader, whose key it fetches once and stores',
    httpUrl,
  )
  .option(...MODELS, 'var/models')
  .option(
    '--origin <origin>',
    `origins of the shop’s pages, separated by commas (default: ${SHOP}; relay: any)`,
    origins,
  )
  .option(...POLICY)
  .option('--goal <n>', 'reports per round, instead of the policy’s', wholeNumber(1, 2 ** 32 - 1))
  .option(...KEY)
  .option(...DAYS)
  .option(
    '--publisher <key>',
    'helper: public keys whose models it signs as well, separated by commas',
    publicKeys,
  )
  .option('--issuer-key <file>', 'leader, single: key that issues tokens, if these cost work')
  .option('--owner <dir>', 'folder of the owner’s page: its token, and the results that it shows')
  .option('--shop <dir>', 'shop folder whose held-out shoppers judge a new model')
  .option(
    '--no-rollback',
    'keep a model of rounds even if it ranks newer cases of these shoppers worse',
  )
  .option(
    '--reports-per-minute <n>',
    'maximum of reports from one address; relay: of requests',
    wholeNumber(1, 1e9),
    120,
  )
  .option(
    '--target <url>',
    'relay: URLs of the servers that it forwards to, separated by commas',
    (text) => commaSeparated(text).map(httpUrl),
  )
  .option(
    '--relay <address>',
    'relays that may forward requests to this server, separated by commas',
    commaSeparated,
  )
  .option(
    '--abandon <round>',
    'leader: give up this round, because the helper has lost its database',
    wholeNumber(1, 1e9),
  )
  .option(
    '--trusted-proxy <address>',
    'proxies whose X-Forwarded-For is trusted, separated by commas',
    commaSeparated,
  )

export const command = defineCommand(syntax, async (options, { print, signal }) => {
  const { role, host, port = PORTS[options.role], reportsPerMinute: perMinute } = options
  const { trustedProxy: trustedProxies = [] } = options
  if (role === 'relay') {
    const { target: targets } = options
    if (targets === undefined)
      throw invalidInput('a relay needs --target: the URLs of the servers that it forwards to')
    const { origin: origins = null } = options
    const relay = await startRelay({ targets, origins, host, port, perMinute, trustedProxies })
    print(`nearside relay listening on http://${host}:${relay.port}`)
    await untilAborted(signal)
    await relay.stop()
    return { role, port: relay.port }
  }
  const { store = `sqlite:var/${role}.sqlite`, origin = [SHOP] } = options
  const log = (line: string) => print(`${role}: ${line}`)
  const parameters = await readTerms(required(options.policy, '--policy'), options.goal)
  log(describeCost(parameters))
  const refusal = describeRefusal(parameters)
  if (refusal !== null) log(refusal)
  if (role !== 'helper') log(describeSenders(parameters))
  const storeKey = options.storeKey === undefined ? null : await readKey(options.storeKey)
  if (storeKey !== null && store.startsWith('sqlite:'))
    throw invalidInput(
      '--store-key is for postgres: leave it out with SQLite, which overwrites what it deletes',
    )
  if (storeKey === null && !store.startsWith('sqlite:'))
    log('without --store-key, keys and seeds can be read in the database and in every copy of it')
  const server = await startServer(
    {
      ...options,
      ...{ role, port, store, storeKey, parameters, trustedProxies },
      operator: required(options.operator, '--operator'),
      origins: origin,
      keys: options.key,
      publishers: options.publisher,
      relays: options.relay ?? [],
    },
    {
      now: Date.now,
      fetch,
      log,
      fatal(error) {
        log(`the disk fails, so this process ends: ${error.message}`)
        process.exit(1)
      },
    },
  )
  print(readyLine(role, `http://${host}:${server.port}`))
  await untilAborted(signal)
  await server.stop()
  return { role, port: server.port }
})

function required(value: string | undefined, option: string): string {
  if (value !== undefined) return value
  throw invalidInput(`${option} is missing: every role but relay needs it`)
}

function readyLine(role: ServerRole, url: string): string {
  if (role !== 'single') return `nearside ${role} listening on ${url}`
  const { leader, helper } = SINGLE_PATHS
  return `nearside trusted server listening on ${url} (leader ${url}${leader}, helper ${url}${helper}; one operator holds both keys)`
}

function operator(name: string): string {
  if (OPERATOR.test(name)) return name
  throw new InvalidArgumentError('It takes 1 to 80 characters, none of them invisible.')
}

function storeUrl(url: string): string {
  if (STORE_URL.test(url)) return url
  throw new InvalidArgumentError('It takes sqlite:FILE or postgres://….')
}

async function readKey(file: string): Promise<Uint8Array> {
  const text = (await readKeyFile(file)).trim()
  if (/^[0-9a-f]{64}$/i.test(text)) return fromHex(text.toLowerCase())
  throw invalidInput(
    `${file} is not a key of 64 hex digits: create one with (umask 077; openssl rand -hex 32 > FILE)`,
  )
}

function origins(text: string): string[] {
  return commaSeparated(text).map((one) => {
    const { origin } = new URL(httpUrl(one))
    if (origin === one) return origin
    throw new InvalidArgumentError(`It takes an origin such as ${origin}.`)
  })
}
