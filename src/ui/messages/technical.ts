/** @module English messages of the console's technical details. */
import technical from './technical.en.json' with { type: 'json' }

export const TECHNICAL_ENGLISH = { ...technical }

export type TechnicalKey = keyof typeof TECHNICAL_ENGLISH
