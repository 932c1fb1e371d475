/**
 * @module Initial values of the settings for contributions. Every page loads this file, but not the code that
 * contributes.
 */
import type { Settings } from '../storage/settingRows.ts'

export const NO_CONSENT: Settings['consent'] = { contribute: false, since: null }
export const NOTHING_SENT: Settings['sent'] = { reports: 0, bytes: 0, epsilon: null }
