/**
 * @module Builds, with the same markup as React's `answering.tsx`, the menu of a listed item, its button to add to the
 * basket, and the line that replaces an item after feedback. This code loads after the list.
 */
import type { Item } from '@nearside/core/catalog/item.ts'
import { ANSWER_NAMES, type AnswerName } from '@nearside/core/events/event.ts'
import { add, addText, type Said } from '../lists/adding.ts'
import { type Folded, ignoreHeld } from '../lists/answers.ts'
import css from '../react/menu.css?inline'
import { element, type Shop } from './card.ts'
import { button } from './choices.ts'
import { sheetOf } from './provided.ts'

export { createListAnswers, show, whyLines, withoutFolded } from '../lists/answers.ts'

export const menuStyles = sheetOf(css)

export interface Menu {
  /** Lines that say why the item is listed. */
  readonly why: () => Promise<readonly string[]>
  /** Feedback that the shopper can give now. */
  readonly answers: () => readonly AnswerName[]
  readonly onAnswer: (answer: AnswerName) => void
  readonly onTurn: (isOpen: boolean) => void
}

const titleOf = ({ itemOf }: Shop, id: string) => itemOf(id)?.title ?? id

export function buildMenu(shop: Shop, id: string, menu: Menu): HTMLElement {
  const { words } = shop
  const body = element('div', 'ns-menu')
  const opener = button('ns-menu-button', () => turn(!opened), '⋯')
  opener.setAttribute('aria-label', words('menu', { title: titleOf(shop, id) }))
  body.append(opener)
  let opened: HTMLElement | null = null

  function turn(isOpen: boolean, keepsFocus = true): void {
    if (isOpen === (opened !== null)) return
    const closing = opened
    opened = isOpen ? buildBody(shop, { ...menu, onAnswer }) : null
    opener.setAttribute('aria-expanded', String(isOpen))
    opener.textContent = isOpen ? '×' : '⋯'
    body.classList.toggle('ns-menu-open', isOpen)
    // Safari doesn't focus a clicked button.
    if (keepsFocus) opener.focus()
    if (opened) body.append(opened)
    else closing?.remove()
    menu.onTurn(isOpen)
  }

  function onAnswer(answer: AnswerName): void {
    // The card is removed at once. The menu then loses the focus, which must not close the menu.
    opened = null
    menu.onAnswer(answer)
  }

  opener.setAttribute('aria-expanded', 'false')
  body.addEventListener('keydown', ({ key }) => key === 'Escape' && turn(false))
  body.addEventListener('focusout', ({ relatedTarget }) => {
    if (!body.contains(relatedTarget as Node | null)) turn(false, false)
  })
  return body
}

function buildBody({ words }: Shop, { why, answers, onAnswer }: Menu): HTMLElement {
  const body = element('div', 'ns-menu-body')
  body.tabIndex = -1
  const said = element('div', '')
  said.setAttribute('role', 'status')
  said.append(element('p', 'ns-menu-title', words('why')))
  void why().then((lines) => said.append(...lines.map((line) => element('p', '', line))))
  const buttons = ANSWER_NAMES.filter((answer) => answers().includes(answer)).map((answer) =>
    button('ns-button', () => onAnswer(answer), words(`action.${answer}`)),
  )
  body.append(said, ...buttons)
  return body
}

/** @param onSaid called after each press of the button */
export function buildAdd(
  { onAdd, words }: Shop,
  items: readonly Item[],
  onSaid: (said: Said) => void,
): HTMLElement {
  const [text, name] = addText(items, words)
  const made = button('ns-button', press, text)
  made.ariaLabel = name
  async function press() {
    if (made.ariaDisabled === 'true' || !onAdd) return
    made.ariaDisabled = 'true'
    onSaid(await add(items, onAdd, words))
    made.ariaDisabled = 'false'
  }
  return made
}

export function buildFolded(shop: Shop, { id, answer }: Folded, undo: () => void): HTMLElement {
  const { words } = shop
  const line = element('li', 'ns-folded')
  const text = element('p', '', words(`folded.${answer}`, { title: titleOf(shop, id) }))
  text.id = 'folded'
  const back = button('ns-button', undo, words('undo'))
  back.setAttribute('aria-describedby', text.id)
  back.addEventListener('keydown', ignoreHeld)
  line.append(text, back)
  return line
}
