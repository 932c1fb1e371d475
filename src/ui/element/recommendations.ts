/**
 * @module `<nearside-recommendations>`: the list for shops without React. It has the same looks and custom
 * properties, in a shadow root, so that styles neither leak in nor out. Content between its tags is
 * shown until the first answer: a server can put bestsellers there.
 */

import type { Placed } from '@nearside/browser/measure/listMeasure.ts'
import { type Words, wordsIn } from '@nearside/browser/page/words.ts'
import type { ListOptions, ListQuery, Recommendation } from '@nearside/core/ranking/apiLists.ts'
import { ENGLISH_LISTS, type ListKey, troubleText } from '../messages/lists.ts'
import { createAnnouncer } from '../react/announcer.ts'
import { createListObserver, type ListObserver } from '../react/listObserver.ts'
import { whenSeen } from '../react/whenSeen.ts'
import { buildCard, element, replaceCards, type Shop } from './card.ts'
import { Base, elements, provided, styles } from './provided.ts'

/** `event.detail` of `nearside-select`, which fires when the shopper follows an item's link. */
export interface SelectDetail {
  /** The list's item. */
  readonly recommendation: Recommendation
  /** Place of the item in the list, from 1. */
  readonly position: number
}

const ENGLISH_WORDS = wordsIn(ENGLISH_LISTS, 'en-GB')
const DEFAULT_LIMIT = 8

/** Attributes that set the subject of a list. */
const SUBJECTS = ['for-item', 'with-item', 'category', 'from']

const FROM = {
  viewed: 'recentlyViewed',
  bought: 'buyAgain',
  unbought: 'newForYou',
  considered: 'onYourMind',
  new: 'newArrivals',
} as const

/**
 * List of recommendations as a custom element. Attributes:
 * - `heading`; `list`: name for measurements; `limit` (8); `category`
 * - `for-item`: similar items; `with-item`: items bought together with it
 * - `with-items`: items bought together with several, a JSON array of ids, such as a basket's
 * - `from`: `viewed`, `bought`, `unbought`, `considered` or `new`
 * - `dearer`, with `for-item`: only items that cost more, up to this factor of the price
 * - `exclude-ids`: a JSON array; `order="base"`
 * - `distinct`: excludes the items of lists with a smaller number
 * - `page`: the page's name, for the shop's rules; `rules="off"`
 *
 * Events: `nearside-select`, `nearside-change`.
 */
export class NearsideRecommendations extends Base {
  static readonly observedAttributes = [
    'heading',
    'list',
    'limit',
    'category',
    'for-item',
    'with-item',
    'with-items',
    'from',
    'dearer',
    'exclude-ids',
    'order',
    'distinct',
    'page',
    'rules',
  ]

  readonly #title = element('h2', 'ns-title')
  readonly #list = element('ul', 'ns-list')
  readonly #paused = element('div', 'ns-paused')
  readonly #error = element('p', 'ns-error')
  readonly #status = element('p', 'ns-visually-hidden')
  readonly #body = element('section', '')
  readonly #fallback = document.createElement('slot')
  #observer: ListObserver | null = null
  #stop: (() => void) | null = null
  #shown: string | null = null
  #placed: readonly Placed[] = []
  /** Stops waiting for the element to come into view; null before there are items. */
  #unseen: (() => void) | null = null
  #announcer = createAnnouncer(() => this.#announce())

  constructor() {
    super()
    const root = this.attachShadow({ mode: 'open' })
    root.adoptedStyleSheets = [styles()]
    this.#title.id = 'title'
    this.#body.setAttribute('aria-labelledby', 'title')
    this.#status.setAttribute('role', 'status')
    this.#body.append(
      this.#title,
      this.#paused,
      this.#fallback,
      this.#list,
      this.#error,
      this.#status,
    )
    root.append(this.#body)
  }

  connectedCallback(): void {
    elements.add(this)
    this.connect()
  }

  disconnectedCallback(): void {
    elements.delete(this)
    this.#stop?.()
    this.#stop = null
    this.#unseen?.()
    this.#unseen = null
    this.#announcer.stop()
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (!this.isConnected || before === after) return
    // A new subject starts with an empty list instead of the old subject's.
    if (SUBJECTS.includes(name)) this.connect()
    else this.#ask()
  }

  /** Subscribes to the personalizer that the page has provided. */
  connect(): void {
    this.#stop?.()
    this.#shown = null
    this.#unseen?.()
    this.#unseen = null
    this.#announcer.stop()
    this.#announcer = createAnnouncer(() => this.#announce())
    const observer = createListObserver(provided?.personalizer ?? null)
    this.#observer = observer
    const ends = [
      observer.subscribe(() => this.#render()),
      provided?.personalizer.subscribe(() => this.#showPaused()),
    ]
    this.#stop = () => {
      for (const end of ends) end?.()
    }
    this.#ask()
  }

  get #limit(): number {
    const limit = Number(this.getAttribute('limit') ?? DEFAULT_LIMIT)
    return Number.isInteger(limit) && limit > 0 ? limit : DEFAULT_LIMIT
  }

