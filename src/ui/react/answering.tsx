/**
 * @module Menu of a listed item (why the item is there, and feedback), its button to add to the basket, and the line
 * that replaces an item after feedback. This code loads after the list.
 */

import type { Item } from '@nearside/core/catalog/item.ts'
import { ANSWER_NAMES, type AnswerName } from '@nearside/core/events/event.ts'
import type { ListQuery, Recommendation } from '@nearside/core/ranking/apiLists.ts'
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'react'
import { add, addText, neighbour, type Said } from '../lists/adding.ts'
import { type Folded, ignoreHeld, show, whyLines } from '../lists/answers.ts'
import { usePersonalizationContext } from './context.ts'

export { createListAnswers, withoutFolded } from '../lists/answers.ts'

interface ItemMenuProps {
  readonly recommendation: Recommendation
  readonly query: ListQuery
  /**
   * Lines that say why the item is listed; default: its reason, and the rank that it would have without that reason.
   */
  readonly why?: (recommendation: Recommendation) => readonly string[]
  /** Whether this item just came back into the list. */
  readonly isBack: (id: string) => boolean
  readonly onAnswer: (answer: AnswerName) => void
}

export function ItemMenu({ recommendation, query, why, isBack, onAnswer }: ItemMenuProps) {
  const { itemOf, personalizer, words } = usePersonalizationContext()
  const [open, setOpen] = useState(false)
  const id = useId()
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (isBack(recommendation.id) && document.activeElement === document.body) show(button.current)
  }, [isBack, recommendation.id])
  const turn = (to: boolean) => {
    setOpen(to)
    // Safari doesn't focus a clicked button.
    button.current?.focus()
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: listens for Escape within its buttons
    <div
      className={open ? 'ns-menu ns-menu-open' : 'ns-menu'}
      onKeyDown={({ key }) => key === 'Escape' && open && turn(false)}
      onBlur={({ currentTarget, relatedTarget }) =>
        currentTarget.contains(relatedTarget) || setOpen(false)
      }
    >
      <button
        type="button"
        className="ns-menu-button"
        ref={button}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-label={words('menu', { title: itemOf(recommendation.id)?.title ?? recommendation.id })}
        onClick={() => turn(!open)}
      >
        <span aria-hidden="true">{open ? '×' : '⋯'}</span>
      </button>
      {open && (
        <div className="ns-menu-body" id={id} tabIndex={-1}>
          <Why recommendation={recommendation} query={query} why={why} />
          {/* A paused device stores no answer. */}
          {(personalizer?.getSnapshot().paused ? [] : ANSWER_NAMES).map((answer) => (
            <button
              key={answer}
              type="button"
              className="ns-button"
              onClick={() => onAnswer(answer)}
            >
              {words(`action.${answer}`)}
            </button>
          ))}
        </div>
      )}
    </div>
  )
}

/** The menu reads its lines when it appears, and keeps them while it is open. */
function Why({ recommendation, query, why }: Omit<ItemMenuProps, 'isBack' | 'onAnswer'>) {
  const { itemOf, personalizer, words } = usePersonalizationContext()
  const [lines, setLines] = useState<readonly string[]>([])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the lines are about the list when the menu opened
  useEffect(() => {
    let wanted = true
    if (why) setLines(why(recommendation))
    else if (personalizer)
      void whyLines(words, itemOf, personalizer, recommendation, query).then(
        (said) => wanted && setLines(said),
      )
    return () => {
      wanted = false
    }
  }, [])
  return (
    <div role="status">
      <p className="ns-menu-title">{words('why')}</p>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </div>
  )
}

/** Button that puts items into the shop's basket. */
export function AddButton(props: {
  readonly items: readonly Item[]
  readonly onSaid: (said: Said) => void
}) {
  const { items, onSaid } = props
  const { onAdd, words } = usePersonalizationContext()
  const [isBusy, setBusy] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  // Lists usually leave out items in the basket, so the button disappears with its item, and the focus must move on.
  useLayoutEffect(() => {
    const own = button.current
    return () => {
      if (!own || document.activeElement !== own) return
      const next = neighbour(own, own.closest('section'))
      queueMicrotask(() => next?.focus())
    }
  }, [])
  const [text, name] = addText(items, words)
  async function press() {
    if (isBusy || !onAdd) return
    setBusy(true)
    onSaid(await add(items, onAdd, words))
    setBusy(false)
  }
  return (
    <button
      type="button"
      className="ns-button"
      ref={button}
      aria-label={name}
      aria-disabled={isBusy}
      onClick={press}
    >
      {text}
    </button>
  )
}

export function FoldedLine(props: { readonly folded: Folded; readonly onUndo: () => void }) {
  const { folded, onUndo } = props
  const { itemOf, words } = usePersonalizationContext()
  const id = useId()
  return (
    <li className="ns-folded">
      <p id={id}>
        {words(`folded.${folded.answer}`, { title: itemOf(folded.id)?.title ?? folded.id })}
      </p>
      <button
        type="button"
        className="ns-button"
        aria-describedby={id}
        ref={show}
        onKeyDown={ignoreHeld}
        onClick={onUndo}
      >
        {words('undo')}
      </button>
    </li>
  )
}
