/**
 * @module The transport over `fetch`: no cookies, no referrer, no redirects, fixed headers, declared
 * destinations only, and the ledger entry stored before the first byte leaves.
 */

import { endpoint, ROUTES } from '../../aggregate/protocol/routes.ts'
import { sha256Hex } from '../../core/bytes.ts'
import { type ErrorCode, NearsideError } from '../../core/error.ts'
import { readAtMost } from '../../core/readAtMost.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { WorkerConfig } from '../messages.ts'
import type { Settings } from '../storage/settingRows.ts'
import type { Store } from '../storage/store.ts'
import type { Relayed } from '../upload/relayedFetch.ts'
import type { Recipients } from '../upload/terms.ts'
import { PLAIN, TIMEOUT } from './browserFetch.ts'
import type { Purpose, Transport } from './transport.ts'

/** What the shop declared: requests anywhere else are refused before they are made. */
export interface Destination {
  /** `relay`: sealed requests to both aggregators. */
  readonly purpose: Purpose | 'upload' | 'relay'
  /** Absolute URL: the resource itself, or a directory ending in `/`. */
  readonly url: string
}

/** Every address that a device may ever call, from the shop's own options. */
export function destinationsOf(
  config: Pick<WorkerConfig, 'catalog' | 'baseModel' | 'rules'> & {
    readonly federation: Pick<Recipients, 'leader' | 'helper' | 'issuer' | 'relay'> | null
  },
): Destination[] {
  const { catalog, baseModel, federation, rules } = config
  return [
    ...(typeof catalog === 'string' ? [{ purpose: 'catalog' as const, url: catalog }] : []),
    ...(typeof rules === 'string' ? [{ purpose: 'rules' as const, url: rules }] : []),
    { purpose: 'model', url: directory(baseModel) },
    ...(federation
      ? [
          { purpose: 'policy' as const, url: directory(federation.leader) },
          { purpose: 'policy' as const, url: directory(federation.helper) },
          { purpose: 'upload' as const, url: directory(federation.leader) },
          { purpose: 'token' as const, url: federation.issuer ?? directory(federation.leader) },
        ]
      : []),
    ...(federation?.relay === undefined
      ? []
      : [{ purpose: 'relay' as const, url: directory(federation.relay) }]),
  ]
}

/** The change of the settings that keeps what the shop declares beside what it declared before. */
export const declaring =
  (destinations: readonly Destination[]) =>
  ({ declared = [] }: Partial<Pick<Settings, 'declared'>>) => {
    const all = new Set([...declared, ...destinations.map(({ url }) => new URL(url).href)])
    return all.size === declared.length ? {} : { declared: [...all] }
  }

/** Where requests really go: with a relay, none of them to the aggregators themselves. */
export function addressesOf(config: Parameters<typeof destinationsOf>[0]): Destination[] {
  const all = destinationsOf(config)
  const { federation } = config
  if (federation?.relay === undefined) return all
  return all.filter(({ purpose }) => !isRelayed(federation, purpose))
}

/** An address and all below it. */
export const directory = (url: string) => (url.endsWith('/') ? url : `${url}/`)

/** What goes to the aggregators; a shop's own server may lie at the same address, its issuer of tokens too. */
const isRelayed = (
  { leader, issuer = endpoint(leader, ROUTES.tokens) }: Pick<Recipients, 'leader' | 'issuer'>,
  purpose: Destination['purpose'],
) =>
  purpose === 'policy' ||
  purpose === 'upload' ||
  (purpose === 'token' && issuer === endpoint(leader, ROUTES.tokens))

interface TransportDeps {
  readonly fetch: typeof globalThis.fetch
  /** Carries what the aggregators are asked; absent: they are asked directly. */
  readonly relayed?: Relayed & Pick<Recipients, 'issuer'>
  readonly ledger: Pick<Ledger, 'append' | 'count'>
  readonly destinations: readonly Destination[]
  /** Where what is declared is kept, so that an export shows that nothing else was asked for. */
  readonly records?: Store['changeSettings']
  /** Milliseconds of silence after which a request is given up; default `TIMEOUT`. */
  readonly timeout?: number
}

/** A response beyond this is not ours, whatever length it announces. */
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

/** Given up for silence, not for the time that they take: on a slow line they would never be had. */
const LARGE: ReadonlySet<Purpose | 'upload'> = new Set(['catalog', 'model'])

const abandoned = (url: string) =>
  new NearsideError('aborted', `The request to ${url} was abandoned.`)

const stopped = () =>
  new NearsideError('aborted', 'The update was stopped on its way: it may have arrived.')

/** @param target absolute, as `URL` writes it */
export const isDeclared = ({ url }: Pick<Destination, 'url'>, target: string) =>
  url.endsWith('/') ? target.startsWith(url) : target === url

