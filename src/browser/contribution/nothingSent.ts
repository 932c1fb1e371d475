/** @module Initial settings for contributions, in their own file because every page loads them. */
import type { Settings } from '../storage/settingRows.ts'

export const NO_CONSENT: Settings['consent'] = { contribute: false, since: null }
export const NOTHING_SENT: Settings['sent'] = { reports: 0, bytes: 0, epsilon: null }
