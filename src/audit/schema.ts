/**
 * @module Format of an exported bundle: one table of fields for each kind of entry. `tools/verify.py` has the same
 * table. Add a new field here, in `tools/verify.py`, and in docs/PROTOCOL.md.
 */

import type { LedgerEntry } from '@nearside/browser/ledger/entry.ts'
import { EXPORT_FORMAT } from '@nearside/browser/worker/exportBundle.ts'
import { fromBase64, toHex } from '@nearside/core/bytes.ts'
import { invalidInput } from '@nearside/core/error.ts'
import { createReaders, type Read } from '@nearside/core/reading.ts'

type Form = Readonly<Record<string, Read<unknown>>>

const refuse = (what: string, why = 'missing or malformed') => invalidInput(`${what}: ${why}`)
const { exactly, list, number, object, oneOf, optional, record, text, whole } =
  createReaders(refuse)

const LARGEST = Number.MAX_SAFE_INTEGER
const any: Read<unknown> = (value) => value
const count = whole(0, LARGEST)
const words = text(/^/)
const flag = oneOf(true, false)
const hex = (bytes: number) => text(new RegExp(`^[0-9a-f]{${2 * bytes}}$`))
const hash = hex(32)
const url = text(/^https?:\/\/[!-~]+$/)
const orNull =
  (read: Read<unknown>): Read<unknown> =>
  (value, what) =>
    value === null ? null : read(value, what)

/** Canonical base64. @param bytes required length; default: any length */
export const base64 =
  (bytes?: number): Read<string> =>
  (value, what) => {
    const length = bytes ?? (typeof value === 'string' ? lengthOf(value) : -1)
    if (typeof value === 'string' && length >= 0 && lengthOf(value) === length) return value
    throw refuse(what)
  }

function lengthOf(value: string): number {
  try {
    return fromBase64(value).length
  } catch {
    return -1
  }
}

const PRIME = 2n ** 255n - 19n
const OF_ORDER_8 = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n
/** y coordinates of the points of small order; anybody can make a valid signature for such a key. */
const WEAK: readonly bigint[] = [0n, 1n, PRIME - 1n, OF_ORDER_8, PRIME - OF_ORDER_8]

/** Ed25519 public key, in the only encoding that RFC 8032 allows for a point. */
const publicKey: Read<string> = (value, what) => {
  const key = base64(32)(value, what)
  const y = BigInt(`0x${toHex(fromBase64(key).reverse())}`) & (2n ** 255n - 1n)
  if (y < PRIME && !WEAK.includes(y)) return key
  throw refuse(what, 'a key that anybody can sign with')
}

/** Recipients and terms of a consent. */
const TERMS: Form = {
  leader: url,
  helper: url,
  issuer: optional(url),
  relay: optional(url),
  epsilonPerReport: number(),
  epsilonPerYear: number(),
  demonstration: optional(oneOf(true)),
  task: words,
  trust: oneOf('two-aggregators', 'trusted-server'),
  tokens: optional(oneOf('account', 'work')),
  counts: optional(oneOf(true)),
  leaderOperator: words,
  leaderKey: base64(32),
  helperOperator: words,
  helperKey: base64(32),
  smallestCrowd: count,
  workBits: count,
  noiseMultiplier: number(),
  delta: number(),
  maxParticipations: count,
  periodDays: count,
}
/** Summary of removed entries. */
const SUMMARY: Form = {
  through: count,
  hash,
  entries: count,
  uploads: count,
  reports: count,
  bytesSent: count,
  tokenRequests: count,
  tokenBytes: count,
  lossSquared: number((sum) => sum >= 0 && sum <= 1e6),
  lastReport: text(/^([0-9a-f]{32})?$/),
}
const COUNTED: Form = { day: text(/^\d{4}-\d\d-\d\d$/), count, received: count }
const ERASED = /^(event|events|item|category|query|events older than [\d.]+ days)$/

