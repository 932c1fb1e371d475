/** @module Hook that adds menus for feedback to a list's items. The menus' code loads after the list. */
import type { Personalizer } from '@nearside/browser/api.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import type { ListQuery, Recommendation } from '@nearside/core/ranking/apiLists.ts'
import { type ReactNode, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import type { AnswersState } from '../lists/answers.ts'
import type { ListEntry } from '../lists/listController.ts'
import { usePersonalizationContext } from './context.ts'

type Code = typeof import('./answering.tsx')

let loaded: Code | null = null

/** Code of the menus; null until it has loaded. Until then, lists have no menus. */
function useCode(isWanted: boolean): Code | null {
  const [code, setCode] = useState(loaded)
  useEffect(() => {
    if (!isWanted || code) return
    let mounted = true
    const open = async () => {
      try {
        loaded ??= await import('./answering.tsx')
      } catch {
        return
      }
      if (mounted) setCode(loaded)
    }
    void open()
    return () => {
      mounted = false
    }
  }, [isWanted, code])
  return code
}

const NOTHING: AnswersState = { folded: null, failed: false, answered: false, gone: new Set() }
const nothing = () => NOTHING
const never = () => () => {}

/** The shopper's feedback on the items of one list. */
export interface Answers {
  /**
   * Renders the list's items, each with its menu, and the line that replaces an item after feedback.
   * @param render renders an item; `menu` is positioned in the corner of the nearest positioned element
   */
  itemsOf<TItem extends Item>(
    entries: readonly ListEntry<TItem>[],
    render: (entry: ListEntry<TItem>, place: number, menu: ReactNode) => ReactNode,
  ): ReactNode
  /** Button that adds items to the shop's basket; undefined until its code has loaded. */
  readonly AddButton: Code['AddButton'] | undefined
  /** Whether the last feedback could not be stored or withdrawn. */
  readonly failed: boolean
  /** Whether the shopper gave feedback in this list since it appeared; then the list must update at once. */
  readonly answered: boolean
}

/**
 * Menus for a shop's own list: an item's reason, and the answers "Less like this", "Not for me" and "I have this".
 * @param query the list; null for a list without menus
 * @param why lines that say why an item is there, for a list that the shop sorts itself, such as a search's results
 */
export function useAnswers(
  query: ListQuery | null,
  why?: (recommendation: Recommendation) => readonly string[],
): Answers {
  const { onAdd, personalizer } = usePersonalizationContext()
  const code = useCode((query !== null || onAdd !== undefined) && personalizer !== null)
  const answers = useMemo(
    () => code && personalizer && code.createListAnswers(personalizer as Personalizer),
    [code, personalizer],
  )
  const read = answers?.getSnapshot ?? nothing
  const { folded, failed, answered, gone } = useSyncExternalStore(
    answers?.subscribe ?? never,
    read,
    nothing,
  )
  return {
    AddButton: code?.AddButton,
    failed,
    answered,
    itemsOf(entries, render) {
      if (!code || !answers) return entries.map((entry, place) => render(entry, place, null))
      const { FoldedLine, ItemMenu, withoutFolded } = code
      const items = withoutFolded(entries, gone).map((entry, place) => {
        const { item, recommendation } = entry
        const menu = query && (
          <ItemMenu
            recommendation={recommendation}
            query={query}
            why={why}
            isBack={answers.isBack}
            onAnswer={(answer) => void answers.answer({ id: item.id, place, answer })}
          />
        )
        return render(entry, place, menu)
      })
      const line = folded && (
        <FoldedLine
          key={`folded ${folded.id}`}
          folded={folded}
          onUndo={() => void answers.undo()}
        />
      )
      return items.toSpliced(folded?.place ?? items.length, 0, line)
    },
  }
}
