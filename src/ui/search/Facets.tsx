/** @module Filters beside a list. On a narrow screen, they fold behind a button that shows how many are selected. */
import '../react/nearside.css'
import './search.css'
import { type Words, wordsIn } from '@nearside/browser/page/words.ts'
import type { Facet } from '@nearside/core/search/facets.ts'
import { memo, useId, useRef, useState } from 'react'
import { SEARCH_ENGLISH, type SearchKey, type SearchLabels } from '../messages/search.ts'
import { usePersonalizationContext } from '../react/context.ts'
import { FIRST } from './defaultGroups.ts'
import type { FacetsState } from './useFacets.ts'

/**
 * Filters of a list. Props: the result of `useFacets`, and messages (missing messages are English; a stable reference
 * saves work). The component renders again only if its props change.
 */
export const Facets = memo(function Facets(
  props: Omit<FacetsState, 'items'> & { readonly labels?: Partial<SearchLabels> },
) {
  const { facets, chosen, toggle, clear } = props
  const { locale } = usePersonalizationContext()
  const words = wordsIn({ ...SEARCH_ENGLISH, ...props.labels }, locale)
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
        {chosen === 0 ? words('filter') : words('chosen', { n: chosen })}
      </button>
      <div id={id} className="ns-facets-groups" data-open={open}>
        {facets.map((facet) => (
          <Group
            key={facet.name}
            facet={facet}
            words={words}
            onToggle={(value) => toggle(facet.name, value)}
          />
        ))}
        <button type="button" className="ns-facets-button" disabled={chosen === 0} onClick={clear}>
          {words('clear')}
        </button>
      </div>
    </div>
  )
})

/** Selector of the choices on a group's first level. */
const CHOICES = ':scope > label input, :scope > ul > li > div > [aria-pressed]'

function Group(props: {
  readonly facet: Facet
  readonly words: Words<SearchKey>
  readonly onToggle: (value: string) => void
}) {
  const { facet, words, onToggle } = props
  const [all, setAll] = useState(false)
  const group = useRef<HTMLFieldSetElement>(null)
  const some = facet.options.filter(({ count, selected }) => count > 0 || selected)
  const possible = facet.tree ? some.filter(isTop) : some
  const shown = possible.filter(
    ({ value, selected }, place) =>
      all ||
      selected ||
      place < FIRST ||
      some.some((one) => one.selected && one.value.startsWith(`${value} > `)),
  )

  function showAll() {
    setAll(true)
    // The pressed button is gone, so the focus moves to the first new choice.
    const first = possible.findIndex((option) => !shown.includes(option))
    requestAnimationFrame(() =>
      group.current?.querySelectorAll<HTMLElement>(CHOICES)[first]?.focus(),
    )
  }

  if (possible.length === 0) return null
  return (
    <fieldset className="ns-facet" ref={group}>
      <legend>{facet.label}</legend>
      {facet.tree ? (
        <ul>
          {shown.map((option) => (
            <FacetBranch key={option.value} among={some} {...{ option, words, onToggle }} />
          ))}
        </ul>
      ) : (
        shown.map(({ value, label, count, selected }) => (
          <label key={value} className="ns-facet-option">
            <input type="checkbox" checked={selected} onChange={() => onToggle(value)} />
            <span>{label}</span> <FacetCount count={count} words={words} />
          </label>
        ))
      )}
      {shown.length < possible.length && (
        <button type="button" className="ns-facet-all" onClick={showAll}>
          {words('all', { n: possible.length })}
        </button>
      )}
    </fieldset>
  )
}

type Option = Facet['options'][number]

/** Whether an option, whose value is a path, is on the first level of its facet's tree. */
const isTop = ({ value }: Option): boolean => !value.includes(' > ')

const parentOf = ({ value }: Option): string => value.split(' > ').slice(0, -1).join(' > ')

/**
 * A choice of a facet's tree, with a button that shows the choices below it. These choices are shown from the start if
 * one of them is selected.
 */
function FacetBranch(props: {
  readonly option: Option
  /** All options of the facet. */
  readonly among: readonly Option[]
  readonly words: Words<SearchKey>
  readonly onToggle: (value: string) => void
}) {
  const { option, among, words, onToggle } = props
  const { value, label, count, selected } = option
  const [opened, setOpened] = useState<boolean>()
  const id = useId()
  const below = among.filter((other) => parentOf(other) === value)
  const holds = (other: Option) =>
    other.selected && (other === option || other.value.startsWith(`${value} > `))
  const open = below.length > 0 && (opened ?? among.some(holds))
  return (
    <li>
      <div className="ns-facet-row">
        <button
          type="button"
          className="ns-facet-option"
          aria-pressed={selected}
          onClick={() => {
            setOpened(undefined)
            onToggle(value)
          }}
        >
          <span>{label}</span> <FacetCount count={count} words={words} />
        </button>
        {below.length > 0 && (
          <button
            type="button"
            className="ns-facet-below"
            aria-expanded={open}
            aria-controls={open ? id : undefined}
            aria-label={words('below', { name: label })}
            onClick={() => setOpened(!open)}
          />
        )}
      </div>
      {open && (
        <ul id={id}>
          {below.map((one) => (
            <FacetBranch key={one.value} {...{ option: one, among, words, onToggle }} />
          ))}
        </ul>
      )}
    </li>
  )
}

/** Shows how many products match if the shopper makes this choice. */
const FacetCount = (props: { readonly count: number; readonly words: Words<SearchKey> }) => (
  <span className="ns-facet-count">
    <span aria-hidden="true">{props.count}</span>
    <span className="ns-visually-hidden">{props.words('count', { n: props.count })}</span>
  </span>
)
