/** @module What holds before anything was agreed to or sent; apart, because a page begins with it. */
import type { Settings } from '../storage/settingRows.ts'

export const NO_CONSENT: Settings['consent'] = { contribute: false, since: null }
export const NOTHING_SENT: Settings['sent'] = { reports: 0, bytes: 0, epsilon: null }
