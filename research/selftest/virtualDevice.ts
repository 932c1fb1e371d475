/**
 * @module Runs a virtual device without a browser. The product's own code makes the device's log, reports, fits and
 * export. The device stores its data in memory, and two virtual aggregators answer without delay.
 */
import { exportSealingKeys, generateSealingKeys } from '@nearside/aggregate/privacy/seal.ts'
import {
  exportSigningKeys,
  generateSigningKeys,
  reachedMessage,
  receiptMessage,
  sign,
  taskMessage,
} from '@nearside/aggregate/privacy/signature.ts'
import { encodeResponse } from '@nearside/aggregate/protocol/binaryHttp.ts'
import { DEMO_PARAMETERS, SHOP_PARAMETERS } from '@nearside/aggregate/protocol/demoParameters.ts'
import {
  dimensionOf,
  POLICY_FORMAT,
  type Policy,
  policyHash,
} from '@nearside/aggregate/protocol/policy.ts'
import { MARK_BYTES, parseReport } from '@nearside/aggregate/protocol/report.ts'
import { ROUTES, relayName } from '@nearside/aggregate/protocol/routes.ts'
import { PROTOCOL } from '@nearside/aggregate/protocol/task.ts'
import { gatewayKeys, openRequest } from '@nearside/aggregate/server/gateway.ts'
import type { Reached } from '@nearside/audit/checkpoints.ts'
import { termsOf } from '@nearside/browser/contribution/budget.ts'
import { giveConsent } from '@nearside/browser/contribution/consent.ts'
import { contribute } from '@nearside/browser/contribution/contribute.ts'
import { type Recipients, recipientsOf } from '@nearside/browser/contribution/terms.ts'
import { storePersonal } from '@nearside/browser/learning/versions.ts'
import { fold } from '@nearside/browser/ledger/chain.ts'
import type { LedgerEntry } from '@nearside/browser/ledger/entry.ts'
import { createLedger, type Ledger } from '@nearside/browser/ledger/ledger.ts'
import { openSigner, type Signer } from '@nearside/browser/ledger/signer.ts'
import { createMemoryDatabase, type MemoryTables } from '@nearside/browser/storage/database.ts'
import { createStore, type Store } from '@nearside/browser/storage/store.ts'
import { createTransport, declaring, destinationsOf } from '@nearside/browser/transport/http.ts'
import { exportBundle } from '@nearside/browser/worker/exportBundle.ts'
import { concat, fromHex, ownBytes, sha256, toBase64, toHex } from '@nearside/core/bytes.ts'
import { FEATURE_COUNT } from '@nearside/core/features/features.ts'
import { GUARD_START } from '@nearside/core/learning/guard.ts'
import { SHARED_LENGTH } from '@nearside/core/learning/sharedUpdate.ts'
import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import type { Random } from '@nearside/core/model/random.ts'

const HOUR = 3_600_000
const ENDPOINTS = { leader: 'https://leader.example', helper: 'https://helper.example' }
const RELAY = 'https://relay.example/'
const BASE = 'ab'.repeat(32)

type Aggregators = Awaited<ReturnType<typeof createAggregators>>

interface AggregatorOptions {
  /** Token issuer; absent if the policy needs no tokens. */
  readonly tokens?: {
    readonly publicKey: string
    sign(request: Uint8Array): Uint8Array | null
  }
  readonly demonstration?: boolean
  readonly relayed?: boolean
  /** Whether updates also contain item counts. */
  readonly counts?: boolean
}

export async function createAggregators(options: AggregatorOptions = {}) {
  const { tokens, demonstration = false, relayed = false, counts = false } = options
  const signing = await generateSigningKeys()
  const exported = await exportSigningKeys(signing)
  const keys = {
    sealing: toBase64((await exportSealingKeys(await generateSealingKeys())).publicKey),
    signing: toBase64(exported.publicKey),
  }
  const gateway = gatewayKeys(exported.publicKey, exported.privateKey)
  const endpoints = { ...ENDPOINTS, ...(relayed && { relay: RELAY }) }
  const policy: Policy = {
    format: POLICY_FORMAT,
    trust: 'two-aggregators',
    ...(demonstration ? DEMO_PARAMETERS : SHOP_PARAMETERS),
    minSeparationSeconds: 60,
    ...(tokens && { issuer: { kind: 'work', key: tokens.publicKey, bits: 1 } }),
    model: { version: '1', hash: BASE },
    ...(counts && { countShare: 0.8 }),
    parameters: { featureWeights: SHARED_LENGTH, ...(counts && { itemCounts: 8 }) },
    leader: { ...keys, operator: 'Shop' },
    helper: { ...keys, operator: 'Trust Centre' },
  }
  /** Ids of the reports that arrived at the aggregators, for each round. */
  const arrived = new Map<number, Set<string>>()
  return { policy, signing, tokens, arrived, demonstration, gateway, endpoints }
}

