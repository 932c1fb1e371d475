/**
 * @module Transport over `fetch`: no cookies, no referrer, no redirects, fixed headers and declared destinations only.
 * The log entry of a request is stored before the first byte is sent.
 */

import { endpoint, ROUTES } from '@nearside/aggregate/protocol/routes.ts'
import { type Bytes, sha256Hex } from '@nearside/core/bytes.ts'
import { type ErrorCode, invalidInput, NearsideError } from '@nearside/core/error.ts'
import { readAtMost } from '@nearside/core/readAtMost.ts'
import type { Carrier, Relayed } from '../contribution/relayedFetch.ts'
import type { Recipients } from '../contribution/terms.ts'
import type { LedgerEntry } from '../ledger/entry.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { WorkerConfig } from '../messages.ts'
import type { Settings } from '../storage/settingRows.ts'
import type { Store } from '../storage/store.ts'
import { PLAIN, TIMEOUT } from './browserFetch.ts'

export type Purpose = 'catalog' | 'model' | 'policy' | 'rules' | 'token'

export interface GetOptions {
  readonly signal?: AbortSignal
  /** Callback for each part of a large file as it arrives. The answer can still fail after a part has arrived. */
  readonly onPart?: (part: Uint8Array) => void
  /** Address that the log and error messages name instead of the file's own address. */
  readonly loggedAs?: string
  readonly post?: Pick<RequestInit, 'credentials' | 'headers'> & { readonly body: Bytes }
}

/** The device's only access to the network. */
export type Transport = ReturnType<typeof createTransport>

/** Destination that the shop declared. Requests to any other destination are refused before they are made. */
export interface Destination {
  /** Purpose of the requests; `relay`: sealed requests to both aggregators. */
  readonly purpose: Purpose | 'upload' | 'relay'
  /** Absolute URL: the resource itself, or a directory ending in `/`. */
  readonly url: string
}

/** All addresses that a device may ever call, from the shop's options. */
export function destinationsOf(
  config: Pick<WorkerConfig, 'catalog' | 'baseModel' | 'rules'> & {
    readonly live?: string | null
    readonly federation: Pick<Recipients, 'leader' | 'helper' | 'issuer' | 'relay'> | null
  },
): Destination[] {
  const { catalog, baseModel, federation, live, rules } = config
  const { leader, helper, issuer, relay } = federation ?? {}
  const all: readonly (readonly [Destination['purpose'], unknown])[] = [
    ['catalog', catalog],
    ['catalog', live],
    ['rules', rules],
    ['model', directory(baseModel)],
    ['policy', leader && directory(leader)],
    ['policy', helper && directory(helper)],
    ['upload', leader && directory(leader)],
    ['token', issuer ?? (leader && directory(leader))],
    ['relay', relay && directory(relay)],
  ]
  return all.flatMap(([purpose, url]) => (typeof url === 'string' ? [{ purpose, url }] : []))
}

/** Returns a change for `changeSettings`, which adds the destinations' addresses to the stored ones. */
export const declaring =
  (destinations: readonly Destination[]) =>
  ({ declared = [] }: Partial<Pick<Settings, 'declared'>>) => {
    const all = new Set([...declared, ...destinations.map(({ url }) => new URL(url).href)])
    return all.size === declared.length ? {} : { declared: [...all] }
  }

/** Addresses that requests go to; with a relay, no request goes to the aggregators directly. */
export const addressesOf = (config: Parameters<typeof destinationsOf>[0]): Destination[] =>
  destinationsOf(config).filter(
    ({ purpose }) => !config.federation?.relay || !isRelayed(config.federation, purpose),
  )

export const directory = (url: string) => (url.endsWith('/') ? url : `${url}/`)

/**
 * Whether requests for a purpose go through the relay: requests to the aggregators do, requests to the shop's own
 * server or token issuer don't, even at the same address.
 */