  /** Undefined for invalid JSON. */
  #ids(name: string): readonly string[] | undefined {
    try {
      return JSON.parse(this.getAttribute(name) ?? '')
    } catch {
      return undefined
    }
  }

  #ask(): void {
    const options = {
      limit: this.#limit,
      category: this.getAttribute('category') ?? undefined,
      order: this.getAttribute('order') === 'base' ? ('base' as const) : undefined,
      excludeIds: this.#ids('exclude-ids'),
      distinct: Number(this.getAttribute('distinct')) || undefined,
      page: this.getAttribute('page') ?? undefined,
      rules: this.getAttribute('rules') === 'off' ? false : undefined,
    }
    const like = this.getAttribute('for-item')
    const beside = this.#ids('with-items') ?? this.getAttribute('with-item')
    // The device rejects unknown values.
    const from = (this.getAttribute('from') ?? undefined) as ListOptions['from']
    const dearer = Number(this.getAttribute('dearer')) || undefined
    let query: ListQuery = { kind: 'recommend', options: { ...options, from } }
    if (beside !== null) query = { kind: 'boughtTogether', item: beside, options }
    if (like !== null) query = { kind: 'similar', item: like, options: { ...options, dearer } }
    const mayShow = (id: string) => {
      const item = provided?.shop.itemOf(id)
      return item?.available ?? item !== undefined
    }
    this.#observer?.ask({ query, mayShow })
    this.#render()
  }

  /** Name of this kind of list, a key of the labels. */
  get #name() {
    if (this.hasAttribute('for-item')) return this.hasAttribute('dearer') ? 'dearer' : 'similar'
    if (this.hasAttribute('with-items')) return 'basket'
    if (this.hasAttribute('with-item')) return 'boughtTogether'
    return FROM[this.getAttribute('from') as keyof typeof FROM] ?? 'forYou'
  }

  #heading(words: Words<ListKey>): string {
    return this.getAttribute('heading') ?? words(this.#name)
  }

  get #listName(): string {
    return this.getAttribute('list') ?? this.#name
  }

  #render(): void {
    const state = this.#observer?.getSnapshot()
    if (!state) return
    const words = provided?.shop.words ?? ENGLISH_WORDS
    const loading = state.status === 'loading'
    const title = this.#heading(words)
    if (this.#title.textContent !== title) this.#title.textContent = title
    this.#showPaused()
    this.#fallback.hidden = !loading
    this.#list.hidden = loading && this.childElementCount > 0
    this.#list.setAttribute('aria-busy', String(loading))
    this.#error.textContent = state.code && troubleText(words, state.code)
    this.#error.hidden = state.code === null
    if (loading || !provided) this.#skeletons()
    else this.#fill(provided.shop, state.items)
  }

  /** Shown beside the shopper's own list, like `LearningPaused` of `nearside/react`. */
  #showPaused(): void {
    const { personalizer, shop } = provided ?? {}
    const name: string = this.#name
    const isOwn = name === 'forYou' && this.getAttribute('order') !== 'base'
    const shown = isOwn && personalizer?.getSnapshot().paused === true
    this.#paused.hidden = !shown
    if (!shown || !shop || this.#paused.childElementCount > 0) return
    const resume = element('button', 'ns-button', shop.words('resume'))
    // If the browser can't store the choice, it applies to this tab only; the snapshot's notices report that.
    resume.addEventListener('click', () => void personalizer.pause(false).catch(() => undefined))
    const line = element('p', '', `${shop.words('learningPaused')}. `)
    line.append(resume)
    this.#paused.replaceChildren(line)
  }

  #fill(shop: Shop, items: readonly Recommendation[]): void {
    const shown = items.filter(({ id }) => shop.itemOf(id) !== undefined).slice(0, this.#limit)
    const cards = shown.map((recommendation, place) =>
      buildCard(shop, recommendation, () => {
        provided?.measure?.clicked(this.#listName, { id: recommendation.id, rank: place + 1 })
        this.#say('nearside-select', { recommendation, position: place + 1 })
      }),
    )
    this.#body.hidden = cards.length === 0
    replaceCards(this.#list, cards)
    this.#placed = shown.map(({ id }, place) => ({ id, rank: place + 1 }))
    const measure = provided?.measure
    if (measure && shown.length > 0)
      this.#unseen ??= whenSeen(this, () => measure.shown(this.#listName, this.#placed))
    const order = items.map(({ id }) => id).join('\n')
    if (order === this.#shown) return
    this.#shown = order
    this.#announcer.shows(order)
    this.#say('nearside-change', { items })
  }

  /** A new element each time, because a screen reader doesn't repeat unchanged text. */
  #announce(): void {
    const words = provided?.shop.words ?? ENGLISH_WORDS
    const title = this.#heading(words)
    this.#status.replaceChildren(element('span', '', words('listUpdated', { title })))
  }

  #skeletons(): void {
    this.#body.hidden = false
    this.#list.replaceChildren(
      ...Array.from({ length: this.#limit }, () => {
        const skeleton = element('li', 'ns-skeleton')
        skeleton.setAttribute('aria-hidden', 'true')
        return skeleton
      }),
    )
  }

  #say(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail }))
  }
}

if (globalThis.customElements && !customElements.get('nearside-recommendations')) {
  customElements.define('nearside-recommendations', NearsideRecommendations)
}
