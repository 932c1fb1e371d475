/**
 * @module Starts an aggregation server: opens its databases and keys, listens on a port, and advances rounds
 * periodically.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { NearsideError } from '@nearside/core/error.ts'
import { readBaseModel } from '@nearside/core/model/files.ts'
import { requireSigner } from '@nearside/train/models/publish.ts'
import { readFiles, readLatest } from '@nearside/train/models/read.ts'
import {
  createSigner,
  DEFAULT_DAYS,
  readKeyFile,
  readSigningKey,
} from '@nearside/train/models/sign.ts'
import { inRowsOf } from '@nearside/train/shop/modelRows.ts'
import { readShop } from '@nearside/train/shop/read.ts'
import type { PolicyParameters } from '../protocol/policy.ts'
import type { AggregatorOptions } from './aggregator.ts'
import { createApp } from './app.ts'
import { type IsTrusted, trustedProxies } from './clientAddress.ts'
import { createCosigner } from './cosigner.ts'
import type { GatewayOptions } from './gateway.ts'
import { createHeldOutGate, heldOutCases, unmeasuredGate } from './heldOutGate.ts'
import { createHelper } from './helper.ts'
import { type Identity, loadIdentity } from './identity.ts'
import { createLeader, type LeaderAggregator } from './leader.ts'
import { clientAddress, listen, senderAddress } from './listen.ts'
import { applyUpdate, distanceOf, layoutOf } from './nextModel.ts'
import { openOwner } from './owner/routes.ts'
import { createHelperClient, fetchLeaderKey } from './peer.ts'
import { createSingle } from './single.ts'
import { openStore, type Store, type StoreOptions } from './store/store.ts'
import { createTokenSigner, type TokenSigner } from './tokenIssuer.ts'

export const SERVER_ROLES = ['leader', 'helper', 'single'] as const
export type ServerRole = (typeof SERVER_ROLES)[number]

interface ServerOptions {
  readonly role: ServerRole
  /** Name of the operator, as shoppers see it. */
  readonly operator: string
  readonly host: string
  /** TCP port; 0: any free port. */
  readonly port: number
  /**
   * Database URL: `postgres://…` or `sqlite:FILE`, created if missing. A single server keeps its helper's database in
   * `FILE.helper`.
   */
  readonly store: string
  /** Key of 32 bytes for secrets in the database, see `StoreOptions`; null: none. */
  readonly storeKey: Uint8Array | null
  readonly parameters: PolicyParameters
  readonly origins: readonly string[]
  readonly reportsPerMinute: number
  /** Addresses and networks of trusted proxies; the server uses their `X-Forwarded-For`. */
  readonly trustedProxies: readonly string[]
  /** Addresses and networks of the oblivious relays that may forward requests. */
  readonly relays?: readonly string[]
  /** Number of a round that the leader abandons at the start, because the helper lost the data that the round needs. */
  readonly abandon?: number
  readonly helper: string
  /** URL of the leader, whose key the helper fetches once; helper only. */
  readonly leader?: string
  /** Directory of published models; leader and single only. */
  readonly models: string
  /** PEM files of the keys that sign published models; absent: models stay unsigned. */
  readonly keys?: readonly string[]
  /** Validity of a signed model release, in days. */
  readonly days?: number
  readonly publishers?: readonly string[]
  /** PEM file of the key that issues tokens, if the terms require work; leader and single only. */
  readonly issuerKey?: string
  /** Whether to roll back a round's model if it ranks newer test cases worse, see `review`. */
  readonly rollback?: boolean
  /** Folder of the owner's page, see `OwnerOptions`; leader and single only. */
  readonly owner?: string
  /** Folder of the shop whose held-out shoppers judge a new model; absent: new models are not measured. */
  readonly shop?: string
}

interface ServerEnvironment extends Pick<AggregatorOptions, 'now'> {
  readonly fetch: typeof globalThis.fetch
  /** Logs one line for the operator, never about a request. */
  readonly log: (line: string) => void
  /** Ends the process at once, because the disk failed. */
  readonly fatal: (error: NearsideError) => void
}

