/** @module English messages of the lists. Panel and console use these messages, too. */

import type { Messages, Words } from '@nearside/browser/page/words.ts'
import type { ErrorCode } from '@nearside/core/error.ts'
import lists from './lists.en.json' with { type: 'json' }

export const ENGLISH_LISTS = { ...lists }

export type ListKey = keyof typeof ENGLISH_LISTS

/** Messages of the lists. */
export type ListLabels = Messages<keyof typeof ENGLISH_LISTS>

/** Returns the message for an error's code, else for the first word of the code, else a general message. */
export function troubleText(words: Words<'trouble'>, code: ErrorCode): string {
  const keys = [`trouble.${code}`, `trouble.${code.split('-')[0]}`]
  return words((keys.find(words.has) as 'trouble' | undefined) ?? 'trouble')
}
