/**
 * @module Events of a shopper, named as GA4's ecommerce events, and their sessions.
 * @see https://developers.google.com/analytics/devguides/collection/ga4/ecommerce
 */

/** Names of the events that a shop's log can contain, as in GA4. The model's encoder has a row for each name. */
export const LOG_NAMES = [
  'view_item',
  'view_item_list',
  'select_item',
  'add_to_cart',
  'remove_from_cart',
  'add_to_wishlist',
  'purchase',
  'search',
] as const

/**
 * Events by which a shopper answers a recommendation, such as "not for me". Answers change the lists of this device
 * (`ranking/itemFilters.ts`); the model doesn't read them.
 */
export const ANSWER_NAMES = ['less_like_this', 'not_for_me', 'have_this'] as const

export const EVENT_NAMES = [...LOG_NAMES, ...ANSWER_NAMES] as const

/** Name of an event that a shop's log can contain, as in GA4. */
export type LogName = (typeof LOG_NAMES)[number]
/** Name of an event by which a shopper answers a recommendation, such as "not for me". */
export type AnswerName = (typeof ANSWER_NAMES)[number]
/** Name of an event that a device stores. */
export type EventName = LogName | AnswerName

export const isAnswer = (name: EventName): name is AnswerName =>
  (ANSWER_NAMES as readonly EventName[]).includes(name)

/** Quantity and unit price of an item in an event. */
export interface OrderLine {
  /** Number of pieces. */
  readonly quantity?: number
  /** Price of one piece, in the catalog's currency. */
  readonly price?: number
}

/** Stored event, which is immutable. `id` identifies the event, so that storing it twice changes nothing. */
export interface ShopperEvent {
  /** Id, unique on this device. */
  readonly id: string
  /** Action of the shopper. */
  readonly name: EventName
  /** Time in milliseconds since the epoch. */
  readonly time: number
  /** Id of the visit that the event belongs to. */
  readonly session: string
  /** Item ids in the given order: one for a view, several for a purchase, none for a search. */
  readonly items: readonly string[]
  /** Number of pieces, for an event with one item. */
  readonly quantity?: number
  /** Price of one piece in the catalog's currency, for an event with one item. */
  readonly price?: number
  /** Quantity and price of each item, in the sequence of `items`; absent for one item, or if none is known. */
  readonly lines?: readonly OrderLine[]
  /** Search query, for a search. */
  readonly query?: string
  /** Duration of the view in milliseconds, if known. */
  readonly dwellMs?: number
  /** Time when the shop passed the event to `seed`, milliseconds since the epoch; absent for events of this device. */
  readonly seeded?: number
  /**
   * Time when the event came from the shopper's other device, milliseconds since the epoch; absent for other events.
   */
  readonly transferred?: number
  /** Context that the shop provided at the time of the event; learning reads this context later. */
  readonly context?: Readonly<Record<string, string>>
}

/**
 * Time when the shop or another device sent the event, milliseconds since the epoch; undefined for events of this
 * device.
 */
export const handedOver = ({ seeded, transferred }: Pick<ShopperEvent, 'seeded' | 'transferred'>) =>
  transferred ?? seeded

/** Maximum gap within a session, in milliseconds: GA4's default of 30 minutes. */
export const SESSION_GAP = 30 * 60_000

interface Last {
  /** Time of the latest event in milliseconds since the epoch; null if there is none. */
  readonly lastTime: number | null
  readonly session: string
}

/**
 * Session of an event. A session has the id of its first event, so that storing an event twice gives the same result. A
 * clock that jumps back by more than the gap also starts a new session.
 */
export function sessionOf(
  { lastTime, session }: Last,
  event: { readonly id: string; readonly time: number },
): string {
  return lastTime !== null && Math.abs(event.time - lastTime) <= SESSION_GAP ? session : event.id
}
