/** @module One list before and after the edits. In the second list, products are moved by dragging or by buttons. */
import { wordsIn } from '@nearside/browser/page/words.ts'
import type { Recommendation } from '@nearside/core/ranking/apiLists.ts'
import type { Rule } from '@nearside/core/rules/rule.ts'
import { priceText, reasonText } from '@nearside/ui/lists/itemText.ts'
import { ENGLISH_LISTS } from '@nearside/ui/messages/lists.ts'
import { useEffect, useRef, useState } from 'react'
import { isActedOn, isPinned, type Place, pinAt, toggle, unpin } from '../edits.ts'
import { LISTS, type Products } from './describe.ts'

const words = wordsIn(ENGLISH_LISTS, 'en')

/** Reasons that the list's heading names, so that its items don't repeat these reasons. */
const OF_THE_LIST = ['similar', 'bought-together']

type List = readonly Recommendation[]
export type Edit = (rules: readonly Rule[], said: string) => void

interface ListPairProps {
  readonly products: Products
  readonly rules: readonly Rule[]
  readonly edit: Edit
  readonly place: Place
  readonly before: List
  readonly after: List
  /** Pages that rules open instead of the search's result, before and after the edits. */
  readonly leads: readonly [string | undefined, string | undefined]
}

export function ListPair(props: ListPairProps) {
  const { products, before, after, place, leads } = props
  const { list, about = '', query } = place
  const title = query
    ? `${LISTS[list]} for ‘${query}’`
    : about
      ? `${LISTS[list]}: ${products.titleOf(about)}`
      : LISTS[list]
  const label = { before: `${title}, as saved`, after: `${title}, with your changes` }
  return (
    <section aria-labelledby={`list-${list}`}>
      <h2 id={`list-${list}`}>{title}</h2>
      <div className="pair">
        <div className="after">
          <h3>With your changes</h3>
          <Leads to={leads[1]} />
          <Editable {...props} label={label.after} />
        </div>
        <details className="before" open={matchMedia('(min-width: 60rem)').matches}>
          <summary>As saved</summary>
          <Leads to={leads[0]} />
          {before.length === 0 && <p>This list is empty.</p>}
          <ol aria-label={label.before}>
            {before.map((one) => (
              <li key={one.id} className="row">
                <Product {...{ products, one }} />
                {!after.some(({ id }) => id === one.id) && <p className="mark">leaves the list</p>}
              </li>
            ))}
          </ol>
        </details>
      </div>
    </section>
  )
}

const Leads = ({ to }: { readonly to: string | undefined }) =>
  to && <p className="mark">Shoppers who search for this go to {to} and don’t see this list.</p>

function Product({ products, one }: { readonly products: Products; readonly one: Recommendation }) {
  const item = products.get(one.id) ?? { id: one.id }
  const badge = one.badge ?? item.badge
  const facts = [
    ...(badge ? [badge] : []),
    ...(item.price === undefined ? [] : [priceText(item, 'en')]),
    ...(item.category ? [item.category] : []),
    ...(OF_THE_LIST.includes(one.reason.kind)
      ? []
      : [reasonText(words, one.reason, products.get, one.id)]),
  ]
  return (
    <div className="product">
      <b>{products.titleOf(one.id)}</b>
      <p>{facts.join(' · ')}</p>
    </div>
  )
}

function moved(before: List, { id, rank }: Recommendation): string {
  const was = before.find((one) => one.id === id)?.rank
  if (was === undefined) return 'new here'
  if (was === rank) return ''
  return was > rank ? `▲ up ${was - rank}` : `▼ down ${rank - was}`
}

function Editable(props: ListPairProps & { readonly label: string }) {
  const { products, rules, edit, place, before, after, label } = props
  const [over, setOver] = useState<number | null>(null)
  const dragged = useRef<string | null>(null)
  const list = useRef<HTMLOListElement>(null)
  const pressed = useRef<string | null>(null)
  // A button moves with its product, and the browser can drop its focus during the move, so the focus is set again.
  useEffect(() => {
    if (pressed.current === null || document.activeElement !== document.body) return
    list.current
      ?.querySelector<HTMLElement>(`[data-press="${CSS.escape(pressed.current)}"]`)
      ?.focus()
  })
  const move = (id: string, to: number) => {
    const name = products.titleOf(id)
    const shown = after.map((one) => one.id)
    edit(pinAt(rules, shown, { id, name, to }, place), `${name} is pinned to place ${to}.`)
  }
  if (after.length === 0)
    return <p>This list is empty{before.length > 0 && ': your changes leave no product'}.</p>
  return (
    <ol aria-label={label} ref={list}>
      {after.map((one) => {
        const { id, rank } = one
        const name = products.titleOf(id)
        const press = (action: string, label: string, act: () => void, more: object = {}) => (
          <button
            type="button"
            data-press={`${action} ${id}`}
            aria-label={`${label}: ${name}`}
            title={label}
            onClick={() => {
              pressed.current = `${action} ${id}`
              act()
            }}
            {...more}
          >
            {action}
          </button>
        )
        const pinned = isPinned(rules, id, place)
        const switched = (act: 'boost' | 'bury' | 'hide', action: string, done: string) => {
          const isOn = isActedOn(rules, act, id, place)
          const said = isOn ? `${name}: taken back.` : `${name} is ${done}.`
          return press(action, action, () => edit(toggle(rules, act, id, place), said), {
            'aria-pressed': isOn,
          })
        }
        return (
          <li
            key={id}
            className={over === rank ? 'row over' : 'row'}
            draggable
            onDragStart={(event) => {
              dragged.current = id
              event.dataTransfer.setData('text/plain', name)
            }}
            onDragOver={(event) => {
              if (dragged.current === null) return
              event.preventDefault()
              setOver(rank)
            }}
            onDragEnd={() => {
              dragged.current = null
              setOver(null)
            }}
            onDrop={(event) => {
              event.preventDefault()
              if (dragged.current !== null) move(dragged.current, rank)
            }}
          >
            <Product {...{ products, one }} />
            <p className="mark">{moved(before, one)}</p>
            <div className="buttons">
              {press('↑', 'Move up', () => move(id, rank - 1), { disabled: rank === 1 })}
              {press('↓', 'Move down', () => move(id, rank + 1), {
                disabled: rank === after.length,
              })}
              {press(
                'Pin',
                'Pin here',
                () => (pinned ? edit(unpin(rules, id, place), `${name} is free.`) : move(id, rank)),
                { 'aria-pressed': pinned },
              )}
              {switched('boost', 'Boost', 'boosted')}
              {switched('bury', 'Bury', 'buried')}
              {switched('hide', 'Hide', 'hidden')}
            </div>
          </li>
        )
      })}
    </ol>
  )
}
