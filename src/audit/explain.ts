/** @module Explains a bundle in words, for data protection officers without a technical background. */
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
    `This file was exported on ${day(bundle.exported)} by one browser. It contains what Nearside, the shop’s recommender, stores about one person in that browser, and the log of what Nearside did.`,
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
    'Code that the shop served wrote the log. A shop could serve other code to one person, and that code could write another log. Only an observer outside that code sees what it really sends: in the browser’s own list of requests, or on the network.',
    'This file can’t show that two separate parties run the two servers that add up the updates; only the servers themselves say so.',
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
      'The file is consistent, but this browser could not sign it: anybody who had the file could have rewritten all of it.',
    ]
  return [
    `Nobody who had only the file changed it. Each entry of the log contains the hash of the entry before it, and the last entry commits to the rest of the file. ${signed} of the entries are signed with a key that the browser created and never exports.`,
    ...wasFixed(audit),
    `That key is ${key}. Somebody else can sign another file only with another key, so compare this key with an earlier export of the same browser.`,
  ]
}

/** Says how many report ids fit the log. An id is a hash of the log before it, so a later change would show. */
function wasFixed({ fixed, witnessed, reports }: Audit): string[] {
  if (reports === 0) return []
  return [
    `The id of an update is computed from the log before it: ${fixed} of ${reports} ids fit this log. ${
      witnessed === null
        ? 'The second server’s own lists (--reports) show whether it received these updates, and whether it received later ones that this log lacks.'
        : `The second server received ${witnessed} of them in the rounds whose lists were given, and no later update that this log lacks.`
    }`,
  ]
}

function whatLeft(ledger: readonly LedgerEntry[], audit: Audit): string[] {
  const { follow, uploads, bytesSent, reports, remade, receipts } = audit
  const { epsilon, epsilonZeroOut, lossSquared } = audit
  const fetched = ledger
    .filter((entry) => entry.kind === 'request' && !isTokenRequest(entry))
    .reduce((sum, { detail }) => sum + Number(detail.count ?? 1), 0)
  const { tokenRequests: tokens, tokenBytes } = summaryOf(ledger)
  const asked = `The browser requested files ${times(fetched)}, according to the entries that the log still has. Such a request tells a server no more than any page view: an address and a time.${
    tokens
      ? ` It requested tokens ${times(Number(tokens))}, with ${count(Number(tokenBytes), 'byte')} that are random to the server.`
      : ''
  }`
  const calls = ledger.filter(({ kind, detail }) => kind === 'agent' && 'tool' in detail)
  const items = calls.reduce((sum, { detail }) => sum + Number(detail.items), 0)
  const told =
    calls.length === 0
      ? []
      : [
          `The person’s agent asked the shop’s tools ${times(calls.length)} and got ${count(items, 'product')} in the person’s order, without scores or reasons. The agent may have sent them to the company that runs it.`,
        ]
  if (uploads === 0) return ['The log has no update that was sent.', asked, ...told]
  const isCounted = ledger.some(({ kind, detail }) => kind === 'upload' && detail.counts === true)
  const content = isCounted
    ? 'Some updates also counted each product of the last 30 days. An update names no search and no person'
    : 'It names no product, no search and no person'
  const better = Math.ceil(100 * guessRate(substitutionMu(lossSquared)))
  const recipients = ledger
    .filter(({ kind }) => kind === 'upload')
    .map(({ detail }) => both(detail))
  return [
    `The browser sent updates ${times(uploads)}, ${count(bytesSent, 'byte')} in total; it sends an update again that got no answer. The log still lists ${reports} different updates. For ${receipts} there is a signed receipt.`,
    `An update is one list of numbers: how this person’s shopping would change the model that everybody shares. ${content}. An update has the same size for everybody. It is split between two servers, so that neither can read it alone; an operator of both could.`,
    `They went to ${[...new Set(recipients)].join('; to ') || 'servers whose entries were removed'}.`,
    `${remade} of them could be recomputed here from the stored data, identical to the last bit${follow === null ? '' : `; ${follow} follow from the person’s events in this file`}.`,
    `From all of them, somebody could guess which of two opposite sets of updates this person sent, and be right at most ${better} times in 100; a coin toss is right 50 times. That somebody would have to know everything else and see every published total. As a number: ε = ${epsilon.toPrecision(3)} by substitution (each update replaced by another); by zero-out (each update replaced by zeros) it is ${epsilonZeroOut.toPrecision(3)}.`,
    asked,
    ...told,
  ]
}

