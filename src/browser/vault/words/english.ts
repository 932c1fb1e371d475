/** @module English words of the vault's question, and of the console for the same terms. */

import type { ContributionTerms } from '../../contribution/terms.ts'
import { guessesOf } from '../../guesses.ts'

const figure = (value: number) => String(Number(value.toPrecision(3)))

const host = (address: string) => new URL(address).host
const server = (operator: string, address: string, key: string) =>
  `${operator} (${host(address)}, key ${key.slice(0, 8)}…)`

/** Words of the agreement. */
export const SHARING_ENGLISH = {
  wording:
    'Now and then this browser sends one update: numbers that say how your shopping would change everybody’s recommendations. It names no product, search or person and is the same size for everybody. It is split between two servers; neither part can be read alone. That it makes recommendations better is not proven. What was added stays when you stop.',
  /** First sentence, if the shop is a demonstration. */
  demonstration:
    'Demonstration: so few people take part here that an update is hidden badly. A real shop must have 1,000 people in a round.',
  /** @param terms null if the servers were not asked yet */
  terms: (terms: ContributionTerms | null) => {
    if (terms === null)
      return 'Who gets updates, and on which terms, the two servers have not been asked yet.'
    const { one, year } = guessesOf(terms)
    const { leader, leaderOperator, leaderKey, helper, helperOperator, helperKey } = terms
    const { epsilonPerReport, epsilonPerYear, delta, trust, tokens, task, workBits, relay } = terms
    return [
      `One part goes to ${server(leaderOperator, leader, leaderKey)}, the other to ${server(helperOperator, helper, helperKey)}, for “${task}”.`,
      ...(relay === undefined
        ? ['Both servers see this device’s network address.']
        : [
            `${host(relay)} carries it sealed, so that they don’t see this device’s network address; it does.`,
          ]),
      trust === 'two-aggregators'
        ? 'They say that they are two parties.'
        : 'One party runs both and could read an update.',
      `They publish only noisy totals of at least ${terms.smallestCrowd} updates.`,
      `In ${terms.periodDays} days at most ${terms.maxParticipations} leave.`,
      `Suppose somebody knows everything else and must guess which of two opposite updates you sent. They are right at most ${one} times in 100 from one update, and ${year} times from a year’s. A coin is right 50 times (ε = ${figure(epsilonPerReport)} and ${figure(epsilonPerYear)}, δ = ${delta}).`,
      ...(tokens === 'account'
        ? ['The shop learns from your account that you share, not which update is yours.']
        : workBits > 0
          ? [`Each costs this device some computing first (${workBits} bits).`]
          : []),
      'If any of this changes for the worse, this browser stops. You can agree again then.',
    ].join(' ')
  },
}

export const QUESTION_ENGLISH = {
  question: 'Contribute to the shared model?',
  asks: (shop: string) => `${shop} asks.`,
  onlyHere:
    'This counts only here: your data are kept apart from this shop’s pages, and no script on them can answer for you.',
  decline: 'Not now',
  agree: 'I agree',
  apart: 'The question opens in a window of its own. No page can cover or change it there.',
  open: 'Open the question',
  blocked:
    'The browser did not open the window. Allow pop-up windows for this page, then press again.',
  hindrances: {
    small: 'This window is too small to read the question. Make it larger to agree.',
    unfocused: 'Press into this window, then read the question.',
    early: 'You can agree once the question has been here for a second.',
    still: 'Move the pointer off the button, then press it.',
  },
}
