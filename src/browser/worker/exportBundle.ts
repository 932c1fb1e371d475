/**
 * @module Exports everything stored about the shopper as one JSON string, which an auditor can check. The last log entry
 * commits to all other content, so that a later change or cut is detected (docs/PROTOCOL.md, "The bundle").
 */
import { cryptoRandomBytes } from '@nearside/aggregate/privacy/randomBytes.ts'
import { toBase64 } from '@nearside/core/bytes.ts'
import { commitment, SALT_BYTES } from '../ledger/chain.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Held, Store } from '../storage/store.ts'
import type { Shop } from './shop.ts'

export const EXPORT_FORMAT = 2

export interface Person extends Pick<Held, 'events' | 'personal'> {
  readonly id: string
  readonly name: string
}

export async function exportBundle(
  store: Pick<Store, 'events' | 'personal' | 'settings'>,
  ledger: Ledger,
  shop: Pick<Shop, 'loaded'>,
  now: number,
  others: readonly Person[] = [],
): Promise<string> {
  const logged = (await ledger.entries()).at(-1)?.sequence ?? -1
  const { events } = await store.events()
  const { current, versions } = await store.personal()
  const held = plain({
    format: EXPORT_FORMAT,
    exported: now,
    // Last log entry at the time when the other data were read.
    logged,
    base: shop.loaded
      ? { version: shop.loaded.model.manifest.version, manifest: shop.loaded.hash }
      : null,
    events,
    personal: { current, versions },
    settings: await store.settings(),
    ...(others.length > 0 && { profiles: others }),
  })
  const salt = toBase64(cryptoRandomBytes(SALT_BYTES))
  const detail = { commitment: await commitment(salt, held) }
  const { sequence } = await ledger.append({ kind: 'export', detail }, 'strict')
  // Log entries that other tabs added later are left out.
  const log = (await ledger.entries()).filter((entry) => entry.sequence <= sequence)
  return JSON.stringify({ ...held, salt, ledger: log })
}

/** Copies a value through JSON. A half of a surrogate pair is replaced, because canonical JSON can't contain it. */
function plain(value: unknown): object {
  const text = JSON.stringify(value, (_key, one) =>
    one instanceof Float32Array
      ? Array.from(one)
      : typeof one === 'string'
        ? one.replace(/\p{Surrogate}/gu, '\ufffd')
        : one,
  )
  return JSON.parse(text)
}
