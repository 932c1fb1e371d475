/**
 * @module A search box (combobox) with suggestions: recent searches and categories, or, once the shopper types,
 * matching searches, categories and products. The typed text goes to `search` only.
 */
import '../react/nearside.css'
import './search.css'
import { wordsIn } from '@nearside/browser/page/words.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import type { AskSearch } from '@nearside/core/search/searchAmong.ts'
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
import { SEARCH_ENGLISH, type SearchLabels } from '../messages/search.ts'
import { usePersonalizationContext } from '../react/context.ts'
import type { Offer, Offered } from './offers.ts'
import { offerId, SearchOffers } from './SearchOffers.tsx'
import { useOffers } from './useOffers.ts'

const NONE: readonly string[] = []
const searchPage = (query: string) => `/search?${new URLSearchParams({ q: query })}`
const categoryPage = (category: string) => `/category/${encodeURIComponent(category)}`
const asItIs = (category: string) => category

/**
 * Search box with suggestions. Each object and function in the props needs a stable reference, otherwise the box
 * searches again at each rendering. `TItem` is the type of the provider's items.
 * @example
 * <SearchBox search={searchAmong(items)} labels={SEARCH_GERMAN} />
 */
export function SearchBox<TItem extends Item = Item>({
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
  labels,
}: {
  /**
   * `searchAmong(items)` of `nearside/search`, or a function that calls it in a worker; null until the search exists.
   * If the shop's rules lead the query to a page, Enter goes there.
   */
  readonly search: AskSearch | null
  /** Categories to suggest, most important first. Default: none. */
  readonly categories?: readonly string[]
  /** Query whose results the page shows; default: none. */
  readonly query?: string
  /**
   * Called at every letter, for a page that shows results while the shopper types. With this function, the box makes no
   * suggestions and follows no redirects: the page must go to the `redirect` of the search's answer.
   */
  readonly onType?: (query: string) => void
  /** Called before the shopper goes to a suggested product. */
  readonly onSelect?: (item: TItem) => void
  /**
   * Goes to an address; default: the browser loads it. A function that loads no document must move the focus itself.
   */
  readonly navigate?: (href: string) => void
  /** Address of a search's results; default: `/search?q=…`, which the shop's server reads. */
  readonly linkToSearch?: (query: string) => string
  /** Address of a category; default: `/category/…`. */
  readonly linkToCategory?: (category: string) => string
  /** A category's name on screen. */
  readonly categoryText?: (category: string) => string
  /** Card of a suggested product; default: picture, title and price. */
  readonly itemComponent?: ComponentType<{ readonly item: TItem }>
  /** Icon before the input, e.g. a lens. */
  readonly icon?: ReactNode
  /** Messages in the shop's language; missing messages are English. */
  readonly labels?: Partial<SearchLabels>
}) {
  const { personalizer, itemOf, linkTo, locale } = usePersonalizationContext()
  const words = useMemo(() => wordsIn({ ...SEARCH_ENGLISH, ...labels }, locale), [labels, locale])
  const [text, setText] = useState(query)
  const [active, setActive] = useState(false)
  /** Address of the suggestion chosen by the arrow keys. */
  const [reached, setReached] = useState<string | null>(null)
  const input = useRef<HTMLInputElement>(null)
  const id = useId()
  const shop = useMemo<Offered>(
    () => ({ itemOf, categories, linkTo, linkToSearch, linkToCategory, categoryText, words }),
    [itemOf, categories, linkTo, linkToSearch, linkToCategory, categoryText, words],
  )
  // With `onType`, the page shows the results for typed text, so the box makes no suggestions for it.
  const wanted = active && !(onType && text.trim() !== '')
  const offers = useOffers(wanted ? text : null, shop, search, personalizer)
  const all = offers?.groups.flatMap((group) => group.offers) ?? []
  const chosen = all.find(({ href }) => href === reached) ?? null

  // The box follows `query`, because "back", "forward" and links to other searches change it.
  useEffect(() => {
    if (document.activeElement !== input.current || query === '') setText(query)
  }, [query])

  function type(next: string): void {
    setText(next)
    setReached(null)
    // Typing opens the suggestions again after Escape has closed them.
    setActive(true)
    onType?.(next)
  }

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault()
    if (text.trim() === '' && !onType) return
    // A page with `onType` has already searched, and follows the redirect itself.
    const asked = onType ? null : search?.({ query: text, limit: 0 }).catch(() => null)
    const [box, from] = [input.current, location.href]
    const href = (asked && (await asked)?.redirect) ?? linkToSearch(text)
    // A late answer must not move a shopper who has opened another page or typed on.
    if (location.href !== from || box?.value !== text) return
    leave()
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
    if (item) onSelect?.(item as TItem)
    setText(query)
    leave()
    navigate?.(href)
  }

  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined && offers) {
      // Between the last and the first suggestion, the arrow keys return to the box itself.
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
          aria-label={words('box')}
          aria-autocomplete="list"
          aria-expanded={offers !== null}
          aria-controls={offers ? id : undefined}
          aria-activedescendant={chosen ? offerId(id, chosen) : undefined}
          placeholder={words('box')}
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
          label={words('suggestions')}
          offers={offers}
          chosen={chosen}
          itemComponent={itemComponent as ComponentType<{ readonly item: Item }> | undefined}
          onFollow={follow}
          stays={navigate !== undefined}
        />
      )}
    </search>
  )
}
