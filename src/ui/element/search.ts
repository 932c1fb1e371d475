/**
 * @module `<nearside-search>`: a search box, filters and the products found, for shops without React. While the box is
 * empty, the element shows the products of `category`. The typed text stays on this device.
 */

import { type Words, wordsIn } from '@nearside/browser/page/words.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import type { ListAnswer, ListQuery, Recommendation } from '@nearside/core/ranking/apiLists.ts'
import { blend } from '@nearside/core/search/blend.ts'
import { type FacetGroup, type FacetSelection, narrow } from '@nearside/core/search/facets.ts'
import type { SearchHit } from '@nearside/core/search/hit.ts'
import { type AskSearch, searchAmong } from '@nearside/core/search/searchAmong.ts'
import { troubleText } from '../messages/lists.ts'
import { SEARCH_ENGLISH, type SearchKey } from '../messages/search.ts'
import { defaultGroups, toggled } from '../search/defaultGroups.ts'
import searchCss from '../search/search.css?inline'
import { buildCard, element, replaceCards } from './card.ts'
import { buildChoices, button, type Choices } from './choices.ts'
import { Base, elements, provided, sheetOf, styles } from './provided.ts'

const DEFAULT_LIMIT = 24

const LOOKS = `${searchCss}
[hidden], .ns-found > :empty:not(p) { display: none !important }
.ns-found { display: grid; gap: var(--ns-gap); margin-block-start: var(--ns-gap) }
.ns-found:has(> p:empty) { margin: 0 }
.ns-meant { display: flex; flex-wrap: wrap; gap: 8px; align-items: center }
.ns-offers-note { margin: 0; color: var(--ns-muted) }
@media (width >= 900px) { .ns-found:has(> .ns-facets:not([hidden])) { grid-template: auto 1fr / 220px minmax(0, 1fr) }
  .ns-found > .ns-facets { grid-row: span 4 } }`
let looks: CSSStyleSheet | null = null

/** Search functions over the shop's products, shared by all elements. Key: whether the shop's rules apply. */
const searches = new Map<boolean, { readonly of: readonly unknown[]; readonly ask: AskSearch }>()

function searchIn(of: NonNullable<typeof provided>, isRuled: boolean): AskSearch {
  const { items, personalizer } = of
  const known = searches.get(isRuled)
  if (known?.of[0] === items && known.of[1] === personalizer) return known.ask
  const current = (id: string) => provided?.shop.itemOf(id)
  const ask = searchAmong(items, isRuled ? { current, rules: personalizer.rules } : { current })
  searches.set(isRuled, { of: [items, personalizer], ask })
  return ask
}

/** Number of suggested searches for a query without hits. */
const MEANT = 5

/**
 * Search as a custom element. Attributes: `query` (initial text), `category` (whose products are shown while the box is
 * empty), `limit` (default 24; a button shows the rest), `page` (its name, for the shop's rules), `rules="off"`. The
 * element captures a search when the shopper presses Enter or leaves the box. The element fires `nearside-select`, and
 * `nearside-redirect` before it follows a rule to another page (`detail.href`; `preventDefault()` stops the redirect).
 */
export class NearsideSearch extends Base {
  static readonly observedAttributes = ['query', 'category', 'limit', 'page', 'rules']

