/**
 * @module Runs a virtual device: the code of a shopper's browser, with a disk in memory and a given `fetch`. The device
 * can vanish at any await, and come back with the same disk.
 */
import type { RandomBytes } from '@nearside/aggregate/privacy/randomBytes.ts'
import {
  exportSigningKeys,
  generateSigningKeys,
  sign,
} from '@nearside/aggregate/privacy/signature.ts'
import { agreeTask } from '@nearside/browser/contribution/agreeTask.ts'
import { termsOf } from '@nearside/browser/contribution/budget.ts'
import { giveConsent } from '@nearside/browser/contribution/consent.ts'
import {
  type ContributeDeps,
  type Contributed,
  contribute,
} from '@nearside/browser/contribution/contribute.ts'
import {
  type ContributionTerms,
  type Recipients,
  recipientsOf,
} from '@nearside/browser/contribution/terms.ts'
import { chain, type EntryFacts } from '@nearside/browser/ledger/chain.ts'
import type { LedgerEntry } from '@nearside/browser/ledger/entry.ts'
import type { Signer } from '@nearside/browser/ledger/signer.ts'
import type { Settings } from '@nearside/browser/storage/settingRows.ts'
import type { Transport } from '@nearside/browser/transport/http.ts'
import { toBase64 } from '@nearside/core/bytes.ts'
import { type ErrorCode, NearsideError } from '@nearside/core/error.ts'

/** Data that survives when a device vanishes. */
export interface DeviceDisk {
  settings: Partial<Settings>
  readonly ledger: LedgerEntry[]
}

interface VirtualDeviceOptions {
  readonly leader: string
  readonly helper: string
  /** URL of the token issuer on the shop's own server. */
  readonly issuer?: string
  /** URL of the relay that the consent names; `fetch` must send every request through this relay. */
  readonly relay?: string
  /** Hex SHA-256 of the model's manifest.json, as in `latest.json`. */
  readonly modelHash: string
  readonly fetch: typeof globalThis.fetch
  readonly now: () => number
  /** Disk of the device; default: an empty disk of a shopper who agrees to the servers' first terms. */
  readonly disk?: DeviceDisk
  readonly randomBytes?: RandomBytes
  /** Called before every await. Once this function throws, the device does nothing more. */
  readonly goesOn?: () => void
}

interface VirtualDevice {
  contribute(update: ContributeDeps['update']): Promise<Contributed>
  readonly disk: DeviceDisk
}

export const emptyDisk = (): DeviceDisk => ({ settings: {}, ledger: [] })

/** Signing key for the logs of all virtual devices: making a key for each would take most of the time. */
const signing = (async (): Promise<Signer> => {
  const keys = await generateSigningKeys()
  const key = toBase64((await exportSigningKeys(keys)).publicKey)
  return { key, sign: (message) => sign(keys, message) }
})()

export function createVirtualDevice(options: VirtualDeviceOptions): VirtualDevice {
  const { now, disk = emptyDisk(), goesOn = () => {} } = options
  const transport = transportBy(options.fetch, goesOn)
  const write = async (facts: Omit<EntryFacts, 'time'>) => {
    goesOn()
    const last = disk.ledger.at(-1) ?? null
    const entry = await chain(last, { ...facts, time: now() }, await signing)
    disk.ledger.push(entry)
    return entry
  }
  const ledger: ContributeDeps['ledger'] = {
    append: write,
    count: async (facts) => void (await write(facts)),
    entries: async () => disk.ledger,
    key: async () => (await signing).key,
  }
  const records: ContributeDeps['records'] = async (change) => {
    goesOn()
    disk.settings = { ...disk.settings, ...change(disk.settings, 0) }
  }
  async function agreed(): Promise<ContributionTerms> {
    const { consent } = disk.settings
    if (consent?.terms) return consent.terms
    const { policy } = await agreeTask(transport, options)
    const terms = termsOf(policy, recipientsOf(policy, { ...options, demonstration: true }))
    await giveConsent({ globalPrivacyControl: undefined, ledger, now, records }, terms, undefined)
    return terms
  }
  return {
    disk,
    async contribute(update) {
      let endpoints: Recipients
      try {
        endpoints = await agreed()
      } catch (thrown) {
        const error = NearsideError.from(thrown, 'report-invalid', 'It could not agree')
        return { sent: false, reason: error.message, error }
      }
      return contribute({
        globalPrivacyControl: undefined,
        endpoints,
        transport: {
          ...transport,
          async post(url, body, contentType, detail, how) {
            await write({ kind: 'upload', detail })
            return transport.post(url, body, contentType, detail, how)
          },
        },
        ledger,
        records,
        modelHash: options.modelHash,
        now,
        update,
        randomBytes: options.randomBytes,
      })
    },
  }
}

/** Transport that sends requests as a device does, but writes no log. */
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
