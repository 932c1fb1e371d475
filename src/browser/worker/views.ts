/**
 * @module Views that lists are made from: the shopper's events and the resulting scores. Besides the present view,
 * there are counterfactual views without some events, for reasons. Each is computed once per change and minute, for
 * all lists of a page.
 */
import { eventStrength, type ShopperEvent } from '@nearside/core/events/event.ts'
import type { ExplainedScores, Ranker, Scored } from '@nearside/core/ranking/ranker.ts'
import type { Cause } from '@nearside/core/ranking/reasons.ts'
import type { Parts } from './parts.ts'

export interface View<Scores extends Scored = Scored> {
  readonly ranker: Ranker
  /** Cleaned events, ascending by time. */
  readonly events: readonly ShopperEvent[]
  readonly scored: Scores
}

type Deps = Pick<Parts, 'chosen' | 'now' | 'shop' | 'shopper' | 'state'>

/** Milliseconds after which scores are computed again, since recency changes with the clock. */
const SCORES_LIFE = 60_000

export function createViews({ chosen, now, shop, shopper, state }: Deps) {
  let kept: {
    readonly of: readonly unknown[]
    readonly time: number
    readonly view: View<ExplainedScores>
    readonly others: Map<string, readonly View[]>
  } | null = null

  /** Personal parameters and learners in use; null if there are none. */
  function learned(ranker: Ranker) {
    const { personal } = state
    // Otherwise there is no fit on this base model yet, or the guard prefers the base model.
    const applies = personal?.base === shop.loaded?.hash
    const active = applies && personal?.guard.active && personal.fusionWeight > 0 ? personal : null
    const learners = chosen?.of(ranker.model) ?? null
    return active || learners ? { active, learners } : null
  }

  function scoreNow(ranker: Ranker, time: number, fast: boolean): ExplainedScores {
    const { active = null, learners = null } = learned(ranker) ?? {}
    return ranker.score(shopper.history, time, active, learners, fast)
  }

  function keptOf(ranker: Ranker) {
    const of = [ranker, state.revision]
    const time = now()
    if (
      kept?.of.every((part, at) => part === of[at]) !== true ||
      Math.abs(time - kept.time) >= SCORES_LIFE
    ) {
      const view = { ranker, events: shopper.cleaned.events, scored: scoreNow(ranker, time, true) }
      kept = { of, time, view, others: new Map() }
    }
    return kept
  }

  function other(ranker: Ranker, key: string, make: (time: number) => readonly View[]) {
    const { others, time } = keptOf(ranker)
    const views = others.get(key) ?? make(time)
    others.set(key, views)
    return views
  }

  return {
    /** The present view. */
    present: (ranker: Ranker): View<ExplainedScores> => keptOf(ranker).view,

    /** The present scores with the features of all items, for an explanation. */
    whole: (ranker: Ranker): ExplainedScores => scoreNow(ranker, keptOf(ranker).time, false),

    /**
     * Views without some of the shopper's events: one with the learned model, which may depend on them, and one
     * without it.
     * @param key unique for each `leave`
     */
    without: (ranker: Ranker, key: string, leave: Cause['without']): readonly View[] =>
      other(ranker, key, (time) => {
        const { events, history } = shopper.without(leave)
        const view = (scored: Scored) => ({ ranker, events, scored })
        if (!history.some(({ name, query }) => query !== undefined || eventStrength(name) > 0))
          return [view(ranker.everybodys(time))]
        const { active, learners } = learned(ranker) ?? {}
        const plain = view(ranker.score(history, time, null, null, true))
        if (!active && !learners) return [plain]
        return [view(ranker.score(history, time, active ?? null, learners, true)), plain]
      }),

    /** View with all events and a model that ignores the context; null if the model has no context. */
    withoutContext(ranker: Ranker): View | null {
      const { withoutContext } = ranker
      if (!withoutContext) return null
      const { events, scored } = this.present(ranker)
      const [view] = other(ranker, 'context', () => [
        {
          ranker: withoutContext,
          events,
          scored: withoutContext.score(
            ...([scored.history, scored.now, scored.personal] as const),
            learned(ranker)?.learners ?? null,
          ),
        },
      ])
      return view
    },
  }
}
