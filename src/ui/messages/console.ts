/** @module English messages of the console. The messages of the technical details load with the details. */

import type { Messages } from '@nearside/browser/page/words.ts'
import { SHARING_ENGLISH } from '@nearside/browser/vault/termsText.ts'
import type { ErrorCode } from '@nearside/core/error.ts'
import type { TECHNICAL_ENGLISH } from '../console/technical/useDetails.ts'
import own from './console.en.json' with { type: 'json' }
import { ENGLISH_LISTS } from './lists.ts'
import stored from './stored.en.json' with { type: 'json' }

export const CONSOLE_ENGLISH = { ...ENGLISH_LISTS, ...stored, ...SHARING_ENGLISH, ...own }

export type ConsoleKey = keyof typeof CONSOLE_ENGLISH

/** Messages of the console. A language may have a message for any error; English shows the error's own message. */
export type ConsoleLabels = Messages<keyof typeof CONSOLE_ENGLISH> &
  Partial<Messages<`trouble.${ErrorCode}`>> & {
    /** Messages of the technical details. */
    readonly details?: Partial<Messages<keyof typeof TECHNICAL_ENGLISH>>
  }
