/**
 * @module The shop's own rules on this device, passed directly or read from their file. Loaded only if the shop has
 * rules.
 */
import { NearsideError } from '@nearside/core/error.ts'
import type { Explanation, ListQuery } from '@nearside/core/ranking/apiLists.ts'
import type { ExplainedScores, Ranker } from '@nearside/core/ranking/ranker.ts'
import { aboutOf, explainRuled, liftScores, ruledList } from '@nearside/core/ranking/ruledList.ts'
import { type Asked, createRuleBook, type ListRules } from '@nearside/core/rules/listRules.ts'
import { parseRules } from '@nearside/core/rules/parseRules.ts'
import type { Rule } from '@nearside/core/rules/rule.ts'
import type { WorkerConfig } from '../messages.ts'
import type { KeptFile, OpenFile } from './keptFile.ts'
import type { Parts } from './parts.ts'

export interface ShopRulesDeps extends Pick<Parts, 'notices' | 'now' | 'shop'> {
  readonly given: NonNullable<WorkerConfig['rules']>
  readonly openFile: OpenFile
  readonly context: Asked['context']
}

/** Number of faults that a notice mentions. */
const TOLD = 3

export class ShopRules {
  // These functions are fields so that they are loaded with the rules.
  readonly list = ruledList
  readonly lift = liftScores
  readonly file: KeptFile | null = null
  readonly #deps: ShopRulesDeps
  #rules: readonly Rule[] = []
  /** Rule book of the current rules, catalog and model. */
  #book: { of: readonly unknown[]; find: ReturnType<typeof createRuleBook> } | null = null

  constructor(deps: ShopRulesDeps) {
    this.#deps = deps
    const { given, openFile } = deps
    if (typeof given === 'string')
      this.file = openFile('rules', given, (value) => this.#take(value))
    else this.#take(given)
  }

  /** All rules; a new array after each change. */
  get all(): readonly Rule[] {
    return this.#rules
  }

  /** Rules that apply to a list; null if none do. */
  for(query: ListQuery): ListRules | null {
    const { shop, context, now } = this.#deps
    const { page, rules = true } = query.options ?? {}
    if (!rules || this.#rules.length === 0) return null
    const of = [this.#rules, shop.catalog, shop.ranker]
    if (!this.#book?.of.every((part, at) => part === of[at])) {
      const items =
        shop.catalog?.items.filter(({ available }) => available !== false) ??
        shop.order.ids.map((id) => ({ id }))
      this.#book = { of, find: createRuleBook(this.#rules, items, shop.isOffer) }
    }
    const about = shop.catalog?.get(aboutOf(query) ?? '')
    return this.#book.find({ list: query.kind, page, about, now: now(), context })
  }

  /** @param explain explains the item without rules */
  explain(
    id: string,
    ranker: Ranker,
    scored: ExplainedScores,
    explain: (scored: ExplainedScores) => Explanation | null,
  ): Explanation | null {
    const rules = this.for({ kind: 'recommend' })
    return rules ? explainRuled(rules, id, ranker, scored, explain) : explain(scored)
  }

  #take(value: unknown): void {
    const { rules, faults } = parseRules(value)
    this.#rules = rules
    if (faults.length === 0) return
    const said = faults.slice(0, TOLD).join('; ')
    const message = `${faults.length} of the shop’s rules can’t be used, and do nothing: ${said}.`
    this.#deps.notices.add(new NearsideError('rules-invalid', message))
  }
}
