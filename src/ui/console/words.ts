/**
 * @module The console's strings in English, except those of the technical details, which load with them.
 * A shop passes strings in another language; missing strings stay English.
 */

import type { PersonalizerSnapshot } from '@nearside/browser/apiSnapshot.ts'
import { SHARING_ENGLISH } from '@nearside/browser/vault/words/english.ts'
import type { ErrorCode } from '@nearside/core/error.ts'
import type { EventName } from '@nearside/core/events/event.ts'
import { ENGLISH_LISTS } from '../react/listLabels.ts'
import { STORED_ENGLISH } from '../react/storedLabels.ts'
import type { TechnicalLabels } from './technical/words.ts'

const EVENTS: Readonly<Record<EventName, string>> = {
  view_item: 'Products that you looked at',
  view_item_list: 'Lists that you were shown',
  select_item: 'Products that you clicked in a list',
  add_to_cart: 'Products put into the basket',
  remove_from_cart: 'Products taken out of the basket',
  add_to_wishlist: 'Products put on the wishlist',
  purchase: 'Orders',
  search: 'Searches',
}

const count = (n: number, one: string, many = `${one}s`) => `${n} ${n === 1 ? one : many}`

/** The console’s strings in English. */
export const CONSOLE_ENGLISH = {
  reading: 'Reading the log…',
  unreadable: (why: string) => `The log can’t be read: ${why}`,
  again: 'Try again',
  /** @param why reason in English */
  wentWrong: (why: string, _code?: ErrorCode): string => why,

  left: 'What left?',
  ordinary: 'Page and image requests',
  ordinaryFigure: 'As in any shop',
  ordinaryText:
    'Any web server sees them: address, time, your network address and browser. Our log can’t list these; your browser can. See “Can I check that?”',
  files: 'Recommendation files',
  /** @param asking bytes that a relay carried; 0 without one */
  filesFigure: (n: number, asking: string | number) =>
    n || asking
      ? `${count(n, 'file')} came in, ${asking ? `${asking} bytes` : 'nothing'} went out`
      : 'None',
  filesText: (kilobytes: string, asked: number) =>
    `The shop’s products and what its orders taught: the same files for everybody. ${kilobytes} kB came in.${asked > 0 ? ` The terms of sharing were asked for ${count(asked, 'time')}.` : ''}`,
  /** Requests for the terms, where a relay carries them. */
  throughRelay: 'A relay carried that, sealed.',
  filesSince: (day: string) => `Since ${day}.`,
  tokens: 'Rights to send an update',
  tokensFigure: (n: number, bytes: string) => `${count(n, 'request')}, ${bytes} bytes`,
  tokensText:
    'Your browser asks for one before an update. The bytes are random to the server that gets them.',
  updates: 'Shared updates',
  updatesFigure: (n: number, bytes: string) =>
    n === 0 ? 'None' : `${count(n, 'update')}, ${bytes} bytes`,
  updatesText: (n: number): string =>
    n === 0
      ? 'Sent only if you agree, and logged first.'
      : 'Each was in the log before its first byte left. What they are and what they cost is said below.',

  learnable: {
    title: 'What could somebody learn from this?',
    pages:
      'Which pages and pictures you open, when, and from which network address. The shop’s server sees that in any shop. The recommendation files are the same for everybody and say nothing about you.',
    tokens: (kind?: 'account' | 'work', byRelay = false): string =>
      kind === 'account'
        ? 'That your account takes part, and when. Not which update is yours, and nothing of what you did.'
        : byRelay
          ? 'That somebody takes part, and when. The relay alone sees your network address. Nothing of what you did.'
          : 'That somebody at your network address takes part, and when. Nothing of what you did.',
    oneUpdate: 'One shared update',
    update: (trust: 'two-aggregators' | 'trusted-server', byRelay = false): string =>
      `${
        trust === 'trusted-server'
          ? 'One operator runs both servers and could read it'
          : byRelay
            ? 'Either server alone sees random numbers and the time, the relay your network address. Both servers together could read it'
            : 'Either server alone sees random numbers, your network address and the time. Both servers together could read it'
      }: some 40 numbers that tell roughly what you were interested in, no product and no search.`,
    manyUpdates: 'The sum of many updates',
    sum: (times: string) =>
      `Noise hides you in the sum, though not perfectly. Somebody who knew everything else about everybody could guess about one update of yours, and would be right at most ${times} times in 100; a coin is right 50 times.`,
    more: 'What we claim, how to check it, and its limits',
  },

  stored: 'What is stored?',
  storedHere:
    'In this browser’s storage, on this device. Any script on this shop’s pages could read it.',
  storedInVault:
    'In this browser’s storage, at an address of its own. Scripts on this shop’s pages can’t open it; they can ask for what is shown here.',
  storedInPage: 'In this page’s memory. It is gone when the page closes.',
  storedNothing: 'Nothing about you yet.',
  storedRows: 'What is here, by kind',
  kind: 'Kind',
  howMany: 'How many',
  when: 'From – to',
  remove: 'Delete',
  show: 'Show',
  learnedFrom: ENGLISH_LISTS.learnedFrom,
  action: STORED_ENGLISH.action,
  forget: STORED_ENGLISH.forget,
  forgetThis: STORED_ENGLISH.forgetThis,
  showAll: STORED_ENGLISH.showAll,
  event: (name: EventName) => EVENTS[name],
  learned: 'What was learned from these (numbers; they go with them)',
  log: 'The log: what left, was agreed to and was deleted',
  keptUpdates: 'Your last updates (12 at most), so that they can be checked',
  everything: 'All of this',
  keptFor: (days = Number.POSITIVE_INFINITY) =>
    days === Number.POSITIVE_INFINITY
      ? 'Kept until you delete it.'
      : `What you did more than ${count(days, 'day')} ago is deleted whenever this shop is opened.`,
  sure: (what: string, actions: number) => `Delete ${count(actions, 'action')}: ${what}?`,
  sureYes: 'Yes, delete',
  keep: 'Keep',
  removed: (what: string) => `Deleted: ${what}.`,
  untilThen: 'Until you leave this page, you can bring it back.',
  undo: 'Undo',
  restored: (what: string) => `Brought back: ${what}.`,
  trial: ({ share, arm }: NonNullable<PersonalizerSnapshot['trial']>) =>
    arm === 'interleaved'
      ? 'This shop compares lists: in some, your own order and everybody’s pick in turn. How often you followed more of the one or the other is kept, and deleted with all of this.'
      : `This shop compares lists: ${figure(100 * share)} of 100 browsers see everybody’s, by a coin that each tosses by itself. This one sees ${
          arm === 'personal' ? 'its own' : 'everybody’s'
        }; only that is kept, and deleted with all of this.`,
  alsoGoes:
    'Also stored, as far as there is any, and deleted with all of this: your answer about sharing, the servers’ terms, an update to be sent again, a secret that numbers updates, which engine was faster, the last look for a newer model.',
  alsoStays:
    'Kept even then: one entry of the log (that this was done, how much was shared and what that cost), the budget used so far, whether learning is paused, the log’s key, the shop’s products, model and addresses. Not deleted from here: totals with your updates, what the shop’s pages and servers keep, this browser’s cache and history, deleted data on the disk until it is overwritten (clearing this site’s data in the browser takes that, too).',

  agreed: 'What did I agree to?',
  agreedNothing: 'To nothing: no update leaves.',
  agreedSince: (day: string) => `To share updates, since ${day}. You can stop at any time.`,
  noServers: 'To nothing. This shop takes no updates, so there is no way to send one.',
  demonstration: SHARING_ENGLISH.demonstration,
  wording: SHARING_ENGLISH.wording,
  terms: SHARING_ENGLISH.terms,
  agreedWords: 'The words that you agreed to',
  privacyControl:
    'This browser asks sites not to share (Global Privacy Control): no update leaves, whatever is chosen here.',
  contribute: 'Contribute to the shared model',
  contributeNeeds: STORED_ENGLISH.contributeNeeds,
  askTerms: 'Ask both servers for their terms',
  asking: 'Asking both servers…',
  asked: 'These are their terms.',
  given: 'Agreed.',
  withdrawn: 'Withdrawn.',
  answers: 'Your answers',
  answered: (contribute: boolean, why: unknown): string =>
    contribute
      ? 'agreed'
      : why === 'terms'
        ? 'ended, because the servers asked for more than was agreed to'
        : why === 'recipients'
          ? 'ended, because the shop named other servers'
          : 'withdrew',
  sentUpdates: 'Updates, newest first',
  time: 'Time',
  size: 'Size',
  bytes: (n: string) => `${n} bytes`,
  cost: 'ε used by then',
  shares: (leader: string) =>
    `Each went to ${leader} in two sealed parts: for that server the numbers behind a random mask, for the other the key to the mask.`,
  budget: (spent: string, most: string) => `Privacy budget of a year: ε = ${spent} of ${most} used`,
  hidden: (times: string) =>
    `Along any one direction of a total, the noise of one server alone is typically ${times} × the largest update.`,
  guess: (times: number) =>
    `Somebody who knew everything else and saw every published total could guess which of two opposite sets of updates you sent: rightly at most ${times} times in 100; a coin is right 50 times.`,

  check: 'Can I check that?',
  verify: 'Check the log now',
  verifying: 'Checking every entry…',
  verified: (entries: number, signed: number, last: number) =>
    `The log holds: ${count(entries, 'entry', 'entries')}, ${signed} signed by this browser, the last of them No. ${last}. Up to there nothing was changed, left out or slipped in without its key; what came after is not signed yet.`,
  unsigned: (entries: number) =>
    `The log is whole in itself: ${count(entries, 'entry', 'entries')}, none signed. Nothing was changed, left out or slipped in, unless all of it was made anew. An export signs it if this browser can.`,
  broken: (entry: unknown) =>
    `The log does not hold from entry ${entry} on: it was changed or damaged.`,
  proves: 'What that does not prove',
  provesText:
    'That the code was honest: the shop’s own code writes, signs and checks the log, and a shop can serve other code to one visitor. Nor that the log’s end was not cut off, or who runs the servers. So look from outside, too.',
  tools: 'With your browser’s own tools',
  steps: [
    'Press F12, open “Network”, tick “Preserve log” (Firefox: “Persist Logs”).',
    'Use the shop: look, search, fill the basket.',
    'Type method:POST into the filter. What remains sent a body. From the recommender, that is only what is listed above: updates, rights to send them and, where a relay carries them, questions for the terms.',
    '“Application” (Firefox: “Storage”), “IndexedDB” shows what is stored.',
  ] as readonly string[],
  auditor: 'For an auditor',
  auditorText:
    'Export your data. Our code checks it without a network; so does a program that shares none with it:',

  take: 'Take it with me',
  takeText:
    'Anyone with the file can read what you looked at, searched for and bought, and what was learned. The report shows no more than this page.',
  print: 'Print this page as a report',
  save: 'Export my data',
  saved: 'Saved as my-shop-data.json.',

  transfer: 'To another device of mine',
  transferText:
    'A file takes what you did in this shop to your phone or computer, and a code opens it there. Without the code nobody can read the file. You carry both; this page sends neither. Your answer about sharing stays here: if you share on both devices, each uses a budget of its own, and what you bring counts on both.',
  transferSave: 'Save a file for another device',
  transferSealing: 'Sealing the file…',
  transferSaved: 'Saved as my-shop-transfer.json. Note the code: it is not kept.',
  transferCode: 'The code of your file:',
  transferFile: 'File from another device',
  transferCodeOf: 'Its code',
  transferBring: 'Bring it in',
  transferReading: 'Opening the file…',
  transferTaken: (n: number) =>
    n === 0
      ? 'Nothing in it is new here.'
      : `Brought in: ${count(n, 'action')}. Delete them above like any other.`,
  transferPaused: 'Learning is paused: resume it to bring something in.',

  technical: 'Technical details',
  loading: 'Loading…',
}

/** Strings, and functions that insert names and numbers. */
export type ConsoleLabels = Readonly<typeof CONSOLE_ENGLISH> & {
  /** Strings of the technical details. */
  readonly details?: Partial<TechnicalLabels>
}

const figure = (value: number) => String(Number(value.toPrecision(3)))
