/** @module Impressions and clicks of lists, told to whom the shop names; to nobody by default. */
import type { Personalizer } from '../../device/api.ts'
import type { Arm, Team } from '../../device/apiSnapshot.ts'
import type { Interleaved } from './interleave.ts'
import type { ListMeasure, Placed } from './listMeasure.ts'

/** Which list it was, of which arm and model. */
export interface About {
  /** The list's name: the widget's `list`, by default what it is, e.g. `forYou`. */
  readonly list: string
  /** `personal` without a trial. */
  readonly arm: Arm
  /** Version of the base model; null without one. */
  readonly model: string | null
}

/** A list that came into view. */
export interface Impression extends About {
  /** In the order shown. */
  readonly items: readonly Placed[]
}

/** An item of a list that was followed. */
export interface Click extends Placed, About {
  /** Whose pick it was, of a list that was interleaved; else null. */
  readonly team: Team | null
}

/** Who is told. */
export interface ListSink {
  /** A list came into view; once for each time that a page shows it. */
  onImpression?(impression: Impression): void
  /** The shopper followed an item's link. */
  onClick?(click: Click): void
}

/**
 * For `measure` of the provider, or of `provide`. A sink that throws breaks nothing.
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

/** What GA4 is told of a list: its name, arm and model. No item, no place, nothing that tells shoppers apart. */
export interface Ga4Parameters {
  /** GA4's own name for a list's. */
  readonly item_list_id: string
  /** A dimension of the shop's, to be declared in GA4. */
  readonly nearside_arm: Arm
  /** Likewise: version of the base model, the same for everybody; absent without one. */
  readonly nearside_model?: string
  /** Likewise, of a `select_item` in an interleaved list: whose pick it was. */
  readonly nearside_team?: Team
}

/**
 * Tells Google Analytics 4 that a list was seen (`view_item_list`) or something in it followed
 * (`select_item`), and nothing where the browser asks not to share (Global Privacy Control).
 * @param send e.g. `(name, parameters) => gtag('event', name, parameters)`, or for Tag Manager
 * `(event, parameters) => dataLayer.push({ event, ...parameters })`
 */
export function toGa4(
  send: (name: 'view_item_list' | 'select_item', parameters: Ga4Parameters) => void,
  refuses: () => boolean = () =>
    (globalThis.navigator as { globalPrivacyControl?: boolean } | undefined)
      ?.globalPrivacyControl === true,
): ListSink {
  const about = ({ list, arm, model }: About): Ga4Parameters => ({
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