const ENDED: Readonly<Record<string, string>> = {
  terms: 'the servers asked for more than was agreed to, so the consent ended',
  recipients: 'the shop named other servers, so the consent ended',
}

/** Text that says what the person agreed to or requested; null for an entry of another kind. */
function agreementIn({ kind, detail }: LedgerEntry): string | null {
  switch (kind) {
    case 'consent':
      return detail.contribute === true
        ? `agreed to send updates${detail.counts === true ? ' that also count products' : ''}${detail.demonstration === true ? ' in a demonstration, which hides them badly,' : ''} to ${both(detail)}, in totals of at least ${detail.smallestCrowd}, at most ${detail.maxParticipations} in ${detail.periodDays} days, each at most ε = ${figure(detail.epsilonPerReport)}, at most ${figure(detail.epsilonPerYear)} a year; operators: ${detail.trust === 'trusted-server' ? 'one, who could read an update' : 'two'}${tokensOf(detail.tokens)}`
        : (ENDED[String(detail.why)] ?? 'withdrew')
    case 'erase':
      return `had data erased (${detail.what})`
    case 'seed':
      return `the shop handed over ${detail.orders} of the person’s own orders`
    case 'transfer':
      return detail.direction === 'out'
        ? `saved ${detail.events} events, sealed, for another device of their own`
        : `brought in ${detail.events} events of another device of their own`
    case 'restore':
      return 'had the data put back that was erased just before'
    case 'agent':
      if (!('allowed' in detail)) return null
      return `${detail.allowed === true ? 'allowed' : 'no longer allowed'} agents to ask this shop`
    default:
      return null
  }
}

function agreements({ ledger, settings }: Bundle, { consents, faults }: Audit): string[] {
  const said = ledger.flatMap((entry) => {
    const text = agreementIn(entry)
    return text === null ? [] : [`${day(entry.time)}: ${text}.`]
  })
  const without = faults.some(({ check }) => check === 'consent')
  return [
    ...(said.length > 0
      ? said
      : [
          consents
            ? 'To send updates, before the oldest entry that the log still lists.'
            : 'To nothing.',
        ]),
    ...(settings.consent?.wording === undefined
      ? []
      : [`The words that were shown: “${settings.consent.wording}”`]),
    `At the end, updates ${consents ? 'may' : 'may not'} be sent. ${without ? 'Something was sent without a consent: see above.' : 'Each update in the log has a consent before it.'}`,
  ]
}

const both = ({ leaderOperator, leader, helperOperator, helper }: LedgerEntry['detail']) =>
  `${leaderOperator} (${leader}) and ${helperOperator} (${helper})`
const figure = (value: unknown) => String(Number(Number(value).toPrecision(3)))

function tokensOf(tokens: unknown): string {
  if (tokens === 'account')
    return '; each with a token that the shop gives to signed-in shoppers, so it knows who takes part, but not whose update is whose'
  return tokens === 'work' ? '; each with a token that costs the browser some work' : ''
}

function whatIsStored({ events, personal, settings }: Bundle): string[] {
  const byName = new Map<string, number>()
  let [from, until] = [Infinity, -Infinity]
  for (const { name, time } of events.filter(isRecord)) {
    byName.set(String(name), (byName.get(String(name)) ?? 0) + 1)
    if (typeof time === 'number') [from, until] = [Math.min(from, time), Math.max(until, time)]
  }
  const counts = [...byName].map(([name, count]) => `${count} × ${name}`).join(', ')
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
