/** @module Explains the terms of sharing in words: what an update contains, who gets it, and what it could reveal. */

import type { ContributionTerms } from '../contribution/terms.ts'
import { guessesOf } from '../guesses.ts'
import type { Words } from '../page/words.ts'
import sharing from './messages/sharing.en.json' with { type: 'json' }

/** English texts of the agreement to share, shown in the vault, the privacy panel and the privacy console. */
export const SHARING_ENGLISH = { ...sharing }

export type SharingKey = keyof typeof SHARING_ENGLISH

const host = (address: string) => new URL(address).host

/** @param terms null if the terms were not requested yet */
export function termsText(words: Words<SharingKey>, terms: ContributionTerms | null): string {
  if (terms === null) return words('terms.unknown')
  const server = (operator: string, address: string, key: string) =>
    words('terms.server', { operator, host: host(address), key: key.slice(0, 8) })
  return [
    words(terms.counts ? 'terms.counts' : 'terms.plain'),
    words('terms.parts', {
      leader: server(terms.leaderOperator, terms.leader, terms.leaderKey),
      helper: server(terms.helperOperator, terms.helper, terms.helperKey),
      task: terms.task,
    }),
    terms.relay === undefined
      ? words('terms.address')
      : words('terms.relay', { host: host(terms.relay) }),
    words(`terms.${terms.trust}`),
    words('terms.crowd', { n: terms.smallestCrowd }),
    words('terms.pace', { days: terms.periodDays, updates: terms.maxParticipations }),
    words('terms.guess', {
      ...guessesOf(terms),
      epsilon: terms.epsilonPerReport,
      epsilonYear: terms.epsilonPerYear,
      delta: terms.delta,
    }),
    ...(terms.tokens === 'account'
      ? [words('terms.account')]
      : terms.workBits > 0
        ? [words('terms.work', { bits: terms.workBits })]
        : []),
    words('terms.worse'),
  ].join(' ')
}
