/** @module Builds the filters beside a list as DOM nodes, with the same markup as React's `Facets`. */

import type { Words } from '@nearside/browser/page/words.ts'
import type { Facet } from '@nearside/core/search/facets.ts'
import type { SearchKey } from '../messages/search.ts'
import { FIRST } from '../search/defaultGroups.ts'
import { element } from './card.ts'

export type Choices = ReturnType<typeof buildChoices>

/** @param clear removes all choices */
export function buildChoices(
  groups: readonly Facet[],
  words: Words<SearchKey>,
  toggle: (group: string, value: string) => void,
  clear: () => void,
) {
  const body = element('div', 'ns-facets')
  const fold = button('ns-facets-button ns-facets-fold', () => open(list.dataset.open !== 'true'))
  const list = element('div', 'ns-facets-groups')
  list.id = 'choices'
  fold.setAttribute('aria-controls', list.id)
  const none = button('ns-facets-button', clear, words('clear'))
  const built = groups.map((group) => buildGroup(group, words, toggle))
  list.append(...built.map(({ body }) => body), none)
  body.append(fold, list)

  function open(isOpen: boolean): void {
    list.dataset.open = String(isOpen)
    fold.setAttribute('aria-expanded', String(isOpen))
  }
  open(false)

  return {
    body,
    /**
     * Changes the existing nodes, so that the focus stays.
     * @param facets the same groups as in `buildChoices`, with new counts
     */
    update(facets: readonly Facet[]): void {
      const chosen = facets.flatMap(({ options }) => options).filter((one) => one.selected).length
      fold.textContent = chosen === 0 ? words('filter') : words('chosen', { n: chosen })
      none.disabled = chosen === 0
      for (const [g, facet] of facets.entries()) built[g].update(facet)
    },
  }
}

function buildGroup(
  group: Facet,
  words: Words<SearchKey>,
  toggle: (group: string, value: string) => void,
) {
  const body = element('fieldset', 'ns-facet')
  let facet = group
  let all = false
  const rows = group.options.map(({ value, label }) => {
    const row = element('label', 'ns-facet-option')
    const input = element('input', '')
    input.type = 'checkbox'
    input.addEventListener('change', () => toggle(group.name, value))
    const count = element('span', 'ns-facet-count')
    row.append(input, element('span', '', label), ' ', count)
    return { row, input, count }
  })
  const more = button('ns-facet-all', () => {
    const first = rows.findIndex(({ row }, o) => row.hidden && isPossible(facet.options[o]))
    all = true
    update(facet)
    // The pressed button is gone, so the focus moves to the first choice that has appeared.
    rows[first]?.input.focus()
  })
  body.append(element('legend', '', group.label), ...rows.map(({ row }) => row), more)

  function update(next: Facet): void {
    facet = next
    const possible = facet.options.filter(isPossible)
    let hidden = 0
    facet.options.forEach((option, o) => {
      const { row, input, count } = rows[o]
      const mayShow = all || option.selected || possible.indexOf(option) < FIRST
      row.hidden = !isPossible(option) || !mayShow
      if (row.hidden && isPossible(option)) hidden++
      input.checked = option.selected
      const number = element('span', '', String(option.count))
      number.setAttribute('aria-hidden', 'true')
      count.replaceChildren(
        number,
        element('span', 'ns-visually-hidden', words('count', { n: option.count })),
      )
    })
    body.hidden = possible.length === 0
    more.hidden = hidden === 0
    more.textContent = words('all', { n: possible.length })
  }

  return { body, update }
}

const isPossible = ({ count, selected }: Facet['options'][number]) => count > 0 || selected

export function button(className: string, onClick: () => void, text?: string): HTMLButtonElement {
  const made = element('button', className, text)
  made.type = 'button'
  made.addEventListener('click', onClick)
  return made
}
