/** @module The shop's own rules, passed directly or read from their file. The code loads only if the shop has rules. */
import { NearsideError } from '@nearside/core/error.ts'
import { contextValue } from '@nearside/core/features/context/contextValue.ts'
import { discountOf } from '@nearside/core/model/prices.ts'
import type { Explanation, ListQuery } from '@nearside/core/ranking/apiLists.ts'
import type { ExplainedScores, Ranker } from '@nearside/core/ranking/ranker.ts'
import { aboutOf, explainRuled, liftScores, ruledList } from '@nearside/core/ranking/ruledList.ts'
import { createRuleBook, type ListRules } from '@nearside/core/rules/listRules.ts'
import { nextRuleChange } from '@nearside/core/rules/nextRuleChange.ts'
import { parseRules } from '@nearside/core/rules/parseRules.ts'
import type { Rule } from '@nearside/core/rules/rule.ts'
import type { WorkerConfig } from '../messages.ts'
import type { KeptFile, Take } from './downloads.ts'
import type { ReadLatest, RulesCheck } from './releases.ts'
import type { Services } from './services.ts'
import type { Shop } from './shop.ts'

/** Maximum number of faults that a notice mentions. */
const TOLD = 3

export class ShopRules {
  // The worker's other files use these fields and don't import the functions, so shops without rules never load them.
  readonly list = ruledList
  readonly lift = liftScores
  readonly nextChange = nextRuleChange
  readonly file: KeptFile | null = null
  readonly #services: Services
  readonly #shop: Shop
  /** All rules, in a new array after each change. */
  all: readonly Rule[] = []
  /** Checks the file in use again, because it could have expired. */
  #checkAgain = async (): Promise<void> => {}
  /** Function that finds the rules for a list, made from the current rules, catalog and model. */
  #book: { of: readonly unknown[]; find: ReturnType<typeof createRuleBook> } | null = null

  /**
   * @param given the shop's rules, not validated, or their URL
   * @param open opens the rules' file; passed in, like `readLatest`, because this file must not import that code
   * @param readLatest reads a stored `latest.json`
   */
  constructor(
    services: Services,
    shop: Shop,
    given: NonNullable<WorkerConfig['rules']>,
    open: (url: string, take: Take) => KeptFile,
    readLatest: ReadLatest,
  ) {
    this.#services = services
    this.#shop = shop
    let check: RulesCheck | null = null
    if (typeof given === 'string')
      this.file = open(given, async (value, _, isKept) => {
        if (services.config.modelKeys) {
          const { createRulesCheck } = await import('./releases.ts')
          check ??= createRulesCheck(services, readLatest, given)
          await check(value, isKept)
        }
        this.#take(value)
        this.#checkAgain = async () => check?.(value, false)
      })
    else this.#take(given)
  }

  /** Fetches newer rules. Rules that have expired stay in use, with a notice. */
  async update(): Promise<void> {
    const isNewest = await this.file?.update()
    if (isNewest) await this.#checkAgain().catch((error) => this.#services.notices.add(error))
  }

  /** Rules that apply to a list; null if no rule applies. */
  for(query: ListQuery): ListRules | null {
    const { context, now } = this.#services
    const shop = this.#shop
    const { page, rules = true } = query.options ?? {}
    if (!rules || this.all.length === 0) return null
    const of = [this.all, shop.catalog, shop.ranker]
    if (!this.#book?.of.every((part, at) => part === of[at])) {
      const items =
        shop.catalog?.items.filter(({ available }) => available !== false) ??
        shop.order.ids.map((id) => ({ id }))
      this.#book = { of, find: createRuleBook(this.all, items, this.#isOffer) }
    }
    const about = shop.catalog?.get(aboutOf(query) ?? '')
    const contextOf = (kind: string) => contextValue(kind, now(), context)
    return this.#book.find({ list: query.kind, page, about, now: now(), context: contextOf })
  }

  /** @param explain function that explains the item without rules */
  explain(
    id: string,
    ranker: Ranker,
    scored: ExplainedScores,
    explain: (scored: ExplainedScores) => Explanation | null,
  ): Explanation | null {
    const rules = this.for({ kind: 'recommend' })
    return rules ? explainRuled(rules, id, ranker, scored, explain) : explain(scored)
  }

  /** Whether the item's price is below its usual price, if the base model knows the usual price. */
  readonly #isOffer = (item: string): boolean => {
    const { catalog, ranker } = this.#shop
    const row = ranker?.rowOf(item)
    return !!ranker && !!catalog && row !== undefined && discountOf(ranker.model, catalog, row) > 0
  }

  #take(value: unknown): void {
    const { rules, faults } = parseRules(value)
    this.all = rules
    if (faults.length === 0) return
    const said = faults.slice(0, TOLD).join('; ')
    const message = `${faults.length} of the shop’s rules are invalid and ignored: ${said}.`
    this.#services.notices.add(new NearsideError('rules-invalid', message))
  }
}
