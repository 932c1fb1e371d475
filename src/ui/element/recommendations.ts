/**
 * @module `<nearside-recommendations>`: the list for shops without React, with the same look and custom properties. A
 * shadow root keeps styles from leaking in or out. The content between the tags is shown until the first answer, so a
 * server can put best sellers there.
 */

import type { Personalizer } from '@nearside/browser/api.ts'
import { wordsIn } from '@nearside/browser/page/words.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import { ANSWER_NAMES } from '@nearside/core/events/event.ts'
import type { ListOptions, ListQuery, Recommendation } from '@nearside/core/ranking/apiLists.ts'
import type { Said } from '../lists/adding.ts'
import type { Folded, ListAnswers } from '../lists/answers.ts'
import {
  createListReporter,
  DEFAULT_LIMIT,
  type ListEntry,
  placedOf,
  viewOf,
} from '../lists/listController.ts'
import { keepsNoRoom, type ListName, nameFrom, queryOf } from '../lists/listNames.ts'
import { createListObserver, type ListObserver } from '../lists/listObserver.ts'
import { ENGLISH_LISTS } from '../messages/lists.ts'
import { buildCard, element, replaceCards, type Shop } from './card.ts'
import { Base, elements, provided, styles } from './provided.ts'

/** `event.detail` of `nearside-select`, which fires when the shopper follows an item's link. */
export interface SelectDetail {
  /** The list's item. */
  readonly recommendation: Recommendation
  /** Position of the item in the list as shown, from 1. */
  readonly position: number
}

/** Shop of an element until the page calls `provide`. */
const UNKNOWN_SHOP: Shop = {
  itemOf: () => undefined,
  linkTo: () => '',
  words: wordsIn(ENGLISH_LISTS, 'en-GB'),
  locale: 'en-GB',
}

/** Code of the menus; null until it has loaded. Without this code, lists have no menus. */
let code: typeof import('./menu.ts') | null = null

/** Attributes that name the subject of a list. */
const SUBJECTS = ['for-item', 'with-item', 'category', 'from']

