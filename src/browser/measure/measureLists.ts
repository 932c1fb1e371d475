/**
 * @module Reports impressions and clicks of lists to the sinks that the shop passes. Without sinks nobody gets reports.
 */
import type { Personalizer } from '../api.ts'
import type { Arm, Team } from '../apiSnapshot.ts'
import type { Interleaved } from './interleave.ts'

/** List, arm and model that a report is about. */
interface About {
  /** Name of the list: the widget's `list`, by default its kind, e.g. `forYou`. */
  readonly list: string
  /** Arm of the trial; `personal` without a trial. */
  readonly arm: Arm
  /** Version of the base model; null without a model. */
  readonly model: string | null
}

/** A list that came into view. */
export interface Impression extends About {
  /** Items in the sequence shown. */
  readonly items: readonly Placed[]
}

/** Click on an item of a list. */
export interface Click extends Placed, About {
  /** Team that picked the item of an interleaved list; null for other lists. */
  readonly team: Team | null
}

/** Receiver of impressions and clicks. */
export interface ListSink {
  /** Called when a list comes into view, once each time that a page shows the list. */
  onImpression?(impression: Impression): void
  /** Called when the shopper follows an item's link. */
  onClick?(click: Click): void
}

/**
 * Creates the value for `measure` of the React provider, or of `provide` of `nearside/element`. An error in a sink is
 * logged and stops nothing.
 * @example
 * const measure = measureLists(personalizer, { onClick: ({ list, arm }) => count(list, arm) })
 */
export function measureLists(
  personalizer: Personalizer | Interleaved,
  ...sinks: ListSink[]
): ListMeasure {
  const teams = 'teams' in personalizer ? personalizer.teams : null
  function about(list: string): About {
    const { trial, model } = personalizer.getSnapshot()
    return { list, arm: trial?.arm ?? 'personal', model: model?.version ?? null }
  }
  function tell(say: (sink: ListSink) => void): void {
    for (const sink of sinks)
      try {
        say(sink)
      } catch (error) {
        console.error(error)
      }
  }
  return {
    shown(list, items) {
      teams?.shown(list, items)
      tell((sink) => sink.onImpression?.({ ...about(list), items }))
    },
    clicked(list, item) {
      const team = teams?.clicked(list, item.id) ?? null
      tell((sink) => sink.onClick?.({ ...about(list), ...item, team }))
    },
  }
}

/**
 * Reports lists in view (`view_item_list`) and clicks (`select_item`) to Google Analytics 4: only the list's name, its
 * arm and the model. Items, ranks and anything that identifies a shopper are left out. Nothing is reported if the
 * browser sends Global Privacy Control.
 * @param send e.g. `(name, parameters) => gtag('event', name, parameters)`, or for Tag Manager `(event, parameters) =>
 * dataLayer.push({ event, ...parameters })`
 */
export function toGa4(
  send: (
    name: 'view_item_list' | 'select_item',
    parameters: {
      /** Name of the list, under the key that GA4 uses for a list's id. */
      readonly item_list_id: string
      /** Custom dimension, to be declared in GA4: arm of the trial. */
      readonly nearside_arm: Arm
      /** Custom dimension: version of the base model, the same for everybody; absent without a model. */
      readonly nearside_model?: string
      /** Custom dimension of a `select_item` in an interleaved list: team that picked the item. */
      readonly nearside_team?: Team
    },
  ) => void,
  refuses: () => boolean = () =>
    (globalThis.navigator as { globalPrivacyControl?: boolean } | undefined)
      ?.globalPrivacyControl === true,
): ListSink {
  const about = ({ list, arm, model }: About) => ({
    item_list_id: list,
    nearside_arm: arm,
    ...(model !== null && { nearside_model: model }),
  })
  return {
    onImpression: (shown) => refuses() || send('view_item_list', about(shown)),
    onClick: (click) =>
      refuses() ||
      send('select_item', {
        ...about(click),
        ...(click.team && { nearside_team: click.team }),
      }),
  }
}

/** An item of a list and its rank in the list, from 1. */
type Placed = {
  /** Id in the catalog. */
  readonly id: string
  /** Rank as shown, from 1. */
  readonly rank: number
}

/** Receiver of a widget's reports, passed to the widget as `measure`. */
export interface ListMeasure {
  /** Called when a list with these items comes into view, once each time that a page shows the list. */
  shown(list: string, items: readonly Placed[]): void
  /** Called when the shopper follows an item's link. */
  clicked(list: string, item: Placed): void
}
