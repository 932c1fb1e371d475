/**
 * @module Catalog for a page without a device: there is no worker, and the device's code is not loaded. This is the
 * only request missing from the log, since there is no log; it goes to the address that the shop declared.
 */
import { NearsideError } from '@nearside/core/error.ts'
import { type CatalogOrder, orderOf } from '@nearside/core/ranking/catalogOrder.ts'
import { PLAIN, TIMEOUT } from './browserFetch.ts'

/** @throws NearsideError `model-unreachable` */
export async function fetchOrder(
  fetch: typeof globalThis.fetch,
  url: string,
): Promise<CatalogOrder> {
  try {
    const response = await fetch(url, { ...PLAIN, signal: AbortSignal.timeout(TIMEOUT) })
    if (!response.ok) throw new Error(`status ${response.status}`)
    return orderOf(await response.json())
  } catch (error) {
    throw NearsideError.from(error, 'model-unreachable', `No catalog from ${url}`)
  }
}
