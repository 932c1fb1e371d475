/** @module Which captured events are kept: well-formed ones, about items that exist. */

import { NearsideError } from '../../core/error.ts'
import { type EventDraft, readCapture } from '../../core/events/capture.ts'
import type { Captured } from '../messages.ts'

/**
 * @returns the event as far as its items are known, and what is wrong with the rest; the event is
 * null when nothing of it can be kept
 */
export function admit(
  { id, time, input }: Captured,
  knows: (item: string) => boolean,
): { readonly draft: EventDraft | null; readonly refused: NearsideError | null } {
  const draft = readCapture(input, id, time)
  if (draft instanceof NearsideError) return { draft: null, refused: draft }
  const items = draft.items.filter(knows)
  if (items.length === draft.items.length) return { draft, refused: null }
  const unknown = draft.items.filter((item) => !items.includes(item))
  const listed = unknown.slice(0, 3).join(', ')
  const message = `${draft.name}: no such item in the catalogue: ${listed}.`
  const refused = new NearsideError('item-unknown', message)
  return { draft: items.length > 0 ? { ...draft, items } : null, refused }
}
