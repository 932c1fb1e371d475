/** @module Choices beside a list. On a narrow screen they collapse behind a button with the number of choices made. */
import '../react/nearside.css'
import './search.css'
import type { Facet } from '@nearside/core/search/facets.ts'
import { memo, useId, useRef, useState } from 'react'
import { FIRST } from './defaultGroups.ts'
import { SEARCH_ENGLISH, type SearchLabels } from './labels.ts'
import type { FacetsState } from './useFacets.ts'

/**
 * Choices to narrow a list by: the result of `useFacets`, and labels. Missing labels are English; a stable reference
 * saves work. They don't render again when only their surroundings change.
 */
export const Facets = memo(function Facets(
  props: Omit<FacetsState, 'items'> & { readonly labels?: Partial<SearchLabels> },
) {
  const { facets, chosen, toggle, clear } = props
  const labels = { ...SEARCH_ENGLISH, ...props.labels }
  const id = useId()
  const [open, setOpen] = useState(false)
  return (
    <div className="ns-facets">
      <button
        type="button"
        className="ns-facets-button ns-facets-fold"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        {chosen === 0 ? labels.filter : labels.chosen(chosen)}
      </button>
      <div id={id} className="ns-facets-groups" data-open={open}>
        {facets.map((facet) => (
          <Group
            key={facet.name}
            facet={facet}
            labels={labels}
            onToggle={(value) => toggle(facet.name, value)}
          />
        ))}
        <button type="button" className="ns-facets-button" disabled={chosen === 0} onClick={clear}>
          {labels.clear}
        </button>
      </div>
    </div>
  )
})

interface GroupProps {
  readonly facet: Facet
  readonly labels: SearchLabels
  readonly onToggle: (value: string) => void
}

function Group({ facet, labels, onToggle }: GroupProps) {
  const [all, setAll] = useState(false)
  const group = useRef<HTMLFieldSetElement>(null)
  const possible = facet.options.filter(({ count, selected }) => count > 0 || selected)
  const shown = possible.filter(({ selected }, place) => all || selected || place < FIRST)

  function showAll() {
    setAll(true)
    // The button is gone, so move the focus to the first new choice.
    const first = possible.findIndex((option) => !shown.includes(option))
    requestAnimationFrame(() => group.current?.querySelectorAll('input')[first]?.focus())
  }

  if (possible.length === 0) return null
  return (
    <fieldset className="ns-facet" ref={group}>
      <legend>{facet.label}</legend>
      {shown.map(({ value, label, count, selected }) => (
        <label key={value} className="ns-facet-option">
          <input type="checkbox" checked={selected} onChange={() => onToggle(value)} />
          <span>{label}</span>{' '}
          <span className="ns-facet-count">
            <span aria-hidden="true">{count}</span>
            <span className="ns-visually-hidden">{labels.count(count)}</span>
          </span>
        </label>
      ))}
      {shown.length < possible.length && (
        <button type="button" className="ns-facet-all" onClick={showAll}>
          {labels.all(possible.length)}
        </button>
      )}
    </fieldset>
  )
}
