/**
 * @module A virtual device: it goes through the very code of a shopper's browser, with memory for a disk
 * and the fetch that it is given. It can vanish at any await, and come back with the disk that it had.
 */
import type { RandomBytes } from '../aggregate/privacy/randomBytes.ts'
import { sha256Hex, utf8 } from '../core/bytes.ts'
import { canonicalJson } from '../core/canonicalJson.ts'
import { type ErrorCode, NearsideError } from '../core/error.ts'
import type { EntryFacts } from '../device/ledger/chain.ts'
import type { LedgerEntry } from '../device/ledger/entry.ts'
import type { Settings } from '../device/storage/settingRows.ts'
import type { Transport } from '../device/transport/transport.ts'
import { type ContributeDeps, type Contributed, contribute } from '../device/upload/contribute.ts'
import { deviceTerms } from '../device/upload/terms.ts'

/** What survives when a device vanishes. */
export interface DeviceDisk {
  settings: Partial<Settings>
  readonly ledger: Omit<EntryFacts, 'time'>[]
}

export interface VirtualDeviceOptions {
  /** Base URLs of the aggregators. */
  readonly leader: string
  readonly helper: string
  /** Of tokens, at the shop's own server. */
  readonly issuer?: string
  /** Hex SHA-256 of the model's manifest.json, as in `latest.json`. */
  readonly modelHash: string
  readonly fetch: typeof globalThis.fetch
  readonly now: () => number
  /** Default: an empty one, of a shopper who agreed. */
  readonly disk?: DeviceDisk
  readonly randomBytes?: RandomBytes
  /** Called before everything that a device waits for; once it throws, the device does nothing more. */
  readonly goesOn?: () => void
}

export interface VirtualDevice {
  contribute(update: ContributeDeps['update']): Promise<Contributed>
  readonly disk: DeviceDisk
}

/** Of a shopper who agreed. It takes part in a demonstration: no simulated crowd is a real one. */
export function emptyDisk(now: number): DeviceDisk {
  const terms = { ...deviceTerms(true), trust: 'trusted-server', tokens: 'account' } as const
  return { settings: { consent: { contribute: true, since: now, terms } }, ledger: [] }
}

export function createVirtualDevice(options: VirtualDeviceOptions): VirtualDevice {
  const { now, disk = emptyDisk(now()), goesOn = () => {} } = options
  const transport = transportBy(options.fetch, goesOn)
  const write = async (facts: Omit<EntryFacts, 'time'>) => {
    goesOn()
    disk.ledger.push(facts)
    return facts as never
  }
  return {
    disk,
    contribute: (update) =>
      contribute({
        globalPrivacyControl: undefined,
        endpoints: { ...options, demonstration: true },
        transport: {
          ...transport,
          async post(url, body, contentType, detail, how) {
            await write({ kind: 'upload', detail })
            return transport.post(url, body, contentType, detail, how)
          },
        },
        ledger: { append: write, count: write, entries: () => entriesOf(disk.ledger) },
        async records(change) {
          goesOn()
          disk.settings = { ...disk.settings, ...change(disk.settings, 0) }
        },
        modelHash: options.modelHash,
        now,
        update,
        randomBytes: options.randomBytes,
      }),
  }
}

/** Enough of entries to make ids of reports from. */
function entriesOf(ledger: DeviceDisk['ledger']): Promise<LedgerEntry[]> {
  return Promise.all(
    ledger.map(async (facts, sequence) => {
      const hash = await sha256Hex(utf8(canonicalJson([sequence, facts])))
      return { time: 0, bytesSent: 0, previous: '', ...facts, sequence, hash }
    }),
  )
}

/** Asks and sends as a device does, without its ledger. */
export function transportBy(
  fetch: typeof globalThis.fetch,
  goesOn: () => void = () => {},
): Pick<Transport, 'get' | 'post'> {
  const send = async (
    url: string,
    init?: RequestInit,
    code: ErrorCode = 'aggregator-unreachable',
  ) => {
    goesOn()
    try {
      const response = await fetch(url, init)
      return { status: response.status, body: new Uint8Array(await response.arrayBuffer()) }
    } catch (error) {
      throw NearsideError.from(error, code, `No answer from ${url}`)
    }
  }
  return {
    async get(url, purpose, options) {
      const code = purpose === 'token' ? 'issuer-unreachable' : 'aggregator-unreachable'
      const post = options?.post && { method: 'POST', ...options.post }
      const { status, body } = await send(url, post, code)
      if (status !== 200) throw new NearsideError(code, `${url} answered ${status}`)
      return body
    },
    post: (url, body, contentType, _detail, { authorization } = {}) =>
      send(url, {
        method: 'POST',
        body: new Uint8Array(body),
        headers: { 'content-type': contentType, ...(authorization && { authorization }) },
      }),
  }
}
