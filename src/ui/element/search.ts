/**
 * @module `<nearside-search>`: a search box, filters and the products found, for shops without React. While the box is
 * empty, it shows the products of `category`. The typed text stays on this device.
 */

import { type Words, wordsIn } from '@nearside/browser/page/words.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import type { ListAnswer, Recommendation } from '@nearside/core/ranking/apiLists.ts'
import { blend } from '@nearside/core/search/blend.ts'
import { type FacetGroup, type FacetSelection, narrow } from '@nearside/core/search/facets.ts'
import type { SearchHit } from '@nearside/core/search/hit.ts'
import { type ProductSearch, prepareProductSearch } from '@nearside/core/search/search.ts'
import { troubleText } from '../messages/lists.ts'
import { SEARCH_ENGLISH, type SearchKey } from '../messages/search.ts'
import { defaultGroups, toggled } from '../search/defaultGroups.ts'
import searchCss from '../search/search.css?inline'
import { buildCard, element, replaceCards } from './card.ts'
import { buildChoices, button, type Choices } from './choices.ts'
import { Base, elements, provided, sheetOf, styles } from './provided.ts'

const DEFAULT_LIMIT = 24

/** Styles in addition to `styles()`. */
const LOOKS = `${searchCss}
[hidden], .ns-found > :empty:not(p) { display: none !important }
.ns-found { display: grid; gap: var(--ns-gap); margin-block-start: var(--ns-gap) }
.ns-found:has(> p:empty) { margin: 0 }
.ns-offers-note { margin: 0; color: var(--ns-muted) }
@media (width >= 900px) { .ns-found { grid-template: auto 1fr / 220px minmax(0, 1fr) }
  .ns-found > .ns-facets { grid-row: span 3 } }`
let looks: CSSStyleSheet | null = null

/** Search index of the products for all elements. Built in slices, so that a large catalog doesn't block the page. */
let index: { readonly items: readonly Item[]; readonly search: Promise<ProductSearch> } | null =
  null

function indexOf(items: readonly Item[]): Promise<ProductSearch> {
  if (index?.items !== items) index = { items, search: prepareProductSearch(items) }
  return index.search
}

/**
 * Search as a custom element. Attributes: `query` (initial text), `category` (whose products are shown while the
 * box is empty), `limit` (24, before "All …"), `page` (its name, for the shop's rules), `rules="off"`.
 * The element captures a search when the shopper presses Enter or leaves the box. It fires `nearside-select`.
 */
export class NearsideSearch extends Base {
  static readonly observedAttributes = ['query', 'category', 'limit', 'page', 'rules']

