/**
 * @module Explains a bundle in words, for somebody who is responsible for people's data and has no technical
 * background. Five questions, in their usual order.
 */
import { substitutionMu } from '@nearside/aggregate/privacy/gaussianAccountant.ts'
import type { LedgerEntry } from '@nearside/browser/ledger/entry.ts'
import { isTokenRequest, summaryOf } from '@nearside/browser/ledger/removed.ts'
import { isRecord } from '@nearside/core/isRecord.ts'
import { guessRate } from '@nearside/core/normal.ts'
import type { Bundle } from './bundle.ts'
import type { Audit } from './verify.ts'

/** @returns lines; empty lines separate the questions */
export function explain(bundle: Bundle, audit: Audit): string[] {
  return [
    `This file was exported on ${day(bundle.exported)} by one browser. It holds what Nearside, the shop’s recommender, keeps about one person there, and the log of what it did.`,
    '',
    'WAS THE FILE CHANGED?',
    ...wasChanged(audit),
    '',
    'WHAT LEFT THE BROWSER?',
    ...whatLeft(bundle.ledger, audit),
    '',
    'WHAT DID THE PERSON AGREE TO?',
    ...agreements(bundle, audit),
    '',
    'WHAT IS STORED?',
    ...whatIsStored(bundle),
    '',
    'WHAT DOES THIS NOT PROVE?',
    'The log was written by code that the shop served. A shop could serve other code to one person, and that code could write another log. What the code really sends shows only from outside: in the browser’s own list of requests, or by watching the network.',
    'That the two servers which add the updates up are run by two parties is what they say of themselves; this file can’t tell.',
    ...audit.notes,
  ]
}

function wasChanged(audit: Audit): string[] {
  const { ok, faults, signed, key } = audit
  if (!ok)
    return [
      `It does not hold, for ${faults.length} reason${faults.length === 1 ? '' : 's'}:`,
      ...faults.map(
        ({ entry, message }) => `- ${entry === null ? '' : `entry ${entry}: `}${message}`,
      ),
    ]
  if (key === null)
    return [
      'It agrees with itself, but this browser could not sign it: whoever had the file could have made all of it anew.',
    ]
  return [
    `Not by anybody who had only the file. Every entry of the log follows from the one before, the last one vouches for all the rest, and ${signed} of them are signed with a key that the browser made and does not give out.`,
    ...wasFixed(audit),
    `That key is ${key}. Somebody who makes a key of their own can sign another file, with that other key: compare it with an earlier export of the same browser.`,
  ]
}

/** Says what a script of the shop could not undo afterwards. */
function wasFixed({ fixed, witnessed, reports }: Audit): string[] {
  if (reports === 0) return []
  const begin = `The number of an update is made from the log before it: ${fixed} of ${reports} fit this log.`
  const end =
    witnessed === null
      ? 'Whether the second server has got them, and no later one, shows beside its own list (--reports).'
      : `The second server has got ${witnessed} of them, in the rounds whose lists were given, and none there that should follow and is missing here.`
  return [`${begin} ${end}`]
}

function whatLeft(ledger: readonly LedgerEntry[], audit: Audit): string[] {
  const { follow, uploads, bytesSent, reports, remade, receipts } = audit
  const { epsilon, epsilonZeroOut, lossSquared } = audit
  const fetched = ledger.reduce(
    (sum, entry) =>
      sum +
      (entry.kind === 'request' && !isTokenRequest(entry) ? Number(entry.detail.count ?? 1) : 0),
    0,
  )
  const { tokenRequests: tokens, tokenBytes } = summaryOf(ledger)
  const asked = `Files were asked for ${times(fetched)}, as far as the log still lists it. That tells a server what any page view does: an address and a time.${
    tokens
      ? ` Tokens were asked for ${times(Number(tokens))}, with ${count(Number(tokenBytes), 'byte')} that are random to the server.`
      : ''
  }`
  if (uploads === 0) return ['The log has no update that was sent.', asked]
  const better = Math.ceil(100 * guessRate(substitutionMu(lossSquared)))
  return [
    `Updates were sent ${times(uploads)}, ${count(bytesSent, 'byte')} together; the log still lists ${reports} of them one by one (one that got no answer is sent again). For ${receipts} there is a signed receipt.`,
    'An update is one list of numbers: how this person’s shopping would change what is the same for everybody. It names no product, no search and no person, is the same size for everybody, and is split between two servers so that neither can read it alone; one operator of both could.',
    `They went to ${recipientsIn(ledger)}.`,
    `${remade} of them could be made again here from what the browser kept, and came out the same to the last bit${follow === null ? '' : `; ${follow} follow from the person’s events in this file`}.`,
    `From all of them somebody could tell which of two opposite sets of updates this person sent: rightly at most ${better} times in 100, where a coin is right 50 times. That somebody would have to know everything else and see every published total. As a number: ε = ${epsilon.toPrecision(3)} by substitution (another update in place of each); by zero-out (none in its place) it is ${epsilonZeroOut.toPrecision(3)}.`,
    asked,
  ]
}

