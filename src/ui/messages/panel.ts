/** @module English messages of widgets and panel. */

import type { Messages } from '@nearside/browser/page/words.ts'
import { SHARING_ENGLISH } from '@nearside/browser/vault/termsText.ts'
import { ENGLISH_LISTS } from './lists.ts'
import panel from './panel.en.json' with { type: 'json' }
import stored from './stored.en.json' with { type: 'json' }

/** Messages of widgets and panel in English. */
export const ENGLISH = { ...ENGLISH_LISTS, ...stored, ...SHARING_ENGLISH, ...panel }

export type LabelKey = keyof typeof ENGLISH

/**
 * Messages of widgets and panel: text with a `{name}` for each value, or such a text for each plural form of the value
 * `n` (`one`, `other` …, as in `Intl.PluralRules`).
 */
export type Labels = Messages<keyof typeof ENGLISH>
