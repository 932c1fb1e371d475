/**
 * @module A search box, a combobox: below it stand last searches and categories, or, as one types,
 * searches, categories and products. What is typed goes nowhere but to `search`.
 */
import '../react/nearside.css'
import './search.css'
import {
  type ComponentType,
  type FormEvent,
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from 'react'
import type { Item } from '../../core/catalog/item.ts'
import type { AskSearch } from '../../core/search/searchAmong.ts'
import { usePersonalizationContext } from '../react/context.ts'
import { SEARCH_ENGLISH, type SearchLabels } from './labels.ts'
import type { Offer, Offered } from './offers.ts'
import { offerId, SearchOffers } from './SearchOffers.tsx'
import { useOffers } from './useOffers.ts'

/** What the search box is told; each object and function a stable reference, else it is asked anew. */
export interface SearchBoxProps {
  /** `searchAmong(items)` of `nearside/search`, or what asks it in a thread of its own; null while there is none yet. */
  readonly search: AskSearch | null
  /** To be offered, the most important first. Default none. */
  readonly categories?: readonly string[]
  /** What the page shows the results of; default: nothing. */
  readonly query?: string
  /** For a page of results that follows the typing: called at every letter. Nothing typed is answered below the box then. */
  readonly onType?: (query: string) => void
  /** Called before the shopper goes to a product that was offered. */
  readonly onSelect?: (item: Item) => void
  /** Goes to an address of the shop; default: as a link does. Where it loads no page, it moves the focus. */
  readonly navigate?: (href: string) => void
  /** Default: `/search?q=…`, which the shop's server reads. */
  readonly linkToSearch?: (query: string) => string
  /** Default: `/category/…`. */
  readonly linkToCategory?: (category: string) => string
  /** A category's name on screen. */
  readonly categoryText?: (category: string) => string
  /** A product that is offered; default: picture, title and price. */
  readonly itemComponent?: ComponentType<{ readonly item: Item }>
  /** Before what is typed, e.g. a lens. */
  readonly icon?: ReactNode
  /** Strings in the shop's language; English where left out. */
  readonly labels?: Partial<SearchLabels>
}

const NONE: readonly string[] = []
const searchPage = (query: string) => `/search?${new URLSearchParams({ q: query })}`
const categoryPage = (category: string) => `/category/${encodeURIComponent(category)}`
const asItIs = (category: string) => category

/**
 * @example
 * <SearchBox search={searchAmong(items)} labels={SEARCH_GERMAN} />
 */
export function SearchBox({
  search,
  categories = NONE,
  query = '',
  onType,
  onSelect,
  navigate,
  linkToSearch = searchPage,
  linkToCategory = categoryPage,
  categoryText = asItIs,
  itemComponent,
  icon,
  labels: given,
}: SearchBoxProps) {
  const { personalizer, itemOf, linkTo } = usePersonalizationContext()
  const labels = useMemo(() => ({ ...SEARCH_ENGLISH, ...given }), [given])
  const [text, setText] = useState(query)
  const [active, setActive] = useState(false)
  /** Address of what the arrow keys have reached. */
  const [reached, setReached] = useState<string | null>(null)
  const input = useRef<HTMLInputElement>(null)
  const id = useId()
  const shop = useMemo<Offered>(
    () => ({ itemOf, categories, linkTo, linkToSearch, linkToCategory, categoryText, labels }),
    [itemOf, categories, linkTo, linkToSearch, linkToCategory, categoryText, labels],
  )
  // The page of results answers what is typed by itself.
  const wanted = active && !(onType && text.trim() !== '')
  const offers = useOffers(wanted ? text : null, shop, search, personalizer)
  const all = offers?.groups.flatMap((group) => group.offers) ?? []
  const chosen = all.find(({ href }) => href === reached) ?? null

  // Back, forward and links to other searches change the page under the box.
  useEffect(() => {
    if (document.activeElement !== input.current || query === '') setText(query)
  }, [query])

  function type(next: string): void {
    setText(next)
    setReached(null)
    // After Escape, too, a changed box offers again.
    setActive(true)
    onType?.(next)
  }

  function submit(event: FormEvent): void {
    event.preventDefault()
    if (text.trim() === '' && !onType) return
    leave()
    const href = linkToSearch(text)
    if (navigate) navigate(href)
    else location.assign(href)
  }

  function close(): void {
    setActive(false)
    setReached(null)
  }

  function leave(): void {
    close()
    input.current?.blur()
  }

  function follow({ item, href }: Offer): void {
    if (item) onSelect?.(item)
    setText(query)
    leave()
    navigate?.(href)
  }

  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined && offers) {
      // Before the first and after the last comes the box itself.
      const places = all.length + 1
      const next = (all.indexOf(chosen as Offer) + 1 + step + places) % places
      setReached(all[next - 1]?.href ?? null)
    } else if (event.key === 'Enter' && chosen) {
      document.getElementById(offerId(id, chosen))?.click()
    } else if (event.key === 'Escape' && offers) {
      close()
    } else return
    event.preventDefault()
  }

  return (
    <search
      className="ns-search"
      onFocus={() => setActive(true)}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) close()
      }}
    >
      <form onSubmit={submit}>
        {icon}
        <input
          ref={input}
          className="ns-search-input"
          type="search"
          role="combobox"
          aria-label={labels.box}
          aria-autocomplete="list"
          aria-expanded={offers !== null}
          aria-controls={offers ? id : undefined}
          aria-activedescendant={chosen ? offerId(id, chosen) : undefined}
          placeholder={labels.box}
          autoComplete="off"
          enterKeyHint="search"
          spellCheck={false}
          value={text}
          onClick={() => setActive(true)}
          onChange={(event) => type(event.target.value)}
          onKeyDown={onKeyDown}
        />
      </form>
      {offers && (
        <SearchOffers
          id={id}
          label={labels.suggestions}
          offers={offers}
          chosen={chosen}
          itemComponent={itemComponent}
          onFollow={follow}
          stays={navigate !== undefined}
        />
      )}
    </search>
  )
}