/**
 * Least milliseconds between two groups of reports (a group is stored in one transaction). With a smaller value each
 * report waits less, but the server needs more CPU time.
 */
const GATHER = 50
/** Pause between groups, which lets reports of other devices arrive. */
export const gather = () => setTimeout(GATHER)

/** Maximum number of requests per minute from one relay: enough for 1,500 devices with four requests per update. */
const RELAYED_PER_MINUTE = 6_000

/**
 * Milliseconds between two checks whether a round can advance, e.g. because the helper is back or a new model was
 * published.
 */
const TICK = 2_000

/** @throws NearsideError `input-invalid` if the port is in use; `model-unreachable` without a model */
export async function startServer(options: ServerOptions, environment: ServerEnvironment) {
  const { host, port, storeKey: key } = options
  const { fatal } = environment
  const stores: Store[] = []
  // With PostgreSQL, a helper's processes share no folder, so each process writes its lists to a temporary folder.
  const temporary = await mkdtemp(join(tmpdir(), 'nearside-lists-'))
  const listsOf = (url: string) =>
    url.startsWith('sqlite:') ? `${url.slice('sqlite:'.length)}.lists` : temporary
  const shut = async () => {
    await Promise.all(stores.map((open) => open.shut()))
    await rm(temporary, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    const isTrusted = trustedProxies(options.trustedProxies)
    const isRelay = trustedProxies(options.relays ?? [])
    const stopping = new AbortController()
    const shared = { ...environment, isTrusted, isRelay, listsOf, stopping: stopping.signal }
    const { app, leader } = await createAggregators(options, shared, async (url, role) => {
      const opened = await openStore(url, { role, key, fatal })
      stores.push(opened)
      return opened
    })
    const holdsMany = (address: string) => isTrusted(address) || isRelay(address)
    const listening = await listen(app, host, port, holdsMany)
    if (options.abandon !== undefined && !(await leader?.abandon(options.abandon)))
      environment.log(`round ${options.abandon} is not waiting: nothing was abandoned`)
    let notRenewed = ''
    const tick = async () => {
      await leader?.advance()
      await leader?.renew().catch(({ message }: Error) => {
        if (message !== notRenewed)
          environment.log(`the model could not be signed again: ${message}`)
        notRenewed = message
      })
    }
    void tick()
    const timer = setInterval(() => void tick(), TICK)
    return {
      port: listening.port,
      /** Gives running requests 1.5 seconds to end, and resolves after the current step of the round. */
      async stop(): Promise<void> {
        clearInterval(timer)
        const settled = leader?.stop()
        await listening.stop()
        // Cancels requests that still wait for the helper.
        stopping.abort()
        await settled
        await shut()
      },
    }
  } catch (thrown) {
    await shut()
    throw thrown
  }
}

async function createAggregators(
  options: ServerOptions,
  {
    now,
    fetch,
    log,
    isTrusted,
    isRelay,
    listsOf,
    stopping,
  }: ServerEnvironment & {
    readonly isTrusted: IsTrusted
    readonly isRelay: IsTrusted
    readonly listsOf: (url: string) => string
    readonly stopping: AbortSignal
  },
  open: (url: string, role: StoreOptions['role']) => Promise<Store>,
): Promise<{ app: ReturnType<typeof createApp>; leader: LeaderAggregator | null }> {
  const { role, operator, parameters, origins, reportsPerMinute, models, shop } = options
  const store = await open(options.store, role === 'helper' ? 'helper' : 'leader')
  const identity = await loadIdentity(store, operator)
  log(`run by ${operator}, with the signing key ${identity.publicKey}`)
  const shared = { store, identity, parameters, now, log }
  const address = clientAddress(isTrusted)
  const tokens = role === 'helper' ? undefined : await openTokenSigner(options)
  const { relays = [] } = options
  const sender = senderAddress(isTrusted)
  const gatewayOf = ({ gateway: keys }: Identity): GatewayOptions | undefined =>
    relays.length > 0
      ? { keys, isRelay: (c) => isRelay(sender(c)), perMinute: RELAYED_PER_MINUTE }
      : undefined
  const gateway = gatewayOf(identity)
  const owner =
    role === 'helper' || options.owner === undefined
      ? undefined
      : await openOwner(options.owner, { models, operator })
  const appOptions = {
    ...{ origins, now, reportsPerMinute, clientAddress: address, tokens, gateway },
    owner,
  }
  if (role === 'helper') {
    const { leader } = options
    if (leader === undefined)
      throw new NearsideError('input-invalid', 'A helper needs --leader, the URL of its leader')
    const leaderKey = () => fetchLeaderKey(leader, fetch)
    const { publishers } = options
    const lists = listsOf(options.store)
    const trust = 'two-aggregators'
    const helper = createHelper({ ...shared, leaderKey, publishers, lists, trust })
    if (publishers?.length) log('signs models of its --publisher keys')
    return { app: createApp(helper, appOptions), leader: null }
  }
  // Reads the model now, so that a missing model stops the start and not the first report.
  const latest = await readLatest(models)
  const { manifest, version } = latest
  const whole = shop === undefined ? null : await readShop(shop, now())
  // With a tail (less popular items, not changed by rounds), the model's rows differ from the catalog's.
  const judges =
    whole && manifest.tail
      ? inRowsOf(await readBaseModel(manifest, await readFiles(latest)), whole)
      : whole
  const cases = judges === null ? 0 : heldOutCases(judges, manifest).length
  log(
    cases === 0
      ? `no shopper was held out of model ${version}, or --shop is not given: new models are checked for plausibility only`
      : `new models are judged on ${cases} cases of shoppers held out of model ${version}`,
  )
  const gate = judges === null ? unmeasuredGate : createHeldOutGate(judges, stopping)
  const { keys = [], days = DEFAULT_DAYS } = options
  const signing = await Promise.all(keys.map((file) => readSigningKey(file, models)))
  // If one operator runs both sides, a second signature adds no trust.
  const cosigner = role === 'leader' ? createCosigner(options.helper, fetch) : undefined
  const signer =
    signing.length > 0 ? createSigner({ keys: signing, days, now, cosigner }) : undefined
  await requireSigner(models, signer?.sign)
  const model = { models, layout: layoutOf, applyUpdate, distance: distanceOf, gate, signer }
  const leaderOptions = { ...shared, ...model, gather, takesBack: options.rollback }
  if (role === 'single') {
    const isFile = options.store.startsWith('sqlite:')
    const helperUrl = `${options.store}${isFile ? '.helper' : ''}`
    const helperStore = await open(helperUrl, 'helper')
    const helperIdentity = await loadIdentity(helperStore, operator)
    log(`the helper’s signing key is ${helperIdentity.publicKey}`)
    const lists = listsOf(helperUrl)
    const helperOptions = { ...shared, store: helperStore, identity: helperIdentity, lists }
    const helperGateway = gatewayOf(helperIdentity)
    return createSingle(leaderOptions, helperOptions, appOptions, helperGateway)
  }
  const helper = createHelperClient(options.helper, identity.signing, fetch, { stopping })
  const leader = createLeader({ ...leaderOptions, helper, trust: 'two-aggregators' })
  return { app: createApp(leader, appOptions), leader }
}

/**
 * @throws NearsideError `input-invalid` if the terms require work and no key file is given, or if a key file is given
 * and the terms name no issuer of kind `work` with this key
 */
async function openTokenSigner({
  issuerKey,
  parameters: { issuer },
}: ServerOptions): Promise<TokenSigner | undefined> {
  if (issuerKey === undefined) {
    if (issuer?.kind !== 'work') return undefined
    throw new NearsideError(
      'input-invalid',
      'The terms require tokens that cost work: give --issuer-key',
    )
  }
  const signer = await createTokenSigner(await readKeyFile(issuerKey))
  if (issuer?.kind === 'work' && issuer.key === signer.publicKey) return signer
  throw new NearsideError(
    'input-invalid',
    `The terms don’t name the token issuer whose key is in ${issuerKey}: set issuer.key to ${signer.publicKey}`,
  )
}
