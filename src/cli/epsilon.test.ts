import { expect, it } from 'vitest'
import { rows } from '../aggregate/privacy/dpReferenceValues.json' with { type: 'json' }
import { command } from './epsilon.ts'
import { type Flags, runCommand } from './testCommand.ts'

const run = (flags: Flags) => runCommand(command, { flags })

it('prints the three forms, and null as JSON where one does not apply', async () => {
  const { exact, rdp, pld, ...row } = rows.find(({ q, steps }) => q === 1 && steps === 100)!
  const { sigma, q, steps, delta } = row
  const { result, printed } = await run({ sigma, q, steps, delta })
  const measured = result as Record<string, number>
  for (const [form, value] of Object.entries({ exact: exact!, rdp, pld }))
    expect(Math.abs(measured[form] / value - 1)).toBeLessThan(1e-6)
  expect(printed.slice(1)).toEqual([
    'exact  4.886554117',
    'rdp    5.221539631',
    expect.stringMatching(/^pld {4}4\.88655/),
  ])
  expect((await run({ sigma: 1, q: 0.5, delta: 1e-12 })).result).toMatchObject({
    exact: null,
    pld: null,
  })
})

it('tells what the demo’s terms cost in a year, and how well they hide one update', async () => {
  const { result, printed } = await run({ policy: 'demo' })
  expect((result as { exact: number }).exact).toBeCloseTo(10.95, 1)
  const words = printed.join(' ')
  // z·√38, and Φ(1/2), Φ(√4/2).
  expect(words).toContain('about 6.2 times as long as the longest update, and 1 times')
  expect(words).toContain('at most 70 times in 100, and whether it sent 4 at most 85 times')
  // √2·z·√d/n.
  expect(words).toContain('the mean of 32 updates, with noise of both servers about 0.27 times')
})

it('refuses what it can’t compute', async () => {
  await expect(run({ sigma: 1 })).rejects.toThrow('epsilon needs --sigma and --delta, or --policy')
  await expect(run({ sigma: 1, delta: 0 })).rejects.toThrow(/from 1e-15/)
  await expect(run({ sigma: 1, delta: 1e-6, q: 2 })).rejects.toThrow(/from 1e-9 to 1/)
})
