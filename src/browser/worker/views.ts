/**
 * @module Views from which lists are made: the shopper's events and the scores that result from the events. Besides the
 * present view, there are counterfactual views without some events, which show why an item is listed. Each view is
 * computed once per change and minute, for all lists of a page.
 */
import type { ShopperEvent } from '@nearside/core/events/event.ts'
import { eventStrength } from '@nearside/core/events/strength.ts'
import { lossesOf } from '@nearside/core/ranking/candidateSource.ts'
import { answersOf } from '@nearside/core/ranking/itemFilters.ts'
import type { ExplainedScores, Ranker, Scored } from '@nearside/core/ranking/ranker.ts'
import type { Cause } from '@nearside/core/ranking/reasons.ts'
import type { ChosenLearners } from './chosenLearners.ts'
import type { Services } from './services.ts'
import type { Shop } from './shop.ts'
import type { Shopper } from './shopper.ts'

export interface View<Scores extends Scored = Scored> {
  readonly ranker: Ranker
  /** Cleaned events, ascending by time. */
  readonly events: readonly ShopperEvent[]
  readonly scored: Scores
}

/** Milliseconds after which scores are computed again, since recency changes with the clock. */
const SCORES_LIFE = 60_000

interface Kept {
  readonly of: readonly unknown[]
  readonly time: number
  readonly view: View<ExplainedScores>
  readonly others: Map<string, readonly View[]>
}

export class Views {
  readonly #services: Pick<Services, 'now' | 'state'>
  readonly #shop: Pick<Shop, 'loaded'>
  readonly #shopper: Pick<Shopper, 'cleaned' | 'history' | 'without'>
  readonly #chosen: Pick<ChosenLearners, 'of'> | null
  #kept: Kept | null = null

  /** @param chosen learners that the shop chose; null without any */
  constructor(
    services: Pick<Services, 'now' | 'state'>,
    shop: Pick<Shop, 'loaded'>,
    shopper: Pick<Shopper, 'cleaned' | 'history' | 'without'>,
    chosen: Pick<ChosenLearners, 'of'> | null,
  ) {
    this.#services = services
    this.#shop = shop
    this.#shopper = shopper
    this.#chosen = chosen
  }

  present(ranker: Ranker): View<ExplainedScores> {
    return this.#keptOf(ranker).view
  }

  /** The present scores with the features of all items, for an explanation. */
  whole(ranker: Ranker): ExplainedScores {
    return this.#scoreNow(ranker, this.#keptOf(ranker).time, false)
  }

  /**
   * Scores without some of the shopper's events, twice: with the learned model, which may depend on these events, and
   * without it.
   * @param key cache key, unique for each function `leave`
   */
  without(ranker: Ranker, key: string, leave: Cause['without']): readonly View[] {
    return this.#other(ranker, key, (time) => {
      const { events, history } = this.#shopper.without(leave)
      const losses = this.#losses(ranker, events)
      const view = (scored: Scored) => ({ ranker, events, scored })
      if (!history.some(({ name, query }) => query !== undefined || eventStrength(name) > 0))
        return [view(ranker.everybodys(time, losses))]
      const { active, learners } = this.#learned(ranker)
      const plain = view(ranker.score(history, time, null, null, true, losses))
      if (!active && !learners) return [plain]
      return [view(ranker.score(history, time, active, learners, true, losses)), plain]
    })
  }

  /** View with all events and a model that ignores the context; null if the model has no context. */
  withoutContext(ranker: Ranker): View | null {
    const { withoutContext } = ranker
    if (!withoutContext) return null
    const { events, scored } = this.present(ranker)
    const [view] = this.#other(ranker, 'context', () => {
      const { history, now, personal, losses } = scored
      const { learners } = this.#learned(ranker)
      return [
        {
          ranker: withoutContext,
          events,
          scored: withoutContext.score(history, now, personal, learners, false, losses),
        },
      ]
    })
    return view
  }

  #learned(ranker: Ranker) {
    const { personal } = this.#services.state.own
    // `active` is null if there is no fit on this base model yet, or if the base model predicts better.
    const applies = personal?.base === this.#shop.loaded?.hash
    const active = applies && personal?.guard.active && personal.fusionWeight > 0 ? personal : null
    return { active, learners: this.#chosen?.of(ranker.model) ?? null }
  }

  #scoreNow(ranker: Ranker, time: number, fast: boolean): ExplainedScores {
    const { active, learners } = this.#learned(ranker)
    const { cleaned, history } = this.#shopper
    const losses = this.#losses(ranker, cleaned.events)
    return ranker.score(history, time, active, learners, fast, losses)
  }

  #losses(ranker: Ranker, events: readonly ShopperEvent[]) {
    return lossesOf(answersOf(events), (id) => ranker.rowOf(id), ranker.alikeTo)
  }

  #keptOf(ranker: Ranker): Kept {
    const { now, state } = this.#services
    const of = [ranker, state.revision]
    const time = now()
    const kept = this.#kept
    if (kept?.of.every((part, at) => part === of[at]) && Math.abs(time - kept.time) < SCORES_LIFE)
      return kept
    const { events } = this.#shopper.cleaned
    const view = { ranker, events, scored: this.#scoreNow(ranker, time, true) }
    this.#kept = { of, time, view, others: new Map() }
    return this.#kept
  }

  #other(ranker: Ranker, key: string, make: (time: number) => readonly View[]): readonly View[] {
    const { others, time } = this.#keptOf(ranker)
    const views = others.get(key) ?? make(time)
    others.set(key, views)
    return views
  }
}
