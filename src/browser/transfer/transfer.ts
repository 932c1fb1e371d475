/** @module Export and import of a shopper's events between two devices. */

import { cryptoRandomBytes, type RandomBytes } from '@nearside/aggregate/privacy/randomBytes.ts'
import { type Bytes, fromBase64, toBase64, utf8 } from '@nearside/core/bytes.ts'
import { NearsideError } from '@nearside/core/error.ts'
import type { EventDraft } from '@nearside/core/events/capture.ts'
import { type KnownEvents, readTransferred } from '@nearside/core/events/imported.ts'
import { isRecord } from '@nearside/core/isRecord.ts'
import { readAtMost } from '@nearside/core/readAtMost.ts'
import type { Personalizer } from '../api.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { MAX_EVENTS } from '../storage/eventRows.ts'
import type { Store } from '../storage/store.ts'

/**
 * Exports the events as a sealed file.
 * @param shop origin of the shop
 */
export async function handOver(
  store: Pick<Store, 'events'>,
  ledger: { append(...given: Parameters<Ledger['append']>): Promise<unknown> },
  shop: string,
): ReturnType<Personalizer['exportTransfer']> {
  const { events } = await store.events()
  const sealed = await sealTransfer({ shop, events })
  // The log gets its entry before the page gets the transfer file.
  const detail = { direction: 'out', events: events.length }
  await ledger.append({ kind: 'transfer', detail }, 'strict')
  return sealed
}

/**
 * Reads events from a transfer file.
 * @param known returns the events stored here; called only once the file is open, because events can be stored while
 *   the file is being opened
 * @returns events that this device lacks, as many as there is room for
 * @throws NearsideError `transfer-invalid` | `transfer-locked` | `transfer-foreign`
 */
export async function receive(
  [file, code]: readonly [file: string, code: string],
  shop: string,
  known: () => KnownEvents,
): Promise<readonly EventDraft[]> {
  const held = await openTransfer(file, code)
  const from = isRecord(held) ? held : {}
  if (from.shop !== shop)
    throw new NearsideError(
      'transfer-foreign',
      'The file belongs to another shop: nothing was brought in.',
    )
  const here = known()
  return readTransferred(from.events, here, MAX_EVENTS - here.events.length)
}

const FORMAT = 'nearside transfer 1'
/** Maximum length of a transfer file, characters; ten thousand events take about a quarter of it. */
export const MOST_FILE = 3_000_000
/** Maximum size after unpacking, in bytes. The limit is needed because a small file can unpack to any size. */
const MOST_HELD = 32 << 20
/** Crockford's digits, without I, L, O and U, which are easily misread. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** Number of digits of the code; five bits each make 80 bits. */
const CODE_LENGTH = 16
/** Iterations of the key derivation, which make each guess of the code slow. */
const ITERATIONS = 600_000

const locked = () =>
  new NearsideError(
    'transfer-locked',
    'The code doesn’t open this file, or the file was changed: nothing was brought in.',
  )
const invalid = (why: string) =>
  new NearsideError('transfer-invalid', `${why}: nothing was brought in.`)

async function keyOf(digits: string, salt: Bytes): Promise<CryptoKey> {
  const code = await crypto.subtle.importKey('raw', utf8(digits), 'PBKDF2', false, ['deriveKey'])
  const pbkdf2 = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: ITERATIONS }
  const aes = { name: 'AES-GCM', length: 256 }
  return crypto.subtle.deriveKey(pbkdf2, code, aes, false, ['encrypt', 'decrypt'])
}

const passed = (bytes: Bytes, through: CompressionStream | DecompressionStream) =>
  new Response(new Blob([bytes]).stream().pipeThrough(through))

export async function sealTransfer(
  held: unknown,
  random: RandomBytes = cryptoRandomBytes,
): ReturnType<Personalizer['exportTransfer']> {
  const digits = Array.from(random(CODE_LENGTH), (byte) => DIGITS[byte & 31]).join('')
  const [salt, iv] = [random(16), random(12)]
  const gzip = new CompressionStream('gzip')
  const packed = await passed(utf8(JSON.stringify(held)), gzip).arrayBuffer()
  const aes = { name: 'AES-GCM', iv, additionalData: utf8(FORMAT) }
  const sealed = await crypto.subtle.encrypt(aes, await keyOf(digits, salt), packed)
  const text = [salt, iv, new Uint8Array(sealed)].map(toBase64)
  const file = JSON.stringify({ format: FORMAT, salt: text[0], iv: text[1], sealed: text[2] })
  return { file, code: digits.replace(/.{4}(?=.)/g, '$&-') }
}

/**
 * @param code as shown on the other device; case and the signs between its groups don't matter
 * @throws NearsideError `transfer-invalid` | `transfer-locked`
 */
export async function openTransfer(file: string, code: string): Promise<unknown> {
  const { salt, iv, sealed } = readFile(file)
  const digits = code
    .toUpperCase()
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1')
    .replace(/[^0-9A-Z]/g, '')
  if (digits.length !== CODE_LENGTH) throw locked()
  const key = await keyOf(digits, salt)
  const aes = { name: 'AES-GCM', iv, additionalData: utf8(FORMAT) }
  const packed = await crypto.subtle.decrypt(aes, key, sealed).catch(() => {
    throw locked()
  })
  try {
    const gzip = new DecompressionStream('gzip')
    const held = await readAtMost(passed(new Uint8Array(packed), gzip), MOST_HELD)
    return JSON.parse(new TextDecoder().decode(held))
  } catch {
    throw invalid('The content of the file can’t be read')
  }
}

function readFile(file: string) {
  if (file.length > MOST_FILE) throw invalid('The file is too large to come from a shop')
  try {
    const given: unknown = JSON.parse(file)
    if (isRecord(given) && given.format === FORMAT) {
      const [salt, iv, sealed] = [given.salt, given.iv, given.sealed].map((text) =>
        fromBase64(String(text)),
      )
      if (salt.length === 16 && iv.length === 12) return { salt, iv, sealed }
    }
  } catch {}
  throw invalid('This is not a file that a shop saved for another device')
}