export function createTransport(deps: TransportDeps): Transport {
  const { ledger, relayed, timeout = TIMEOUT } = deps

  /** Null where the aggregators are asked directly. */
  async function carrierFor(purpose: Purpose | 'upload') {
    if (!relayed || !isRelayed(relayed, purpose)) return null
    const { relayedFetch } = await import('../upload/relayedFetch.ts')
    return { relay: relayed.relay, ...relayedFetch(deps.fetch, relayed) }
  }

  /** What goes through a relay is logged as it is inside the seal, with the length of the sealed body. */
  async function carriageOf(
    purpose: Purpose | 'upload',
    url: string,
    init: RequestInit,
  ): Promise<Readonly<Record<string, string | number>>> {
    const carrier = await carrierFor(purpose)
    return carrier ? { relay: carrier.relay, sealed: carrier.sealedBytes(url, init) } : {}
  }

  function declared(url: string, purpose: Purpose | 'upload'): string {
    const target = new URL(url).href
    const allowed = deps.destinations.some(
      (destination) => destination.purpose === purpose && isDeclared(destination, target),
    )
    if (!allowed)
      throw new NearsideError('input-invalid', `${purpose} of ${target} is not declared.`)
    return target
  }

  let kept: Promise<void> | undefined
  /** Tried again with the next request where the disk refuses. */
  function keepDeclared(): Promise<void> {
    kept ??= deps.records?.(declaring(deps.destinations)).catch(() => {
      kept = undefined
    })
    return kept ?? Promise.resolve()
  }

  const failed = (purpose: Purpose | 'upload', url: string, why: string) =>
    ledger.count({ kind: 'failure', detail: { purpose, url, why } })

  /** @throws NearsideError `aborted` | the purpose's `…-unreachable`, after logging the failure */
  async function send(
    url: string,
    purpose: Purpose | 'upload',
    init: RequestInit,
    signal?: AbortSignal,
  ): Promise<{ status: number; body: Uint8Array<ArrayBuffer> }> {
    const silent = new AbortController()
    let waiting: ReturnType<typeof setTimeout> | undefined
    const heard = () => {
      clearTimeout(waiting)
      waiting = setTimeout(() => silent.abort('silence'), timeout)
    }
    heard()
    try {
      const fetchBy = (await carrierFor(purpose))?.ask ?? deps.fetch
      const response = await fetchBy(url, {
        ...PLAIN,
        ...init,
        signal: AbortSignal.any([silent.signal, signal ?? silent.signal]),
      })
      const body = await readAtMost(
        response,
        MAX_BYTES[purpose],
        LARGE.has(purpose) ? heard : undefined,
      )
      return { status: response.status, body }
    } catch (error) {
      const ended = purpose === 'upload' ? stopped : abandoned
      const failure = signal?.aborted
        ? ended(url)
        : NearsideError.from(error, UNREACHABLE[purpose], `No answer from ${url}`)
      await failed(purpose, url, failure.message)
      throw failure
    } finally {
      clearTimeout(waiting)
    }
  }

  return {
    async get(url, purpose, options) {
      const target = declared(url, purpose)
      if (options?.signal?.aborted) throw abandoned(target)
      const init = { method: options?.post ? 'POST' : 'GET', ...options?.post }
      const carriage = await carriageOf(purpose, target, init)
      const detail = { method: init.method, purpose, url: target, ...carriage }
      const request = { kind: 'request', detail } as const
      const bytesSent = options?.post?.body.length ?? 0
      await Promise.all([keepDeclared(), ledger.count({ ...request, bytesSent })])
      const { status, body } = await send(target, purpose, init, options?.signal)
      await ledger.count(request, body.length)
      if (status === 200) return body
      const why = `status ${status}`
      await failed(purpose, target, why)
      throw new NearsideError(UNREACHABLE[purpose], `${target} answered with ${why}.`)
    },

    async post(url, body, contentType, detail, options) {
      const target = declared(url, 'upload')
      if (options?.signal?.aborted) throw abandoned(target)
      await keepDeclared()
      // A copy, so that what is hashed is what is sent.
      const bytes = new Uint8Array(body)
      const sha256 = await sha256Hex(bytes)
      const { authorization } = options ?? {}
      const headers = { 'content-type': contentType, ...(authorization && { authorization }) }
      const init = { method: 'POST', body: bytes, headers }
      const carriage = await carriageOf('upload', target, init)
      await ledger.append(
        {
          kind: 'upload',
          detail: {
            ...{ ...detail, method: 'POST', url: target, sha256, contentType },
            ...carriage,
          },
          bytesSent: bytes.length,
        },
        'disk',
      )
      return send(target, 'upload', init, options?.signal)
    },
  }
}
