/** @module Recomputes each sent update from the bundle's events, base model and catalog, by the device's own code. */

import type { Opening } from '@nearside/browser/contribution/makeReport.ts'
import { updateOf } from '@nearside/browser/contribution/update.ts'
import { commitment } from '@nearside/browser/ledger/chain.ts'
import type { LedgerEntry } from '@nearside/browser/ledger/entry.ts'
import { concat, sha256Hex, utf8 } from '@nearside/core/bytes.ts'
import type { Catalog } from '@nearside/core/catalog/catalog.ts'
import { createTitleIndex } from '@nearside/core/catalog/titleIndex.ts'
import { readStoredEvent } from '@nearside/core/events/capture.ts'
import { clean } from '@nearside/core/events/clean.ts'
import { handedOver, type ShopperEvent } from '@nearside/core/events/event.ts'
import { fromEvents } from '@nearside/core/events/history.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { withContext } from '@nearside/core/model/score.ts'
import type { Bundle } from './bundle.ts'
import type { Findings } from './finding.ts'

/** Files that the shop served to all devices. */
export interface ShopFiles {
  readonly model: BaseModel
  /** Hex SHA-256 of the model's manifest, as devices log it. */
  readonly hash: string
  readonly catalog: Catalog
}

/** Largest accepted relative difference; not 0, because `Math.exp` can differ in its last digit between browsers. */
const MOST_DIFFERENCE = 1e-3

/** @returns number of updates that follow from the events */
export function checkDeltas(
  openings: readonly Opening[],
  events: readonly unknown[],
  reports: ReadonlyMap<string, LedgerEntry>,
  shop: ShopFiles,
  findings: Findings,
): number {
  const read = events.map(readStoredEvent).filter((event) => event !== null)
  let follow = 0
  let others = 0
  for (const { delta, made = 0, policy, reportId } of openings) {
    const entry = reports.get(reportId)
    if (!entry) continue
    if (entry.detail.modelHash !== shop.hash) {
      others++
      continue
    }
    const again = deltaOf(read, made, policy, shop)
    if (Array.isArray(delta) && difference(delta, again) <= MOST_DIFFERENCE) follow++
    else
      findings.fault(
        'delta',
        entry,
        'the update does not follow from these events, this model and this catalog',
      )
  }
  if (others > 0) findings.notes.push(`${others} stored updates belong to another base model.`)
  return follow
}

function deltaOf(
  events: readonly ShopperEvent[],
  made: number,
  policy: Opening['policy'],
  { model, catalog }: ShopFiles,
): Float64Array {
  const rows = new Map(model.itemIds.map((id, row) => [id, row]))
  const known = (item: string) => catalog.get(item) !== undefined || rows.has(item)
  const past = events.filter((event) => (handedOver(event) ?? event.time) <= made)
  const cleaned = clean(past, { known, now: made })
  const history = fromEvents(cleaned.events, (id) => rows.get(id), createTitleIndex(catalog.items))
  const contexts = new Map(past.map(({ time, context }) => [time, context ?? {}]))
  const at = (time: number) => contexts.get(time) ?? {}
  const then = withContext(model, { at, discountsAt: () => null })
  return Float64Array.from(updateOf(policy, then, history, made))
}

/** Relative difference ‖a − b‖ / ‖b‖; 0 where both are zeros. */
function difference(a: readonly number[], b: Float64Array): number {
  const square = b.reduce((sum, x) => sum + x * x, 0)
  const apart = b.reduce((sum, x, i) => sum + (x - a[i]) ** 2, 0)
  return apart === 0 ? 0 : Math.sqrt(apart / square)
}

/** Checks the personal models of the shopper and of the people in `profiles`. @returns number of verified fits */
export async function checkFits(
  { ledger: entries, personal, profiles = [] }: Bundle,
  findings: Findings,
): Promise<number> {
  const versions = [personal, ...profiles.map((one) => one.personal)].flatMap((one) => one.versions)
  const logged = new Map(
    entries.filter(({ kind }) => kind === 'learn').map((one) => [one.detail.commitment, one]),
  )
  let opened = 0
  let unknown = 0
  for (const { version, u, w, salt, ...facts } of versions) {
    if (salt === undefined) {
      unknown++
      continue
    }
    const entry = logged.get(await commitment(salt, facts))
    const fault = (message: string) =>
      findings.fault('fit', entry, `version ${version} of the personal model: ${message}`)
    const sum = await sha256Hex(concat(utf8(facts.base), float32(u), float32(w)))
    if (sum !== facts.checksum) fault('its parameters differ from those of its fit')
    else if (entry && entry.detail.base === facts.base) opened++
    else if (entry) fault('it was fitted on another base model')
    // An honest log lacks only its oldest entries; the entry of this fit may be one of them.
    else if (entries[0]?.sequence > 0) unknown++
    else fault('no entry of the log commits to it')
  }
  if (unknown > 0)
    findings.notes.push(
      `${unknown} versions of the personal model are older than the log’s entries.`,
    )
  return opened
}

function float32(numbers: readonly number[]): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(4 * numbers.length))
  numbers.forEach((value, i) => void bytes.setFloat32(4 * i, value, true))
  return new Uint8Array(bytes.buffer)
}