  readonly #input = element('input', 'ns-search-input')
  readonly #found = element('div', 'ns-found')
  readonly #note = element('p', 'ns-offers-note')
  readonly #list = element('ul', 'ns-list')
  readonly #more = button('ns-facet-all', () => {
    this.#all = true
    this.#render()
    this.#list.querySelectorAll('a')[this.#limit]?.focus()
  })
  #choices: Choices | null = null
  #groups: readonly FacetGroup[] = []
  #selection: FacetSelection = {}
  #all = false
  /** Number of the current request, and the function that ends its subscription. */
  #asked = 0
  #stop: (() => void) | null = null
  #hits: readonly SearchHit[] | null = null
  #items: readonly Item[] = []
  #known = new Map<string, Recommendation>()
  #captured = ''

  #words: Words<SearchKey> = wordsIn(SEARCH_ENGLISH, 'en-GB')

  constructor() {
    super()
    const root = this.attachShadow({ mode: 'open' })
    looks ??= sheetOf(LOOKS)
    root.adoptedStyleSheets = [styles(), looks]
    const search = element('search', 'ns-search')
    const form = element('form', '')
    form.append(this.#input)
    search.append(form)
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      this.#capture()
    })
    Object.assign(this.#input, { type: 'search', autocomplete: 'off', spellcheck: false })
    this.#input.enterKeyHint = 'search'
    this.#input.addEventListener('input', () => this.#ask())
    this.#input.addEventListener('change', () => this.#capture())
    // The note is always rendered, because screen readers often skip a note that appears together with its text.
    this.#note.setAttribute('role', 'status')
    this.#found.append(this.#note, this.#list, this.#more)
    root.append(search, this.#found)
  }

  connectedCallback(): void {
    elements.add(this)
    this.connect()
  }

  disconnectedCallback(): void {
    elements.delete(this)
    this.#asked++
    this.#stop?.()
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (name === 'query') this.#input.value = after ?? ''
    if (this.isConnected && before !== after) this.#ask()
  }

  /** Subscribes to the personalizer that the page has provided. */
  connect(): void {
    const { searchLabels, shop } = provided ?? {}
    this.#words = wordsIn({ ...SEARCH_ENGLISH, ...searchLabels }, shop?.locale ?? 'en-GB')
    const box = this.#words('box')
    this.#input.placeholder = box
    this.#input.setAttribute('aria-label', box)
    this.#ask()
  }

  /** Shows the page's products again, with their new prices. */
  refresh(): void {
    this.#items = this.#items.flatMap(({ id }) => provided?.shop.itemOf(id) ?? [])
    this.#render()
  }

  get #limit(): number {
    const limit = Number(this.getAttribute('limit') ?? DEFAULT_LIMIT)
    return Number.isInteger(limit) && limit > 0 ? limit : DEFAULT_LIMIT
  }

  get #text(): string {
    return this.#input.value.trim()
  }

  async #ask(): Promise<void> {
    const asked = ++this.#asked
    if (!provided) return
    const { personalizer, items } = provided
    const [text, category] = [this.#text, this.getAttribute('category')]
    const found = text === '' ? null : (await indexOf(items)).find(text, items.length)
    if (asked !== this.#asked) return
    this.#stop?.()
    const ids = (found ?? items.filter((item) => item.category === category)).map(({ id }) => id)
    const page = this.getAttribute('page') ?? undefined
    const rules = this.getAttribute('rules') === 'off' ? false : undefined
    this.#stop = null
    if (ids.length === 0) {
      this.#hits = found
      this.#take({ items: [] }, true)
      return
    }
    let isAnother = true
    const answer = (given: ListAnswer) => {
      this.#hits = found
      this.#take(given, isAnother)
      // After an error the products and choices of the previous request stay on screen, so for the next answer they are
      // still another request's.
      isAnother &&= 'error' in given
    }
    this.#stop = personalizer.watch(
      { kind: 'rerank', items: ids, options: { page, rules } },
      answer,
    )
  }

  /** @param isAnother whether the answer on screen answered another request */
  #take(given: ListAnswer, isAnother: boolean): void {
    if (!provided) return
    const { shop, personalizer } = provided
    if ('error' in given) {
      this.#note.textContent = troubleText(shop.words, given.error.code)
      return
    }
    this.#known = new Map(given.items.map((one) => [one.id, one]))
    const liked = given.items.map(({ id }) => id)
    const tolerance = personalizer.getSnapshot().model?.searchTolerance
    const order = this.#hits ? blend(this.#hits, liked, tolerance).map(({ id }) => id) : liked
    this.#items = order.flatMap((id) => (this.#known.has(id) && shop.itemOf(id)) || [])
    if (isAnother) {
      this.#all = false
      this.#groups = defaultGroups(this.#items, this.#words, shop.locale)
      const { facets } = narrow(this.#items, this.#groups, this.#selection)
      this.#choices?.body.remove()
      this.#choices = buildChoices(
        facets,
        this.#words,
        (group, value) => this.#choose(toggled(this.#selection, group, value)),
        () => this.#choose({}),
      )
      this.#found.prepend(this.#choices.body)
    }
    this.#render()
  }

  #choose(selection: FacetSelection): void {
    this.#selection = selection
    this.#all = false
    this.#render()
  }

  #render(): void {
    if (!provided) return
    const { shop } = provided
    const { items, facets } = narrow(this.#items, this.#groups, this.#selection)
    this.#choices?.update(facets)
    const shown = this.#all ? items : items.slice(0, this.#limit)
    const cards = shown.flatMap(({ id }, place) => {
      const recommendation = this.#known.get(id)
      if (!recommendation) return []
      const detail = { recommendation, position: place + 1 }
      const say = () => {
        const init = { bubbles: true, composed: true, detail }
        this.dispatchEvent(new CustomEvent('nearside-select', init))
      }
      return [buildCard(shop, recommendation, say)]
    })
    replaceCards(this.#list, cards)
    this.#more.hidden = shown.length === items.length
    this.#more.textContent = this.#words('all', { n: items.length })
    const isEmpty = this.#items.length === 0 || this.#groups.length === 0
    if (this.#choices) this.#choices.body.hidden = isEmpty
    this.#note.textContent = this.#noteOf(items.length)
  }

  #noteOf(count: number): string {
    const text = this.#text
    if (this.#items.length === 0) return text && this.#words('nothing', { query: text })
    return this.#hits?.[0]?.complete === false
      ? this.#words('partly', { query: text })
      : this.#words('count', { n: count })
  }

  #capture(): void {
    const text = this.#text
    if (text === '' || text === this.#captured) return
    this.#captured = text
    void provided?.personalizer.capture({ name: 'search', search_term: text })
  }
}

if (globalThis.customElements && !customElements.get('nearside-search')) {
  customElements.define('nearside-search', NearsideSearch)
}
