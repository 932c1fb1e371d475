/** @module Impressions and clicks of lists, told to whom the shop names; to nobody by default. */
import type { Personalizer } from '../../device/api.ts'
import type { Arm } from '../../device/apiSnapshot.ts'
import type { ListMeasure, Placed } from './listMeasure.ts'

/** A list that came into view. */
export interface Impression {
  /** The list's name: the widget's `list`, by default what it is, e.g. `forYou`. */
  readonly list: string
  /** `personal` without a trial. */
  readonly arm: Arm
  /** In the order shown. */
  readonly items: readonly Placed[]
}

/** An item of a list that was followed. */
export interface Click extends Placed {
  /** The list's name. */
  readonly list: string
  /** `personal` without a trial. */
  readonly arm: Arm
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
export function measureLists(personalizer: Personalizer, ...sinks: ListSink[]): ListMeasure {
  const arm = () => personalizer.getSnapshot().trial?.arm ?? 'personal'
  function tell(say: (sink: ListSink) => void): void {
    for (const sink of sinks)
      try {
        say(sink)
      } catch (error) {
        console.error(error)
      }
  }
  return {
    shown: (list, items) => tell((sink) => sink.onImpression?.({ list, arm: arm(), items })),
    clicked: (list, item) => tell((sink) => sink.onClick?.({ list, arm: arm(), ...item })),
  }
}

/** What GA4 is told of a list: its name and the arm. No item, no place, nothing that tells shoppers apart. */
export interface Ga4Parameters {
  /** GA4's own name for a list's. */
  readonly item_list_id: string
  /** A dimension of the shop's, to be declared in GA4. */
  readonly nearside_arm: Arm
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
  const about = ({ list, arm }: Impression | Click): Ga4Parameters => ({
    item_list_id: list,
    nearside_arm: arm,
  })
  return {
    onImpression: (shown) => refuses() || send('view_item_list', about(shown)),
    onClick: (click) => refuses() || send('select_item', about(click)),
  }
}
