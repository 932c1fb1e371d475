/**
 * @module Everything held about the shopper as one JSON string: what the shopper may take away, and
 * what an auditor checks.
 */
import type { Ledger } from '../ledger/ledger.ts'
import type { Store } from '../storage/store.ts'
import type { Shop } from './shop.ts'

export const EXPORT_FORMAT = 1

export async function exportBundle(
  store: Pick<Store, 'events' | 'personal' | 'settings'>,
  ledger: Ledger,
  shop: Pick<Shop, 'loaded'>,
  now: number,
): Promise<string> {
  const { events } = await store.events()
  const { current, versions } = await store.personal()
  const bundle = {
    format: EXPORT_FORMAT,
    exported: now,
    base: shop.loaded
      ? { version: shop.loaded.model.manifest.version, manifest: shop.loaded.hash }
      : null,
    events,
    personal: { current, versions },
    settings: await store.settings(),
    ledger: await ledger.entries(),
  }
  return JSON.stringify(bundle, (_key, value) =>
    value instanceof Float32Array ? Array.from(value) : value,
  )
}
