/** @module Writes the report of a simulated year, for people. */
import { count, decimal, estimate, lift, share } from '@nearside/evaluate/report/numbers.ts'
import { type Report, tableOf } from '@nearside/evaluate/report/report.ts'
import { asEstimate } from '@nearside/evaluate/results.ts'
import { ATTACKS } from '../forge.ts'
import { pictureOf } from './picture.ts'
import { ARMS } from './quality.ts'
import type { PlayedYear, WeekResult, YearQuestion } from './year.ts'

export function describeYear(played: PlayedYear, question: YearQuestion): Report {
  const { result, terms, refused, learning, seconds } = played
  const { weeks, months, year } = result
  const sum = (of: (week: WeekResult) => number) =>
    weeks.reduce((total, week) => total + of(week), 0)
  const last = weeks[weeks.length - 1]
  const released = weeks.filter((week) => week.released !== null).length
  const spent = sum((week) => week.counted + week.vanished)
  const full = weeks.filter(({ sumExact }) => sumExact !== null).length
  const lost = {
    'browser stores lost': sum((week) => week.lostStores),
    'events in them': sum((week) => week.lostEvents),
    'devices that found a server down, and spent nothing': sum((week) => week.turnedAway),
    'reports that never arrived, their ε spent': sum((week) => week.vanished),
    'reports of rounds that a new model ended, their ε spent': sum((week) => week.abandoned),
    'reports refused for their proof': sum((week) => week.refused),
    'full rounds that the gate refused': full - released,
    'shoppers who sent more than one device may': result.beyondLimit,
  }
  return {
    title: 'A year in fast motion',
    lead: [
      `${count(result.shoppers)} made-up shoppers, ${count(result.events)} events, ${count(last.items)} products at the end; ${weeks.length} weeks, a round each, pretrain --from every fourth week; seed ${result.seed}`,
      `The next different product of ${count(year.shoppers)} shoppers from whom no model learned (${count(year.cases)} cases); means over shoppers, 95 % intervals by bootstrap over shoppers`,
    ],
    parts: [
      { title: 'The year', picture: pictureOf(result) },
      {
        title: 'NDCG@10',
        table: tableOf(
          year.arms,
          {
            arm: ({ arm }) => arm,
            'the whole year': ({ ndcg }) => estimate(asEstimate(ndcg)),
            ...Object.fromEntries(
              months.map((month, m) => [
                `from week ${4 * m + 1}`,
                ({ arm }: (typeof year.arms)[number]) => {
                  const found = month.arms.find((one) => one.arm === arm)?.ndcg
                  return found ? decimal(found.value) : '–'
                },
              ]),
            ),
            'ranks by': ({ arm }) => ARMS[arm],
          },
          true,
        ),
        text: year.lifts.map((one) => `${one.arm} over ${one.over}: ${lift(one.lift)}`),
      },
      {
        title: 'Reports and losses',
        table: tableOf(Object.entries(lost), {
          what: ([what]) => what,
          number: ([, number]) => count(number),
        }),
        text: [
          `${count(sum((week) => week.counted))} reports counted, ${count(sum((week) => week.poisoned))} of them poisoned; ${released} of ${full} full rounds released a model`,
          `ε = ${last.epsilonDevice.toFixed(2)} for the device with the most reports, ${last.epsilonShopper.toFixed(2)} for the shopper with the most on several devices (substitution, δ = ${terms.delta.toPrecision(2)})`,
          `${share(1 - (released * terms.aggregationGoal) / spent)} of the reports that cost a device ε are in no released model`,
        ],
      },
      {
        title: 'Cost',
        table: tableOf([...seconds], {
          part: ([part]) => part,
          'CPU seconds': ([, own]) => own.toFixed(1),
        }),
        text: [
          `${count(sum((week) => week.megabytes))} MB of models to browsers, before compression`,
        ],
      },
      {
        title: 'What pretrain --from did',
        table: tableOf(
          weeks.filter(({ training }) => training !== null),
          { 'after week': ({ week }) => String(week), did: ({ training }) => training ?? '' },
          true,
        ),
      },
    ],
    notes: [
      `on devices: ${learning}`,
      `clip norm ${terms.clipNorm}, learning rate ${terms.learningRate}, momentum ${terms.momentum}, z = ${terms.noiseMultiplier} of each server; a round is full with ${count(terms.aggregationGoal)} reports`,
      'abbreviated: reports are clipped, rounded, split into shares and added by the product’s code, but neither sealed, proven nor sent; simulate without --year plays that',
      'counts are of each week’s first day, not of each night; the server knows orders alone',
      ...(question.attack
        ? [
            `${share(question.malicious)} of the contributing shoppers send ${ATTACKS[question.attack]}`,
          ]
        : []),
      ...(refused === null ? [] : [`a real shop’s devices refuse these terms, because ${refused}`]),
    ],
  }
}
