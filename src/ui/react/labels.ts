/**
 * @module The strings of widgets and panel in English. A shop in another language passes its own to the provider;
 * missing strings stay English.
 */

import { SHARING_ENGLISH } from '@nearside/browser/vault/words/english.ts'
import type { EventName } from '@nearside/core/events/event.ts'
import { count, ENGLISH_LISTS } from './listLabels.ts'
import { STORED_ENGLISH } from './storedLabels.ts'

/** Actions of the panel's buttons. `forget-disk`: forgotten, but not on disk; `unpersist`: storing declined. */
export type Wish =
  | 'contribute'
  | 'persist'
  | 'unpersist'
  | 'terms'
  | 'pause'
  | 'resume'
  | 'forget'
  | 'forget-disk'
  | 'undo'
  | 'export'
  | 'erase'

const FAILED: Readonly<Record<Wish, string>> = {
  contribute: 'Your choice could not be saved. Please try again.',
  persist:
    'Your browser could not do that. What you did on this page lasts until you close it. Please try again.',
  unpersist:
    'It could not be erased and is still in this browser. Try again, or clear this site’s data.',
  terms: 'The servers do not answer now. Please try again later.',
  pause: 'Your choice could not be saved. The button shows what holds while this page is open.',
  resume: 'Your choice could not be saved. The button shows what holds while this page is open.',
  forget: 'That could not be forgotten. Please try again.',
  'forget-disk':
    'It is gone from this tab only: your browser did not delete what it had saved, so it will be back at your next visit. Please try again then.',
  undo: 'That could not be brought back.',
  export: 'Your data could not be exported. Please try again.',
  erase: 'Not everything could be erased. Please try again.',
}

const EVENTS: Readonly<Record<EventName, readonly [one: string, many: string]>> = {
  view_item: ['view', 'views'],
  view_item_list: ['list shown', 'lists shown'],
  select_item: ['click', 'clicks'],
  add_to_cart: ['basket addition', 'basket additions'],
  remove_from_cart: ['basket removal', 'basket removals'],
  add_to_wishlist: ['wishlist addition', 'wishlist additions'],
  purchase: ['purchase', 'purchases'],
  search: ['search', 'searches'],
}

function listed(parts: readonly string[]): string {
  const last = parts.at(-1) ?? ''
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`
}

/** Strings of widgets and panel in English. */
export const ENGLISH = {
  ...ENGLISH_LISTS,
  ...STORED_ENGLISH,

  lead: 'This shop sorts its lists on your device, by what you view, search for and buy. Nothing about it is sent unless you choose to share. Like any website’s, the shop’s server sees which pages and files your browser asks for.',
  storedNothing: 'Nothing is stored about you.',
  /** Heading of the stored actions, each with a button to forget it. */
  storedOneByOne: (actions: number) => `${count(actions, 'stored action')}, one by one`,
  /** Shown before deletion; `others`: products removed only because a purchase is deleted whole. */
  forgetGoes: (
    name: string,
    events: Readonly<Partial<Record<EventName, number>>>,
    others: number,
  ) => {
    const parts = (Object.keys(EVENTS) as EventName[]).flatMap((event) => {
      const n = events[event] ?? 0
      return n === 0 ? [] : `${n} ${EVENTS[event][n === 1 ? 0 : 1]}`
    })
    if (parts.length === 0) return `Nothing is stored about ${name}.`
    const whole = `A purchase is deleted as a whole, with ${count(others, 'other product')}.`
    return `Forgetting ${name} deletes ${listed(parts)}.${others > 0 ? ` ${whole}` : ''}`
  },
  forgetSure: 'Yes, forget it',
  /** Shown with the button `undo`. */
  forgotten: (name: string) =>
    `${name} has been forgotten. Until you close this, you can bring it back.`,
  undo: 'Undo',
  restored: (name: string) => `${name} is back.`,
  /** Shown when a button's action fails. */
  failed: (wish: Wish) => FAILED[wish],

  kept: 'Stored',
  keptHere: 'In this browser, on this device',
  keptInPage: 'Only until you close this page',
  /** Switch in a shop that uses `persist: 'ask'`. */
  keep: 'Keep what this shop learns in this browser',
  keepText:
    'On: it is there at your next visit. Off: it is erased from this browser, and lasts until you close this page.',
  computedWith: 'Calculated with',
  starting: 'Starting…',
  noEngine: 'Nothing yet',
  /** Shown when this page has not computed a fit yet. */
  engineIdle: (engine: string) => `${engine}, when it last learned`,
  engineOn: (engine: string, device: string) => `${engine} on ${device}`,
  lastLearned: 'Last learned',
  learningNow: (done: number, steps: number) => `Learning now: step ${done} of ${steps}`,
  waiting: 'Paused to save battery or data',
  notLearned: 'Not yet. It takes a few clicks.',
  learnedIn: (milliseconds: string, engine: string) => `In ${milliseconds} ms, on ${engine}`,
  check: 'Personalisation',
  checkPaused: 'Paused: nothing new is learned',
  checkNothing: 'On, not tested yet',
  checkInUse: 'On. Tested on your last choices',
  checkOff: 'Off: everyone’s order matched your last choices better',

  /** @param bytes null if nothing was shared */
  shared: (bytes: string | null) => (bytes === null ? 'Shared nothing' : `Shared ${bytes} bytes`),
  /** Follows `shared` if anything was shared. */
  sharedIn: (reports: number, epsilon: string | null) =>
    ` in ${count(reports, 'update')}${epsilon === null ? '' : `, privacy loss ε = ${epsilon}`}`,
  help: 'Help the shop learn',
  helpText:
    'Now and then your device sends an update, small corrections to the shared model: no clicks, products, searches or names. It is cut to a fixed size and split between two servers. Neither half can be read on its own; the servers add up halves and blur the total. That it makes recommendations better is not proven. Stop whenever you like; what has been added stays.',
  /** First line where the shop is a demonstration. */
  demonstration: SHARING_ENGLISH.demonstration,
  /** Recipients and cost of an update, shown before the shopper agrees. */
  terms: SHARING_ENGLISH.terms,
  /** @param spent ε of the updates of the last year */
  used: (spent: string) => `Used in the last year: ε = ${spent}.`,
  askTerms: 'Ask both servers who they are',
  privacyControl:
    'Your browser asks sites not to share (Global Privacy Control), so nothing is sent.',
  contribute: 'Contribute to the shared model',
  onSince: (date: string) => `On since ${date}.`,

  yourData: 'Your data',
  pause: 'Pause learning',
  exportData: 'Export my data',
  /** Shown before an export. */
  exportHolds:
    'Anyone with the file can read what you viewed, searched for and bought, and what was learned.',
  erase: 'Erase everything',
  eraseSure: (actions: number) => `Yes, erase everything: ${count(actions, 'action')}`,
  eraseKeep: 'Keep it',
  erased: 'Erased. One entry of the log remains: how much was shared, at what cost.',
}

/** Strings, and functions that insert names and numbers. */
export type Labels = Readonly<typeof ENGLISH>
