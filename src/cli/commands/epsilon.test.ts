import { rows } from '@nearside/aggregate/privacy/dpReferenceValues.json' with { type: 'json' }
import { expect, it } from 'vitest'
import { type Flags, runCommand } from '../testCommand.ts'
import { command } from './epsilon.ts'

const run = (flags: Flags) => runCommand(command, { flags })

it('epsilon prints ε for zero-out adjacency (three methods) and for substitution adjacency; an undefined ε is null', async () => {
  const { exact, rdp, pld, ...row } = rows.find(({ q, steps }) => q === 1 && steps === 100)!
  const { sigma, q, steps, delta } = row
  const { result, printed } = await run({ sigma, q, steps, delta })
  const measured = result as Record<string, number>
  for (const [form, value] of Object.entries({ exact: exact!, rdp, pld }))
    expect(Math.abs(measured[form] / value - 1)).toBeLessThan(1e-6)
  expect(printed.slice(1)).toEqual([
    'zero-out, exact 4.886554117',
    'zero-out, rdp   5.221539631',
    expect.stringMatching(/^zero-out, pld {3}4\.88655/),
    expect.stringMatching(/^substitution {4}10\.99/),
  ])
  expect((await run({ sigma: 1, q: 0.5, delta: 1e-12 })).result).toMatchObject({
    exact: null,
    pld: null,
    substitution: null,
  })
})

it.each([
  { sigma: 1, steps: 1, zeroOut: 4.89, substitution: 11 },
  { sigma: 1, steps: 4, zeroOut: 11, substitution: 26.4 },
  { sigma: 4.134, steps: 1, zeroOut: 1.02, substitution: 2.2 },
  { sigma: 4.134, steps: 12, zeroOut: 4, substitution: 8.9 },
])(
  'epsilon for σ = $sigma, $steps updates: ε is $zeroOut by zero-out, $substitution by substitution',
  async (row) => {
    const { sigma, steps } = row
    const { result } = await run({ sigma, steps, delta: 1e-6 })
    const { exact, substitution } = result as Record<string, number>
    expect(Math.abs(exact - row.zeroOut)).toBeLessThan(0.05)
    expect(Math.abs(substitution - row.substitution)).toBeLessThan(0.05)
  },
)

it('epsilon --policy demo prints the ε of a year and how well the noise hides one update', async () => {
  const { result, printed } = await run({ policy: 'demo' })
  expect(Object.keys(result as object)).toEqual(['exact', 'rdp', 'pld', 'substitution'])
  expect((result as { substitution: number }).substitution).toBeCloseTo(26.4, 1)
  const words = printed.join(' ')
  // 6.5 is z·√42, with the noise multiplier z = 1 and 42 features. 85 and 98 are Φ(1) and Φ(2) in percent, rounded up.
  expect(words).toContain('about 6.5 times as long as the longest update, and 1 times')
  expect(words).toContain('at most 85 times in 100 after one update, 98 after 4')
  // 0.29 is √2·z·√d/n, for z = 1, d = 42 features and n = 32 updates.
  expect(words).toContain('the mean of 32 updates, with noise of both servers about 0.29 times')
})

it('epsilon refuses missing options and values outside their range', async () => {
  await expect(run({ sigma: 1 })).rejects.toThrow('epsilon needs --sigma and --delta, or --policy')
  await expect(run({ sigma: 1, delta: 0 })).rejects.toThrow(/from 1e-15/)
  await expect(run({ sigma: 1, delta: 1e-6, q: 2 })).rejects.toThrow(/from 1e-9 to 1/)
})