/** The helper's list of reports for each round; every round ended at `closed`. */
export function reachedBy({ arrived, policy, signing }: Aggregators, closed: number) {
  const salt = new Uint8Array(32).fill(7)
  return Promise.all(
    [...arrived].map(async ([round, ids]): Promise<Reached> => {
      const salted = await Promise.all([...ids].map((id) => sha256(concat(salt, fromHex(id)))))
      const marks = salted.map((hash) => toHex(hash.subarray(0, MARK_BYTES))).sort()
      const said = {
        ...{ round, policyHash: await policyHash(policy), opened: 0, closed },
        ...{ salt: toBase64(salt), marks: toBase64(fromHex(marks.join(''))) },
        key: policy.helper.signing,
      }
      return { ...said, signature: toBase64(await sign(signing, reachedMessage(said))) }
    }),
  )
}

export interface Exported {
  readonly text: string
  readonly signer: Signer
}

export class VirtualDevice {
  readonly #tables: MemoryTables
  readonly #store: Store
  readonly #ledger: Ledger
  readonly #random: Random
  readonly #aggregators: Aggregators
  #now = Date.UTC(2026, 0, 1)
  #round = 0
  #events = 0

  constructor(aggregators: Aggregators, random: Random, tables: MemoryTables = new Map()) {
    this.#aggregators = aggregators
    this.#random = random
    this.#tables = tables
    this.#store = createStore(createMemoryDatabase(tables))
    this.#ledger = createLedger(this.#store, () => this.#now)
  }