  readonly #input = element('input', 'ns-search-input')
  readonly #found = element('div', 'ns-found')
  readonly #note = element('p', 'ns-offers-note')
  readonly #meant = element('div', 'ns-meant')
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
  /** Number of the current request. */
  #asked = 0
  /** Ends the current request's subscription. */
  #stop: (() => void) | null = null
  #hits: readonly SearchHit[] | null = null
  /**
   * Method of `location` that follows a redirect; `replace`, for the initial query, adds no entry to the browser's
   * history. Null while the shopper types.
   */
  #follow: 'assign' | 'replace' | null = null
  #items: readonly Item[] = []
  /** Products among which the last search was made. */
  #among: readonly Item[] | null = null
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
      this.#follow = 'assign'
      this.#ask()
    })
    Object.assign(this.#input, { type: 'search', autocomplete: 'off', spellcheck: false })
    this.#input.enterKeyHint = 'search'
    this.#input.addEventListener('input', () => {
      this.#follow = null
      this.#ask()
    })
    this.#input.addEventListener('change', () => this.#capture())
    // The note is always rendered, because screen readers often skip a note that appears together with its text.
    this.#note.setAttribute('role', 'status')
    this.#found.append(this.#note, this.#meant, this.#list, this.#more)
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
    if (name === 'query') {
      this.#input.value = after ?? ''
      this.#follow = 'replace'
    }
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

  /** Shows the page's products again, with their new prices; searches again if there are new products. */
  refresh(): void {
    if (provided?.items !== this.#among) {
      this.#ask()
      return
    }
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
    this.#among = items
    const [text, category] = [this.#text, this.getAttribute('category')]
    const rules = this.getAttribute('rules') === 'off' ? false : undefined
    const search = searchIn(provided, rules !== false)
    const answer = text === '' ? null : await search({ query: text, suggestions: MEANT })
    if (asked !== this.#asked) return
    if (this.#leave(answer?.redirect)) return
    this.#stop?.()
    const found = answer?.hits ?? null
    const meant = found?.length === 0 ? answer?.suggestions : []
    this.#meant.replaceChildren(...this.#offers(meant ?? []))
    const ids = (found ?? items.filter((item) => item.category === category)).map(({ id }) => id)
    const page = this.getAttribute('page') ?? undefined
    this.#stop = null
    const nothing = ids.length === 0
    if (nothing && text === '') {
      this.#hits = found
      this.#take({ items: [] }, true)
      return
    }
    let isAnother = true
    const take = (given: ListAnswer) => {
      this.#hits = found
      this.#take(given, isAnother)
      // After an error, the screen still shows the previous request, so the next answer, too, must replace all filters.
      isAnother &&= 'error' in given
    }
    // Without hits, the list shows what this shopper may like.
    const query: ListQuery = nothing
      ? { kind: 'recommend', options: { page, rules, limit: this.#limit } }
      : { kind: 'rerank', items: ids, options: { page, rules } }
    this.#stop = personalizer.watch(query, take)
  }

  /**
   * Follows a redirect, unless the shopper still types or the shop's page handles it.
   * @returns whether it was followed
   */
  #leave(href: string | undefined): boolean {
    const follow = this.#follow
    this.#follow = null
    if (!href || !follow) return false
    const init = { bubbles: true, composed: true, cancelable: true, detail: { href } }
    if (!this.dispatchEvent(new CustomEvent('nearside-redirect', init))) return false
    location[follow](href)
    return true
  }

  /** Suggested searches with hits, for a text without hits. */
  #offers(texts: readonly string[]): readonly HTMLElement[] {
    if (texts.length === 0) return []
    const label = element('span', '', this.#words('meant'))
    const search = (text: string) => () => {
      this.#input.value = text
      this.#input.focus()
      this.#ask()
    }
    return [label, ...texts.map((text) => button('ns-facets-button', search(text), text))]
  }

  /** @param isAnother whether the list on screen belongs to another request */
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
    const order = this.#hits?.length
      ? blend(this.#hits, liked, tolerance).map(({ id }) => id)
      : liked
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
    const isEmpty =
      this.#items.length === 0 || this.#groups.length === 0 || this.#hits?.length === 0
    if (this.#choices) this.#choices.body.hidden = isEmpty
    this.#note.textContent = this.#noteOf(items.length)
  }

  #noteOf(count: number): string {
    const text = this.#text
    const nothing = text && this.#words('nothing', { query: text })
    if (this.#items.length === 0) return nothing
    if (this.#hits?.length === 0) return `${nothing} ${this.#words('instead')}`
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