/** Fields of `detail`, by kind of entry. If a kind has a second form, the second key is its name, a space and a word. */
const DETAILS: Readonly<Record<string, Form>> = {
  request: {
    method: oneOf('GET', 'POST'),
    purpose: oneOf('catalog', 'model', 'policy', 'rules', 'token'),
    url,
    relay: optional(url),
    sealed: optional(count),
    ...COUNTED,
  },
  failure: {
    purpose: oneOf('catalog', 'model', 'policy', 'rules', 'token', 'upload'),
    url,
    why: words,
    ...COUNTED,
  },
  'failure of a contribution': { purpose: oneOf('contribute'), code: words, ...COUNTED },
  upload: {
    reportId: hex(16),
    round: whole(1, 2 ** 32 - 1),
    policyHash: hash,
    modelHash: hash,
    clipNormInteger: count,
    squaredNormInteger: count,
    ...TERMS,
    sealed: optional(count),
    consent: hash,
    epsilon: number(),
    epsilonEver: number(),
    commitment: hash,
    through: whole(-1, LARGEST),
    url,
    method: oneOf('POST'),
    contentType: words,
    sha256: hash,
    token: optional(hash),
  },
  receipt: {
    id: hex(16),
    round: whole(1, 2 ** 32 - 1),
    bodyHash: hash,
    signature: base64(64),
    key: publicKey,
  },
  consent: { contribute: oneOf(true), ...TERMS, wording: optional(hash) },
  'consent withdrawn': { contribute: oneOf(false), why: optional(oneOf('terms', 'recipients')) },
  model: { version: words, parent: words, manifest: hash, release: optional(whole(1, LARGEST)) },
  learn: { base: hash, engine: words, commitment: hash },
  guard: { active: oneOf(false) },
  erase: { what: text(ERASED), events: count, orders: optional(count) },
  'erase everything': { what: oneOf('everything'), contribute: oneOf(false), ...SUMMARY },
  'erase everything of nothing': { what: oneOf('everything'), contribute: oneOf(false) },
  restore: { events: count, orders: count, undoes: optional(count) },
  seed: { orders: count },
  transfer: { direction: oneOf('in', 'out'), events: count },
  agent: { tool: oneOf('search', 'recommend', 'compare', 'basket'), items: count },
  'agent answer': { allowed: flag },
  fold: { contribute: oneOf(false), ...SUMMARY },
  'fold of a consent': {
    contribute: oneOf(true),
    ...TERMS,
    wording: optional(hash),
    ...SUMMARY,
  },
  export: { commitment: hash },
}

function formOf({ kind, detail }: Pick<LedgerEntry, 'kind' | 'detail'>): string {
  if (kind === 'consent') return detail.contribute === false ? 'consent withdrawn' : kind
  if (kind === 'fold') return detail.contribute === true ? 'fold of a consent' : kind
  if (kind === 'agent') return 'allowed' in detail ? 'agent answer' : kind
  if (kind === 'failure' && detail.purpose === 'contribute') return 'failure of a contribution'
  if (kind !== 'erase' || detail.what !== 'everything') return kind
  return detail.through === undefined ? 'erase everything of nothing' : 'erase everything'
}

const readFrame = exactly<Record<string, unknown>>({
  sequence: count,
  time: count,
  kind: text(/^[a-z]+$/),
  detail: record(any),
  bytesSent: count,
  previous: hash,
  hash,
  key: optional(publicKey),
  signature: optional(base64(64)),
})
const readDetail = new Map(
  Object.entries(DETAILS).map(([name, form]) => [name, exactly<Record<string, unknown>>(form)]),
)

/** @throws NearsideError `input-invalid` for a missing, invalid or unknown field */
export function checkEntry(value: unknown): void {
  readFrame(value, '')
  const entry = value as LedgerEntry
  const read = readDetail.get(formOf(entry))
  if (!read) throw refuse('kind', `${entry.kind} is unknown`)
  read(entry.detail, 'detail')
}

/** Stored settings that the checks read; others may have any form. */
const SETTINGS: Form = {
  consent: optional(
    object({ contribute: flag, wording: optional(words), terms: optional(exactly(TERMS)) }),
  ),
  budget: optional(
    orNull(
      object({
        participations: list(object({ round: count, policyHash: words }), LARGEST),
        earlier: object({ reports: count }),
      }),
    ),
  ),
  checkpoints: optional(base64(32)),
  declared: optional(list(url, LARGEST)),
  openings: optional(
    list(
      object({
        reportId: hex(16),
        salt: base64(32),
        update: base64(),
        delta: list(number(), LARGEST),
        random: base64(),
        round: whole(1, 2 ** 32 - 1),
        policy: record(any),
        made: optional(number()),
      }),
      LARGEST,
    ),
  ),
}

const float32 = number((value) => Math.abs(value) <= 3.4028234663852886e38)
const VERSION: Form = {
  version: count,
  base: words,
  u: list(float32, LARGEST),
  w: list(float32, LARGEST),
  salt: optional(base64(32)),
  checksum: hash,
}

const PERSONAL = exactly({ current: orNull(count), versions: list(object(VERSION), LARGEST) })

const readBundle = exactly<Record<string, unknown>>({
  format: oneOf(EXPORT_FORMAT),
  exported: count,
  logged: whole(-1, LARGEST),
  base: orNull(exactly({ version: words, manifest: hash })),
  events: list(any, LARGEST),
  personal: PERSONAL,
  profiles: optional(
    list(
      exactly({ id: words, name: words, events: list(any, LARGEST), personal: PERSONAL }),
      LARGEST,
    ),
  ),
  settings: object(SETTINGS),
  salt: base64(32),
  ledger: list(any, LARGEST),
})

/** Checks the bundle's fields except the entries. @throws NearsideError `input-invalid` naming the wrong field */
export const checkFrame = (value: unknown): void => void readBundle(value, '')
