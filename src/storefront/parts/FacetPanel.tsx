/** @module Choices beside a list; on a phone they fold away behind a button that says how many are made. */
import { memo, useId, useRef, useState } from 'react'
import type { Facet } from '../../search.ts'
import type { Facets } from '../facets.ts'
import { words } from '../words/words.ts'

/** As many options as are shown before "All …". */
const FIRST = 8

/** Not drawn anew while only the address around its choices changes. */
export const FacetPanel = memo(function FacetPanel(props: Omit<Facets, 'items'>) {
  const { facets, chosen, toggle, clear } = props
  const id = useId()
  const [open, setOpen] = useState(false)
  return (
    <div className="facet-side">
      <button
        type="button"
        className="button facet-fold"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        {chosen === 0 ? words.list.filter : words.list.chosen(chosen)}
      </button>
      <div id={id} className={open ? 'facet-panel open' : 'facet-panel'}>
        {facets.map((facet) => (
          <Group key={facet.name} facet={facet} onToggle={(value) => toggle(facet.name, value)} />
        ))}
        <button type="button" className="button" disabled={chosen === 0} onClick={clear}>
          {words.list.clear}
        </button>
      </div>
    </div>
  )
})

interface GroupProps {
  readonly facet: Facet
  readonly onToggle: (value: string) => void
}

function Group({ facet, onToggle }: GroupProps) {
  const [all, setAll] = useState(false)
  const group = useRef<HTMLFieldSetElement>(null)
  const possible = facet.options.filter(({ count, selected }) => count > 0 || selected)
  const shown = possible.filter(({ selected }, place) => all || selected || place < FIRST)

  function showAll() {
    setAll(true)
    // The button is gone and with it the focus: go on at the first new choice.
    const first = possible.findIndex((option) => !shown.includes(option))
    requestAnimationFrame(() => group.current?.querySelectorAll('input')[first]?.focus())
  }

  if (possible.length === 0) return null
  return (
    <fieldset className="facet-group" ref={group}>
      <legend>{facet.label}</legend>
      {shown.map(({ value, label, count, selected }) => (
        <label key={value} className="facet-option">
          <input type="checkbox" checked={selected} onChange={() => onToggle(value)} />
          <span>{label}</span>{' '}
          <span className="facet-number">
            <span aria-hidden="true">{count}</span>
            <span className="visually-hidden">{words.products(count)}</span>
          </span>
        </label>
      ))}
      {shown.length < possible.length && (
        <button type="button" className="linklike" onClick={showAll}>
          {words.list.all(possible.length)}
        </button>
      )}
    </fieldset>
  )
}
