/**
 * @module The shopper's feedback on the items of one list (e.g. "Not for me"), for React and custom element. Feedback
 * is stored, and a line with an undo button replaces the item at once.
 */
import type { Personalizer } from '@nearside/browser/api.ts'
import type { Words } from '@nearside/browser/page/words.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import type { AnswerName } from '@nearside/core/events/event.ts'
import type { ListQuery, Recommendation } from '@nearside/core/ranking/apiLists.ts'
import type { ListKey } from '../messages/lists.ts'
import { reasonText } from './itemText.ts'

/** Item whose place shows a line with an undo button. */
export interface Folded {
  readonly id: string
  /** Place of the line among the list's items, from 0. */
  readonly place: number
  readonly answer: AnswerName
}

export interface AnswersState {
  /** The last item whose card was replaced by a line after feedback; null for none. */
  readonly folded: Folded | null
  /** Whether the last feedback could not be stored or withdrawn. */
  readonly failed: boolean
  /** Whether the shopper gave feedback since the list appeared. */
  readonly answered: boolean
  /** Ids of all items of this list on which the shopper gave feedback. */
  readonly gone: ReadonlySet<string>
}

export type ListAnswers = ReturnType<typeof createListAnswers>

type Part = Pick<Personalizer, 'capture' | 'forget' | 'getSnapshot' | 'subscribe'>

const NOTHING: AnswersState = { folded: null, failed: false, answered: false, gone: new Set() }

export function createListAnswers(personalizer: Part) {
  const listeners = new Set<() => void>()
  let state = NOTHING
  /** Id of the feedback event about the item that the line replaces; null if it could not be stored. */
  let stored: Promise<string | null> = Promise.resolve(null)
  /** Id of the item that the last undo, or a failure to store feedback, brought back. */
  let back: string | null = null
  let stop = () => {}

  function set(part: Partial<AnswersState>): void {
    state = { ...NOTHING, answered: true, gone: state.gone, ...part }
    if (state.gone.size === 0) stop()
    for (const listener of listeners) listener()
  }

  /** Shows the items again as soon as feedback is deleted elsewhere, e.g. in the panel. */
  function follow({ getSnapshot, subscribe }: Part): void {
    stop()
    const { erasures } = getSnapshot()
    stop = subscribe(() => getSnapshot().erasures !== erasures && set({ gone: new Set() }))
  }

  const others = (id: string) => new Set([...state.gone].filter((one) => one !== id))

  return {
    getSnapshot: () => state,
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) stop()
      }
    },
    async answer(folded: Folded): Promise<void> {
      const { id, answer } = folded
      back = null
      set({ folded, gone: new Set([...state.gone, id]) })
      follow(personalizer)
      stored = personalizer.capture({ name: answer, item_id: id }).catch(() => null)
      if ((await stored) !== null) return
      const isLast = state.folded === folded
      if (isLast) back = id
      set({ ...(isLast ? { failed: true } : state), gone: others(id) })
    },
    async undo(): Promise<void> {
      const { folded } = state
      const id = await stored
      if (!folded || id === null) return
      back = folded.id
      try {
        stop()
        await personalizer.forget({ kind: 'event', id })
        set({ gone: others(folded.id) })
      } catch {
        back = null
        set({ folded: state.folded, failed: true })
      } finally {
        if (state.gone.size > 0) follow(personalizer)
      }
    },
    /** Whether this item just came back. If so, its button gets the focus, unless another element has it. */
    isBack: (id: string) => back === id,
  }
}

export const withoutFolded = <TEntry extends { readonly item: { readonly id: string } }>(
  entries: readonly TEntry[],
  gone: AnswersState['gone'],
): readonly TEntry[] => (gone.size > 0 ? entries.filter(({ item }) => !gone.has(item.id)) : entries)

/** Ignores repeats of a held key: Enter on feedback moves the focus to the undo button, and must not press it. */
export const ignoreHeld = (event: { readonly repeat: boolean; preventDefault(): void }): void => {
  if (event.repeat) event.preventDefault()
}

export function show(button: HTMLElement | null | undefined): void {
  button?.focus({ preventScroll: true })
  button?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
}

const NAMES_AN_ACTION: readonly string[] = [
  'because',
  'bought-before',
  'searched',
  'category',
  'taste',
] satisfies Recommendation['reason']['kind'][]

export async function whyLines(
  words: Words<ListKey>,
  itemOf: (id: string) => Item | undefined,
  personalizer: Pick<Personalizer, 'rankWithout'>,
  { id, reason, baseRank }: Recommendation,
  query: ListQuery,
): Promise<readonly string[]> {
  // The menu's second line begins "Without that", so the first line must name the action.
  const did = 'item' in reason && reason.kind === 'because' ? reason.item : id
  const first = reasonText(words, reason, itemOf, did)
  if (!NAMES_AN_ACTION.includes(reason.kind)) {
    if (query.kind === 'similar' || query.kind === 'boughtTogether')
      return [first, words('why.same')]
    return Number.isFinite(baseRank) ? [first, words('why.everyone', { n: baseRank })] : [first]
  }
  // If the worker doesn't answer, only the reason is shown.
  const place = await personalizer.rankWithout(id, reason, query).catch(() => undefined)
  if (place === undefined) return [first]
  return [first, place === null ? words('why.gone') : words('why.without', { n: place })]
}
