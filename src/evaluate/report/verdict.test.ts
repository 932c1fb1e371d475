import { expect, it } from 'vitest'
import { effect, inWords } from './verdict.ts'

const better = { lo: 0.1, hi: 0.3 }
const unclear = { lo: -0.1, hi: 0.2 }
const worse = { lo: -0.3, hi: -0.1 }

it.each([
  [better, better, /^switch it on/],
  [better, unclear, /than what sells most; .* than ease, .* not proven$/],
  [better, undefined, /not proven$/],
  [better, worse, /but ease, which only counts, ranks better still$/],
  [unclear, better, /^leave it off/],
  [worse, worse, /^leave it off/],
  [undefined, better, /^leave it off/],
])(
  'verdict for a lift of %j over popularity and %j over counting',
  (overPopular, overCounting, words) => {
    expect(inWords(overPopular, overCounting, 'ease')).toMatch(words)
  },
)

it.each([
  [{ lo: 0.01, hi: 0.03 }, 'helps'],
  [{ lo: 0.009, hi: 0.03 }, 'gains less'],
  [{ lo: 0, hi: 0.011 }, 'adds nothing'],
  [{ lo: -0.02, hi: -0.001 }, 'hurts'],
  [undefined, 'could not'],
])('learning with a gain of %j %s', (gain, words) => {
  expect(effect(gain)).toMatch(new RegExp(`^${words}`))
})
