/**
 * @module Settings that can't be read any more. What protects the shopper is then assumed: that
 * learning was paused, and that the privacy budget is spent. Consent is not: nothing is sent without.
 */
import type { Settings } from './settingRows.ts'
import type { Store } from './store.ts'

/** `parseBudget` refuses it, as it does all that it can't read. */
const ASSUMED: Partial<Settings> = { paused: true, budget: 'unreadable' }

/** @returns a sentence for the shopper, where the pause had to be assumed */
export async function assumeMissing(store: Store): Promise<string> {
  const known = await store.setting('paused')
  for (const name of ['budget', 'paused'] as const)
    if ((await store.setting(name)) === undefined) await store.putSetting(name, ASSUMED[name])
  return known === undefined
    ? ' Whether learning was paused can’t be read either: it is paused until you resume it.'
    : ''
}

/** Each by itself, so that one that can't be read costs no other. */
export async function copySettings(from: Store, to: Store): Promise<void> {
  for (const name of ['paused', 'consent', 'budget', 'sent', 'terms'] as const) {
    const value = await from.setting(name).catch(() => ASSUMED[name])
    if (value !== undefined) await to.putSetting(name, value)
  }
}