  /** Performs `steps` random steps, the last of which is the export. */
  async live(steps: number): Promise<Exported> {
    const some: (() => Promise<unknown>)[] = [
      this.look,
      this.look,
      this.look,
      this.fit,
      this.fit,
      this.agree,
      this.agree,
      this.send,
      this.send,
      this.fetch,
      this.forget,
      this.withdraw,
      this.answerAgent,
      this.erase,
      this.fold,
      this.export,
    ]
    for (let step = 0; step < steps; step++) {
      this.#now += HOUR * (1 + this.#random.integer(48))
      await some[this.#random.integer(some.length)].call(this)
    }
    return this.export()
  }

  copy(): VirtualDevice {
    const copy = new VirtualDevice(this.#aggregators, this.#random, new Map(this.#tables))
    copy.#now = this.#now
    copy.#round = this.#round
    copy.#events = this.#events
    return copy
  }

  /** @param time milliseconds @param rounds number of rounds that begin during this time */
  wait(time: number, rounds = 0): void {
    this.#now += time
    this.#round += rounds
  }

  async look(): Promise<void> {
    const id = String(this.#events++)
    const items = [`item-${this.#random.integer(9)}`]
    await this.#store.append([{ id, name: 'view_item', time: this.#now, items }])
  }

  async fetch(): Promise<void> {
    const url = 'https://shop.example/models/latest.json'
    const request = { kind: 'request', detail: { method: 'GET', purpose: 'model', url } } as const
    await this.#store.changeSettings(declaring(this.#destinations()))
    await this.#ledger.count(request)
    await this.#ledger.count(request, 90)
  }

  async adopt(manifest: string, release?: number): Promise<void> {
    const detail = {
      ...{ version: manifest.slice(0, 1), parent: '', manifest },
      ...(release !== undefined && { release }),
    }
    await this.#ledger.append({ kind: 'model', detail })
  }

  /** Adds one of two log entries: the shopper allowed agents, or the device answered an agent's call. */
  async answerAgent(): Promise<void> {
    const detail: LedgerEntry['detail'] =
      this.#random.integer(2) === 0 ? { allowed: true } : { tool: 'recommend', items: 8 }
    await this.#ledger.append({ kind: 'agent', detail }, 'disk')
  }

  async takeOrders(orders: number): Promise<void> {
    await this.#ledger.append({ kind: 'seed', detail: { orders } })
  }

  async fit(): Promise<void> {
    const vector = (length: number) =>
      Float32Array.from({ length }, () => this.#random.normal() / 9)
    const summary = {
      engine: 'js',
      cases: 3,
      lossBefore: 2,
      lossAfter: this.#random.next(),
      fusionWeight: 0.5,
      active: true,
      milliseconds: 4,
    } as const
    const parameters = { u: vector(DIMENSION), w: vector(FEATURE_COUNT) }
    const fitted = { parameters, fusionWeight: 0.5, guard: GUARD_START, until: this.#now, summary }
    const deps = { store: this.#store, log: this.#ledger }
    await storePersonal(deps, fitted, BASE, this.#now, await this.#store.epoch())
  }

  #recipients(): Recipients {
    const { policy, demonstration, endpoints } = this.#aggregators
    return recipientsOf(policy, { ...endpoints, demonstration })
  }

  #destinations() {
    const { endpoints: federation } = this.#aggregators
    const baseModel = 'https://shop.example/'
    return destinationsOf({ catalog: [], baseModel, federation, rules: null })
  }

  async agree(): Promise<void> {
    const wording = `What the shop said at ${this.#now}.`
    await giveConsent(
      {
        ...{ globalPrivacyControl: undefined, ledger: this.#ledger, now: () => this.#now },
        records: this.#store.changeSettings,
      },
      termsOf(this.#aggregators.policy, this.#recipients()),
      wording,
    )
  }

  async withdraw(): Promise<void> {
    const consent = { contribute: false, since: null }
    await this.#store.changeSettings(() => ({ consent, pending: undefined }))
    await this.#ledger.append({ kind: 'consent', detail: { contribute: false } }, 'strict')
  }

  /**
   * Contributes if the shopper agreed and the budget allows it; a third of the servers' answers get lost.
   * @param rounds number of rounds that begin before it sends; default: one or none, at random
   */
  async send(rounds = this.#random.integer(3) > 0 ? 1 : 0): Promise<void> {
    this.#round += rounds
    const { policy } = this.#aggregators
    const endpoints = this.#recipients()
    const { relay } = endpoints
    const size = this.#random.integer(3) === 0 ? 1e-3 : 1e-2
    await contribute({
      endpoints,
      transport: createTransport({
        fetch: (url, init) =>
          relay === undefined ? this.#answer(String(url), init) : this.#carry(String(url), init),
        ledger: this.#ledger,
        destinations: this.#destinations(),
        records: this.#store.changeSettings,
        relayed: relay === undefined ? undefined : { ...endpoints, relay },
      }),
      ledger: this.#ledger,
      records: this.#store.changeSettings,
      globalPrivacyControl: undefined,
      modelHash: policy.model.hash,
      update: () =>
        Float32Array.from({ length: dimensionOf(policy) }, () => size * this.#random.normal()),
      now: () => this.#now,
    })
  }

  async forget(): Promise<void> {
    const { events } = await this.#store.events()
    const forgotten = await this.#store.forget(events.slice(0, 1).map(({ id }) => id))
    const numbers = { events: forgotten.rows.length, orders: 0 }
    const detail = { what: 'item', ...numbers }
    const { sequence: undoes } = await this.#ledger.append({ kind: 'erase', detail }, 'strict')
    if (this.#random.integer(2) === 0) return
    await this.#store.restore(forgotten)
    await this.#ledger.append({ kind: 'restore', detail: { ...numbers, undoes } }, 'strict')
  }

  erase(): Promise<void> {
    return this.#ledger.erase()
  }

  /** Folds the log's older half into one summary entry, as a device does once its log has thousands of entries. */
  async fold(): Promise<void> {
    const rows = await this.#store.ledger()
    const gone = Math.floor(rows.length / 2)
    if (gone === 0) return
    const entry = await fold(rows, gone, this.#now, await openSigner(this.#store))
    const where = { after: rows[rows.length - 1].hash, dropBefore: rows[gone].sequence }
    await this.#store.appendLedger([entry], where, 'relaxed')
  }

  async export(): Promise<Exported> {
    const text = await exportBundle(this.#store, this.#ledger, { loaded: null }, this.#now)
    return { text, signer: (await openSigner(this.#store)) as Signer }
  }

  async #carry(url: string, init: RequestInit = {}): Promise<Response> {
    const { message, seal } = openRequest(this.#aggregators.gateway, init.body as Uint8Array)
    const { method, path, body } = message
    const server = url === `${RELAY}${relayName(ENDPOINTS.leader)}` ? 'leader' : 'helper'
    const request = method === 'POST' ? { method, body } : { method }
    const answer = await this.#answer(`${ENDPOINTS[server]}${path}`, request)
    const { status } = answer
    const answered = new Uint8Array(await answer.arrayBuffer())
    return new Response(await seal(encodeResponse({ status, headers: {}, body: answered })))
  }

  async #answer(url: string, init?: RequestInit): Promise<Response> {
    const { policy, signing, tokens, arrived } = this.#aggregators
    if (init?.method !== 'POST') {
      const role = url.startsWith(ENDPOINTS.leader) ? 'leader' : 'helper'
      const hash = await policyHash(policy)
      const round = Math.max(1, this.#round)
      const time = this.#now
      const message = taskMessage({ role, round, policyHash: hash, time })
      const signature = toBase64(await sign(signing, message))
      const said = { protocol: PROTOCOL, role, round, state: 'open', policyHash: hash, policy }
      return Response.json({ ...said, time, signature })
    }
    if (this.#random.integer(3) === 0) throw new TypeError('lost')
    const body = init.body as Uint8Array<ArrayBuffer>
    if (url.endsWith(ROUTES.tokens)) {
      const signature = tokens?.sign(body)
      return new Response(signature ? ownBytes(signature) : null)
    }
    const { id, round } = parseReport(body, policy).header
    arrived.set(round, (arrived.get(round) ?? new Set()).add(id))
    const hash = await sha256(body)
    const signature = toBase64(await sign(signing, receiptMessage(hash)))
    return Response.json({ id, round, bodyHash: toHex(hash), signature }, { status: 201 })
  }
}