/** Recipients of the uploads that the log still lists. */
function recipientsIn(ledger: readonly LedgerEntry[]): string {
  const named = ledger.flatMap(({ kind, detail }) => (kind === 'upload' ? [both(detail)] : []))
  return [...new Set(named)].join('; to ') || 'servers whose entries were removed'
}

const ENDED: Readonly<Record<string, string>> = {
  terms: 'the servers asked for more than was agreed to, so the consent ended',
  recipients: 'the shop named other servers, so the consent ended',
}

function agreements({ ledger, settings }: Bundle, { consents, faults }: Audit): string[] {
  const said = ledger.flatMap(({ kind, time, detail }) =>
    kind === 'consent'
      ? [
          detail.contribute === true
            ? `${day(time)}: agreed to send updates${detail.demonstration === true ? ' in a demonstration, which hides them badly,' : ''} to ${both(detail)}, in totals of at least ${detail.smallestCrowd}, at most ${detail.maxParticipations} in ${detail.periodDays} days, each at most ε = ${figure(detail.epsilonPerReport)}, at most ${figure(detail.epsilonPerYear)} a year; operators: ${detail.trust === 'trusted-server' ? 'one, who could read an update' : 'two'}${tokensOf(detail.tokens)}.`
            : `${day(time)}: ${ENDED[String(detail.why)] ?? 'withdrew'}.`,
        ]
      : kind === 'erase'
        ? [`${day(time)}: had something erased (${detail.what}).`]
        : kind === 'seed'
          ? [`${day(time)}: the shop handed over ${detail.orders} of the person’s own orders.`]
          : kind === 'transfer'
            ? [
                `${day(time)}: ${
                  detail.direction === 'out'
                    ? `saved ${detail.events} events, sealed, for another device of their own`
                    : `brought in ${detail.events} events of another device of their own`
                }.`,
              ]
            : kind === 'restore'
              ? [`${day(time)}: had what was erased just before put back.`]
              : [],
  )
  const without = faults.some(({ check }) => check === 'consent')
  return [
    ...(said.length > 0
      ? said
      : [
          consents
            ? 'To send updates, before the oldest entry that the log still lists.'
            : 'To nothing.',
        ]),
    ...wordsOf(settings),
    `At the end, updates ${consents ? 'may' : 'may not'} be sent. ${without ? 'Something was sent without a consent: see above.' : 'Each update in the log has a consent before it.'}`,
  ]
}

const both = ({ leaderOperator, leader, helperOperator, helper }: LedgerEntry['detail']) =>
  `${leaderOperator} (${leader}) and ${helperOperator} (${helper})`
const figure = (value: unknown) => String(Number(Number(value).toPrecision(3)))

function tokensOf(tokens: unknown): string {
  if (tokens === 'account')
    return '; each with a token that the shop gives to who is signed in, so it knows who takes part, not which update is theirs'
  return tokens === 'work' ? '; each with a token that costs the browser some work' : ''
}

/** Words of the consent in force, as the shopper saw them. */
function wordsOf({ consent }: Bundle['settings']): string[] {
  return consent?.wording !== undefined ? [`The words that were shown: “${consent.wording}”`] : []
}

function whatIsStored({ events, personal, settings }: Bundle): string[] {
  const byName = new Map<string, number>()
  const times: number[] = []
  for (const event of events.filter(isRecord)) {
    byName.set(String(event.name), (byName.get(String(event.name)) ?? 0) + 1)
    if (typeof event.time === 'number') times.push(event.time)
  }
  const counts = [...byName].map(([name, count]) => `${count} × ${name}`).join(', ')
  const [from, until] = [
    times.reduce((a, b) => Math.min(a, b), Infinity),
    times.reduce((a, b) => Math.max(a, b), -Infinity),
  ]
  const openings = settings.openings?.length ?? 0
  return [
    events.length === 0
      ? 'No events.'
      : `${count(events.length, 'event')} from ${day(from)} to ${day(until)}: ${counts}.`,
    `${count(personal.versions.length, 'version')} of what was learned from them (numbers), and what the last ${count(openings, 'update')} was made from. All of that is in this file.`,
  ]
}

function day(time: number): string {
  const date = new Date(time)
  return Number.isNaN(date.getTime()) ? 'an unknown day' : date.toISOString().slice(0, 10)
}

const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`
const times = (n: number) => (n === 1 ? 'once' : `${n} times`)
