/**
 * @module Views from which lists are made: the shopper's events and the scores that result from them. Counterfactual
 * views without some events show why an item is listed. Each view is computed once per change and minute, for all lists
 * of a page.
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

export type Views = ReturnType<typeof createViews>

/** @param chosen learners that the shop chose; null without any */
export function createViews(
  { now, state }: Pick<Services, 'now' | 'state'>,
  shop: Pick<Shop, 'loaded'>,
  shopper: Pick<Shopper, 'cleaned' | 'history' | 'without'>,
  chosen: Pick<ChosenLearners, 'of'> | null,
) {
  let last: Kept | null = null

  function learned(ranker: Ranker) {
    const { personal } = state.own
    // `active` is null if there is no fit on this base model yet, or if the base model predicts better.
    const applies = personal?.base === shop.loaded?.hash
    const active = applies && personal?.guard.active && personal.fusionWeight > 0 ? personal : null
    return { active, learners: chosen?.of(ranker.model) ?? null }
  }

  const lossesFor = (ranker: Ranker, events: readonly ShopperEvent[]) =>
    lossesOf(answersOf(events), (id) => ranker.rowOf(id), ranker.alikeTo)

  function scoreNow(ranker: Ranker, time: number, fast: boolean): ExplainedScores {
    const { active, learners } = learned(ranker)
    const { cleaned, history } = shopper
    return ranker.score(history, time, active, learners, fast, lossesFor(ranker, cleaned.events))
  }

  function keptOf(ranker: Ranker): Kept {
    const of = [ranker, state.revision]
    const time = now()
    if (last?.of.every((part, at) => part === of[at]) && Math.abs(time - last.time) < SCORES_LIFE)
      return last
    const { events } = shopper.cleaned
    const view = { ranker, events, scored: scoreNow(ranker, time, true) }
    last = { of, time, view, others: new Map() }
    return last
  }

  function other(ranker: Ranker, key: string, make: (time: number) => readonly View[]) {
    const { others, time } = keptOf(ranker)
    const views = others.get(key) ?? make(time)
    others.set(key, views)
    return views
  }

  const present = (ranker: Ranker): View<ExplainedScores> => keptOf(ranker).view

  return {
    present,
    /** Scores and features of all items in the shopper's current state, for an explanation. */
    whole: (ranker: Ranker): ExplainedScores => scoreNow(ranker, keptOf(ranker).time, false),
    /**
     * Scores without some of the shopper's events, twice: with the learned model, which may depend on these events, and
     * without it.
     * @param key cache key, unique for each function `leave`
     */
    without: (ranker: Ranker, key: string, leave: Cause['without']): readonly View[] =>
      other(ranker, key, (time) => {
        const { events, history } = shopper.without(leave)
        const losses = lossesFor(ranker, events)
        const view = (scored: Scored) => ({ ranker, events, scored })
        if (!history.some(({ name, query }) => query !== undefined || eventStrength(name) > 0))
          return [view(ranker.everybodys(time, losses))]
        const { active, learners } = learned(ranker)
        const plain = view(ranker.score(history, time, null, null, true, losses))
        if (!active && !learners) return [plain]
        return [view(ranker.score(history, time, active, learners, true, losses)), plain]
      }),
    /** View with all events and a model that ignores the context; null if the model has no context. */
    withoutContext(ranker: Ranker): View | null {
      const { withoutContext: plain } = ranker
      if (!plain) return null
      const { events, scored } = present(ranker)
      const { history, now, personal, losses } = scored
      const [view] = other(ranker, 'context', () => {
        const { learners } = learned(ranker)
        const unaware = plain.score(history, now, personal, learners, false, losses)
        return [{ ranker: plain, events, scored: unaware }]
      })
      return view
    },
  }
}
