/**
 * @module Consent and counts before the shopper agreed to or sent anything. It is a separate file because every page
 * loads it.
 */
import type { Settings } from '../storage/settingRows.ts'

export const NO_CONSENT: Settings['consent'] = { contribute: false, since: null }
export const NOTHING_SENT: Settings['sent'] = { reports: 0, bytes: 0, epsilon: null }