/**
 * List of recommendations as a custom element. Attributes:
 * - `heading`; `list`: name for measurements; `limit` (8); `category`
 * - `for-item`: similar items; `with-item`: items bought together with it
 * - `with-items`: items bought together with several items, a JSON array of ids, such as a basket's
 * - `from`: `viewed`, `bought`, `unbought`, `considered` or `new`; with `for-item`, `picture`: items that look like it
 * - `dearer`, with `for-item`: only items that cost more than the item, up to this multiple of its price
 * - `exclude-ids`: a JSON array; `order="base"`
 * - `distinct`: a number; the list excludes the items of lists with a smaller number
 * - `page`: the page's name, for the shop's rules; `rules="off"`
 * - `menu="off"`: items have no button for the menu with the reason and feedback
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
    'menu',
  ]

  readonly #title = element('h2', 'ns-title')
  readonly #list = element('ul', 'ns-list')
  readonly #paused = element('div', 'ns-paused')
  readonly #error = element('p', 'ns-error')
  readonly #all = element('div', 'ns-add')
  readonly #said = element('p', 'ns-visually-hidden')
  readonly #status = element('p', 'ns-visually-hidden')
  readonly #body = element('section', '')
  readonly #fallback = document.createElement('slot')
  #observer: ListObserver | null = null
  readonly #ends: (() => void)[] = []
  #reporter = createListReporter(() => this.#announce())
  #query: ListQuery = { kind: 'recommend' }
  #answers: ListAnswers | null = null
  #folded: Folded | null = null
  /** While a menu is open, the list's items don't move. */
  #isOpen = false

  constructor() {
    super()
    const root = this.attachShadow({ mode: 'open' })
    root.adoptedStyleSheets = [styles()]
    this.#title.id = 'title'
    this.#body.setAttribute('aria-labelledby', 'title')
    this.#status.setAttribute('role', 'status')
    this.#said.setAttribute('role', 'status')
    this.#body.append(
      this.#title,
      this.#paused,
      this.#fallback,
      this.#list,
      this.#all,
      this.#error,
      this.#status,
      this.#said,
    )
    root.append(this.#body)
  }

  connectedCallback(): void {
    elements.add(this)
    this.connect()
  }

  disconnectedCallback(): void {
    elements.delete(this)
    this.#disconnect()
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (!this.isConnected || before === after) return
    // If the list's subject has changed, the list starts empty instead of with the old items.
    if (SUBJECTS.includes(name)) this.connect()
    else this.#ask()
  }

  /**
   * Subscribes to the personalizer that the page has provided.
   * @param isSame whether it is the same personalizer with other options, so that the list can stay
   */
  connect(isSame = false): void {
    if (isSame) {
      this.#ask()
      return
    }
    this.#disconnect()
    this.#reporter = createListReporter(() => this.#announce())
    const observer = createListObserver(provided?.personalizer ?? null)
    this.#observer = observer
    this.#answers = null
    this.#isOpen = false
    this.#ends.push(observer.subscribe(() => this.#render()))
    if (provided) this.#ends.push(provided.personalizer.subscribe(() => this.#showPaused()))
    this.#ask()
  }

  #disconnect(): void {
    for (const end of this.#ends.splice(0)) end()
    this.#reporter.stop()
  }

  async #openMenus(personalizer: Personalizer): Promise<void> {
    const observer = this.#observer
    try {
      code ??= await import('./menu.ts')
    } catch {
      return
    }
    if (this.#answers || !this.isConnected || observer !== this.#observer) return
    this.#answers = code.createListAnswers(personalizer)
    const root = this.shadowRoot as ShadowRoot
    root.adoptedStyleSheets = [styles(), code.menuStyles]
    this.#ends.push(this.#answers.subscribe(() => this.#render()))
    this.#render()
  }

  get #hasMenus(): boolean {
    return this.getAttribute('menu') !== 'off' && this.getAttribute('order') !== 'base'
  }

  /** Shows the page's products again, with their new prices. */
  refresh(): void {
    this.#render()
  }

  get #limit(): number {
    const limit = Number(this.getAttribute('limit') ?? DEFAULT_LIMIT)
    return Number.isInteger(limit) && limit > 0 ? limit : DEFAULT_LIMIT
  }

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
    // The device rejects unknown values.
    const from = (this.getAttribute('from') ?? undefined) as ListOptions['from']
    const dearer = Number(this.getAttribute('dearer')) || undefined
    const like = this.getAttribute('for-item')
    const item = like ?? this.#ids('with-items') ?? this.getAttribute('with-item') ?? undefined
    const own = like !== null ? { dearer } : item === undefined ? { from } : {}
    const query = queryOf(this.#name, { ...options, ...own }, item)
    const mayShow = (id: string) => {
      const item = provided?.shop.itemOf(id)
      return item?.available ?? item !== undefined
    }
    this.#query = query
    this.#observer?.ask({ query, mayShow })
    this.#render()
    if (provided && !this.#answers && (this.#hasMenus || provided.shop.onAdd))
      void this.#openMenus(provided.personalizer)
  }

  get #name(): ListName {
    if (this.hasAttribute('for-item')) {
      if (this.getAttribute('from') === 'picture') return 'looksAlike'
      return this.hasAttribute('dearer') ? 'dearer' : 'similar'
    }
    if (this.hasAttribute('with-items')) return 'basket'
    if (this.hasAttribute('with-item')) return 'boughtTogether'
    return nameFrom(this.getAttribute('from'))
  }

  get #heading(): string {
    return this.getAttribute('heading') ?? this.#shop.words(this.#name)
  }

  get #shop(): Shop {
    return provided?.shop ?? UNKNOWN_SHOP
  }

  #render(): void {
    const state = this.#observer?.getSnapshot()
    if (!state || this.#isOpen) return
    const shop = this.#shop
    const list = this.getAttribute('list') ?? this.#name
    const measure = provided?.measure
    const initialItems = keepsNoRoom(this.#name, this.#ids('with-items')) ? [] : undefined
    const view = viewOf(state, { ...shop, limit: this.#limit, initialItems })
    const title = this.#heading
    if (this.#title.textContent !== title) this.#title.textContent = title
    this.#showPaused()
    this.#fallback.hidden = !view.loading
    this.#list.hidden = view.loading && this.childElementCount > 0
    this.#list.setAttribute('aria-busy', String(view.loading))
    const { folded = null, failed, gone } = this.#answers?.getSnapshot() ?? {}
    const trouble = failed ? shop.words('trouble') : view.trouble
    this.#error.textContent = trouble
    this.#error.hidden = trouble === null
    this.#body.hidden = view.isEmpty && !(view.loading && this.childElementCount > 0)
    const entries = (gone && code?.withoutFolded(view.entries, gone)) ?? view.entries
    const cards = entries.map((entry, place) => {
      const select = () => {
        const { recommendation, position } = entry
        measure?.clicked(list, placedOf(entry))
        this.#say('nearside-select', { recommendation, position })
      }
      const clicked = () => measure?.clicked(list, placedOf(entry))
      const tools = [this.#adderOf([entry.item], clicked), this.#menuOf(entry, place)]
      return buildCard(shop, entry.recommendation, select, ...tools.flatMap((tool) => tool ?? []))
    })
    const all = this.#query.kind === 'boughtTogether' && entries.length > 1
    const adder = all && this.#adderOf(entries.map(({ item }) => item))
    this.#all.replaceChildren(...(adder ? adder.childNodes : []))
    this.#all.hidden = !adder
    if (code && folded) {
      const undo = () => void this.#answers?.undo()
      cards.splice(folded.place, 0, code.buildFolded(shop, folded, undo))
    }
    replaceCards(this.#list, [...skeletons(view.skeletons), ...cards])
    this.#moveFocus(folded)
    if (this.#reporter.shows(view, list, this, measure))
      this.#say('nearside-change', { items: state.items })
  }

  /** Box with room for the button that adds items to the basket. The button appears once its code has loaded. */
  #adderOf(items: readonly Item[], onPress = () => {}): HTMLElement | undefined {
    const shop = this.#shop
    if (!shop.onAdd) return undefined
    const room = element('div', 'ns-add')
    const say = ({ text, isWrong }: Said) => {
      onPress()
      this.#said.className = isWrong ? 'ns-error' : 'ns-visually-hidden'
      this.#said.textContent = text
    }
    if (code) room.append(code.buildAdd(shop, items, say))
    return room
  }

  #menuOf({ item, recommendation }: ListEntry<Item>, place: number): HTMLElement | undefined {
    const { personalizer } = provided ?? {}
    const [answers, query] = [this.#answers, this.#query]
    if (!code || !answers || !personalizer || !this.#hasMenus) return undefined
    const { buildMenu, whyLines } = code
    const shop = this.#shop
    return buildMenu(shop, item.id, {
      why: () => whyLines(shop.words, shop.itemOf, personalizer, recommendation, query),
      answers: () => (personalizer.getSnapshot().paused ? [] : ANSWER_NAMES),
      onAnswer: (answer) => {
        this.#isOpen = false
        void answers.answer({ id: item.id, place, answer })
      },
      onTurn: (isOpen) => {
        this.#isOpen = isOpen
        if (!isOpen) this.#render()
      },
    })
  }

  /** Focuses the Undo button of a line that just replaced a card, or the button of a card that an undo brought back. */
  #moveFocus(folded: Folded | null): void {
    const isNew = folded && folded !== this.#folded
    this.#folded = folded
    if (isNew) code?.show(this.#list.querySelector<HTMLElement>('.ns-folded button'))
    if (document.activeElement !== document.body) return
    for (const card of this.#list.querySelectorAll<HTMLElement>('[data-item]'))
      if (this.#answers?.isBack(card.dataset.item ?? ''))
        code?.show(card.parentElement?.querySelector('button'))
  }

  /** Shows a notice beside the shopper's list while learning is paused, like `LearningPaused` of `nearside/react`. */
  #showPaused(): void {
    const { personalizer, shop } = provided ?? {}
    const isOwn = this.#name === 'forYou' && this.getAttribute('order') !== 'base'
    const shown = isOwn && personalizer?.getSnapshot().paused === true
    this.#paused.hidden = !shown
    if (!shown || !shop || this.#paused.childElementCount > 0) return
    const resume = element('button', 'ns-button', shop.words('resume'))
    // A failure to store the choice is ignored: the choice then applies to this tab only, and the snapshot's notices
    // say so.
    resume.addEventListener('click', () => void personalizer.pause(false).catch(() => undefined))
    const line = element('p', '', `${shop.words('learningPaused')}. `)
    line.append(resume)
    this.#paused.replaceChildren(line)
  }

  /** Announces a change, each time in a new element, because a screen reader doesn't repeat unchanged text. */
  #announce(): void {
    const text = this.#shop.words('listUpdated', { title: this.#heading })
    this.#status.replaceChildren(element('span', '', text))
  }

  #say(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail }))
  }
}

function skeletons(length: number): HTMLElement[] {
  return Array.from({ length }, () => {
    const skeleton = element('li', 'ns-skeleton')
    skeleton.setAttribute('aria-hidden', 'true')
    return skeleton
  })
}

if (globalThis.customElements && !customElements.get('nearside-recommendations')) {
  customElements.define('nearside-recommendations', NearsideRecommendations)
}
