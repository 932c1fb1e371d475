import { expect, it } from 'vitest'
import { conclude, effect } from './verdict.ts'

const better = { relative: 0.2, lo: 0.1, hi: 0.3 }
const unclear = { relative: 0.05, lo: -0.1, hi: 0.2 }
const worse = { relative: -0.2, lo: -0.3, hi: -0.1 }

it.each([
  [better, better, 'green'],
  [better, unclear, 'amber'],
  [better, undefined, 'amber'],
  [better, worse, 'red'],
  [unclear, better, 'amber'],
  [worse, worse, 'red'],
  [undefined, better, 'amber'],
] as const)(
  'a lift of %j over popularity and %j over counting is %s',
  (popular, counting, light) => {
    const told = conclude(popular, counting, 'ease')
    expect(told.light).toBe(light)
    // The words of the answer say the same as its colour.
    const words = { green: /^switch it on/, amber: /^not yet/, red: /^don’t/ }
    expect(told.answer).toMatch(words[light])
    expect(told.answer.includes('ease')).toBe(popular === better && counting !== better)
  },
)

it('if a gain is not proven yet, the answer estimates how many shoppers would prove it', () => {
  // The interval's lower end lies 2.8 times the gain below the gain, so 2.8² times the shoppers bring this end to 0.
  expect(conclude(better, { ...unclear, lo: -0.09 }, 'ease').change).toMatch(/^8 times/)
  expect(conclude(better, { ...unclear, relative: -0.01 }, 'ease').change).not.toMatch(/times/)
})

it.each([
  [{ lo: 0.01, hi: 0.03 }, 'helps'],
  [{ lo: 0.009, hi: 0.03 }, 'gains less'],
  [{ lo: 0, hi: 0.011 }, 'has no proven gain'],
  [{ lo: -0.02, hi: -0.001 }, 'hurts'],
  [undefined, 'could not'],
])('learning with a gain of %j %s', (gain, words) => {
  expect(effect(gain)).toMatch(new RegExp(`^${words}`))
})