const isRelayed = (
  { leader, issuer }: Pick<Recipients, 'leader' | 'issuer'>,
  purpose: Destination['purpose'],
) =>
  purpose === 'policy' ||
  purpose === 'upload' ||
  (purpose === 'token' && [undefined, endpoint(leader, ROUTES.tokens)].includes(issuer))

interface TransportDeps {
  readonly fetch: typeof globalThis.fetch
  /** Relay for requests to the aggregators; without a relay, these requests go to the aggregators directly. */
  readonly relayed?: Relayed & Pick<Recipients, 'issuer'>
  readonly ledger: Pick<Ledger, 'append' | 'count'>
  readonly destinations: readonly Destination[]
  /** Stores the declared addresses in the settings, so that an export shows that no other addresses were called. */
  readonly records?: Store['changeSettings']
  /** Signal that is aborted while the page is set offline; default: never. */
  readonly offline?: () => AbortSignal
  /** Milliseconds of silence after which a request ends; default `TIMEOUT`. */
  readonly timeout?: number
}

/** Maximum size of a response, bytes, regardless of the length that it announces. */
const MAX_BYTES: Readonly<Record<Purpose | 'upload', number>> = {
  catalog: 64 * 2 ** 20,
  model: 64 * 2 ** 20,
  policy: 2 ** 20,
  rules: 2 ** 20,
  token: 2 ** 16,
  upload: 2 ** 20,
}

const UNREACHABLE: Readonly<Record<Purpose | 'upload', ErrorCode>> = {
  catalog: 'model-unreachable',
  model: 'model-unreachable',
  policy: 'aggregator-unreachable',
  rules: 'model-unreachable',
  token: 'issuer-unreachable',
  upload: 'aggregator-unreachable',
}

/** Purposes with large files. On a slow line, such a request may take any time while bytes arrive. */
const LARGE: ReadonlySet<Purpose | 'upload'> = new Set(['catalog', 'model'])

const abandoned = (url: string) =>
  new NearsideError('aborted', `The request to ${url} was aborted.`)

const stopped = () =>
  new NearsideError('aborted', 'The update was stopped on its way: it may have arrived.')

/** @param target absolute URL, as `URL` writes it */
export const isDeclared = ({ url }: Pick<Destination, 'url'>, target: string) =>
  url.endsWith('/') ? target.startsWith(url) : target === url

