/**
 * @module Replaces unreadable settings with values that protect the shopper: learning is paused, and the privacy
 * budget is spent. A consent is not assumed, and nothing is sent without one.
 */
import type { Settings } from './settingRows.ts'
import type { Store } from './store.ts'

/** Assumed values; `parseBudget` refuses this budget like any unreadable one. */
const ASSUMED: Partial<Settings> = { paused: true, budget: 'unreadable' }

/** @returns a sentence for the shopper, if the pause had to be assumed */
export async function assumeMissing(store: Store): Promise<string> {
  const known = await store.setting('paused')
  for (const name of ['budget', 'paused'] as const)
    if ((await store.setting(name)) === undefined) await store.putSetting(name, ASSUMED[name])
  return known === undefined
    ? ' Whether learning was paused can’t be read either: it is paused until you resume it.'
    : ''
}

/** Copies each setting separately, so that an unreadable setting doesn't affect the others. */
export async function copySettings(from: Store, to: Store): Promise<void> {
  for (const name of ['paused', 'consent', 'budget', 'sent', 'terms'] as const) {
    const value = await from.setting(name).catch(() => ASSUMED[name])
    if (value !== undefined) await to.putSetting(name, value)
  }
}
