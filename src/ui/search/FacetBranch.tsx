/**
 * @module A choice of a facet whose values are paths ("Home > Lamps"), with a button that opens the choices below it.
 */
import type { Words } from '@nearside/browser/page/words.ts'
import type { Facet } from '@nearside/core/search/facets.ts'
import { useId, useState } from 'react'
import type { SearchKey } from '../messages/search.ts'

type Option = Facet['options'][number]

interface BranchProps {
  readonly option: Option
  /** Options of all branches of the facet. */
  readonly among: readonly Option[]
  readonly words: Words<SearchKey>
  readonly onToggle: (value: string) => void
}

/** Whether the option is on the first level of the tree. */
export const isTop = ({ value }: Option): boolean => !value.includes(' > ')

const parentOf = ({ value }: Option): string => value.split(' > ').slice(0, -1).join(' > ')

/** A branch is open if it contains a selected choice or the shopper opened it. */
export function FacetBranch({ option, among, words, onToggle }: BranchProps) {
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
export const FacetCount = ({
  count,
  words,
}: { readonly count: number } & Pick<BranchProps, 'words'>) => (
  <span className="ns-facet-count">
    <span aria-hidden="true">{count}</span>
    <span className="ns-visually-hidden">{words('count', { n: count })}</span>
  </span>
)
