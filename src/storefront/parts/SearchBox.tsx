/**
 * @module The search box of every page: the package's search box with this shop's addresses. On the results page,
 * results change while the shopper types.
 */
import { type KeyboardEvent, useCallback, useMemo } from 'react'
import { useLocation } from 'wouter'
import type { Item } from '../../index.ts'
import { SearchBox as Box } from '../../react-search.ts'
import { sentQuery, useChoices } from '../address.ts'
import { categoryPath, departmentText, searchPath, titleOf } from '../catalog.ts'
import { useShop } from '../shop.ts'
import { money } from '../text.ts'
import { searchLabels } from '../words/words.ts'
import { Icon } from './Icon.tsx'
import { Picture } from './Picture.tsx'

export function SearchBox() {
  const [path, navigate] = useLocation()
  const [choices] = useChoices()
  const { capture, catalog } = useShop()
  const onResults = path === '/search'
  const query = onResults ? (choices.get('q') ?? '') : ''
  const departments = useMemo(() => catalog.departments.map(({ name }) => name), [catalog])

  const onSelect = useCallback(
    ({ id }: Item) => capture({ name: 'select_item', item_id: id }),
    [capture],
  )

  function go(href: string): void {
    document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true })
    // On the results page the address is replaced, so that each search adds one history entry instead of one per
    // letter.
    navigate(href, { replace: onResults && href === searchPath(query) })
    if (onResults) sentQuery.set(query.trim())
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'ArrowDown' || !onResults || event.defaultPrevented) return
    document.querySelector<HTMLElement>('.suggestions a, main .grid a')?.focus()
    event.preventDefault()
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the box inside takes the keys
    <div className="searchbox" onKeyDown={onKeyDown}>
      <Box
        // The box doesn't search while only the first page's part of the catalog is loaded.
        search={catalog.enoughFor === null ? catalog.search : null}
        categories={departments}
        query={query}
        onType={onResults ? (text) => navigate(searchPath(text), { replace: true }) : undefined}
        onSelect={onSelect}
        navigate={go}
        linkToSearch={searchPath}
        linkToCategory={categoryPath}
        categoryText={departmentText}
        itemComponent={Offered}
        icon={<Icon name="search" />}
        labels={searchLabels}
      />
    </div>
  )
}

function Offered({ item }: { readonly item: Item }) {
  return (
    <>
      <Picture item={item} size={48} alt="" />
      <span lang="en-GB">{titleOf(item)}</span>
      {item.price !== undefined && <b>{money(item.price, item.currency)}</b>}
    </>
  )
}