export function createTransport(deps: TransportDeps) {
  const { ledger, relayed, timeout = TIMEOUT } = deps

  /** Direct or relayed fetch for a purpose, and what the log records about the relay. */
  async function carrierFor(purpose: Purpose | 'upload'): Promise<Carrier> {
    if (!relayed || !isRelayed(relayed, purpose)) return { ask: deps.fetch, detailOf: () => ({}) }
    const { relayedFetch } = await import('../contribution/relayedFetch.ts')
    return relayedFetch(deps.fetch, relayed)
  }

  /** @throws NearsideError if the request must not be made; such a request is not logged, because nothing is sent */
  function declared(url: string, purpose: Purpose | 'upload'): string {
    const target = new URL(url).href
    if (deps.offline?.().aborted)
      throw new NearsideError(
        UNREACHABLE[purpose],
        `Set offline by the page: ${target} is not requested.`,
      )
    const allowed = deps.destinations.some(
      (destination) => destination.purpose === purpose && isDeclared(destination, target),
    )
    if (!allowed) throw invalidInput(`${purpose} of ${target} is not declared.`)
    return target
  }

  let kept: Promise<void> | undefined
  /** Records the declared addresses; if the disk refuses, the next request tries again. */
  function keepDeclared(): Promise<void> {
    kept ??= deps.records?.(declaring(deps.destinations)).catch(() => {
      kept = undefined
    })
    return kept ?? Promise.resolve()
  }

  const failed = (purpose: Purpose | 'upload', url: string, why: string) =>
    ledger.count({ kind: 'failure', detail: { purpose, url, why } })

  /** @throws NearsideError `aborted`, or `…-unreachable` by purpose, after the failure was logged */
  async function send(
    url: string,
    purpose: Purpose | 'upload',
    init: RequestInit,
    ask: Carrier['ask'],
    { signal, onPart, loggedAs = url }: Pick<GetOptions, 'signal' | 'onPart' | 'loggedAs'> = {},
  ): Promise<{ status: number; body: Uint8Array<ArrayBuffer> }> {
    const silent = new AbortController()
    let waiting: ReturnType<typeof setTimeout> | undefined
    const heard = () => {
      clearTimeout(waiting)
      waiting = setTimeout(() => silent.abort('silence'), timeout)
    }
    heard()
    const cut = deps.offline ? [deps.offline()] : []
    try {
      const response = await ask(url, {
        ...PLAIN,
        ...init,
        signal: AbortSignal.any([silent.signal, ...(signal ? [signal] : []), ...cut]),
      })
      const body = await readAtMost(response, MAX_BYTES[purpose], (part) => {
        if (!LARGE.has(purpose)) return
        heard()
        if (response.status === 200) onPart?.(part)
      })
      return { status: response.status, body }
    } catch (error) {
      const ended = purpose === 'upload' ? stopped : abandoned
      const failure = signal?.aborted
        ? ended(loggedAs)
        : NearsideError.from(error, UNREACHABLE[purpose], `No answer from ${loggedAs}`)
      await failed(purpose, loggedAs, failure.message)
      throw failure
    } finally {
      clearTimeout(waiting)
    }
  }

  return {
    /**
     * Sends a GET, or a POST for a token. A token request is blinded: its content tells the receiver nothing.
     * `credentials` decides whether the token request carries cookies.
     * @throws NearsideError `model-unreachable` | `aggregator-unreachable` | `issuer-unreachable` | `aborted`
     */
    async get(url: string, purpose: Purpose, options?: GetOptions): Promise<Uint8Array> {
      const target = declared(url, purpose)
      if (options?.signal?.aborted) throw abandoned(target)
      const init = { method: options?.post ? 'POST' : 'GET', ...options?.post }
      const { ask, detailOf } = await carrierFor(purpose)
      const logged = options?.loggedAs ?? target
      const detail = { method: init.method, purpose, url: logged, ...detailOf(target, init) }
      const request = { kind: 'request', detail } as const
      const bytesSent = options?.post?.body.length ?? 0
      await Promise.all([keepDeclared(), ledger.count({ ...request, bytesSent })])
      const { status, body } = await send(target, purpose, init, ask, options)
      await ledger.count(request, body.length)
      if (status === 200) return body
      const why = `status ${status}`
      await failed(purpose, logged, why)
      throw new NearsideError(UNREACHABLE[purpose], `${logged} answered with ${why}.`)
    },

    /**
     * Sends an upload by POST. The log records `detail` with the body's length and SHA-256. Resolves for every HTTP
     * status.
     * @throws NearsideError `aggregator-unreachable` without an answer; `aborted` if `signal` stopped the upload,
     *   perhaps after it arrived
     */
    async post(
      url: string,
      body: Uint8Array,
      contentType: string,
      detail: LedgerEntry['detail'],
      options?: { readonly signal?: AbortSignal; readonly authorization?: string },
    ): Promise<{ readonly status: number; readonly body: Uint8Array }> {
      const target = declared(url, 'upload')
      if (options?.signal?.aborted) throw abandoned(target)
      await keepDeclared()
      // Copies the body, so that the bytes hashed are the bytes sent.
      const bytes = new Uint8Array(body)
      const sha256 = await sha256Hex(bytes)
      const { authorization } = options ?? {}
      const headers = { 'content-type': contentType, ...(authorization && { authorization }) }
      const init = { method: 'POST', body: bytes, headers }
      const sent = { method: 'POST', url: target, sha256, contentType }
      const { ask, detailOf } = await carrierFor('upload')
      await ledger.append(
        {
          kind: 'upload',
          detail: { ...detail, ...sent, ...detailOf(target, init) },
          bytesSent: bytes.length,
        },
        'disk',
      )
      return send(target, 'upload', init, ask, options)
    },
  }
}
