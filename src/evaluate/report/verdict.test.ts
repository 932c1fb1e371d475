import { expect, it } from 'vitest'
import { inWords } from './verdict.ts'

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
