import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEMO_PARAMETERS } from '@nearside/aggregate/protocol/demoParameters.ts'
import { writeBaseModel } from '@nearside/core/model/files.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import { testModel, testShop } from '@nearside/evaluate/testShop.ts'
import { ATTACKS, type Attack } from '@nearside/research/simulate/forge.ts'
import type { SimulationResult } from '@nearside/research/simulate/simulate.ts'
import { makeCatalogBase } from '@nearside/train/catalogBase/catalogBase.ts'
import { publishModel } from '@nearside/train/models/publish.ts'
import { shopEvents } from '@nearside/train/shop/testEvents.ts'
import { writeShop } from '@nearside/train/shop/testWrite.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Flags, runCommand } from '../testCommand.ts'
import { command } from './simulate.ts'

const shop = testShop(50, 20)
let folder = ''
let folders: Flags = {}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearside-simulate-'))
  const [shopFolder, models] = [join(folder, 'testshop'), join(folder, 'models')]
  await writeShop(shopFolder, shop.items, shopEvents({ ...shop, from: 0, to: 0 }))
  await publishModel(models, await writeBaseModel(testModel(shop)))
  folders = { shop: shopFolder, model: models }
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const simulate = async (flags: Flags) => {
  const { result, printed } = await runCommand(command, { flags: { ...folders, ...flags } })
  return { result: result as SimulationResult, text: printed.join('\n') }
}

describe('nearside simulate', () => {
  it('simulate returns the documented format, exact sums of the updates, and the same bytes for the same seed', async () => {
    const flags = { devices: 10, rounds: 3, seed: 5, drop: 0.2, epsilon: 4 }
    const { result } = await simulate(flags)
    expect(Object.keys(result)).toEqual(['seed', 'devices', 'rounds', 'quality'])
    expect(result).toMatchObject({ seed: 5, devices: 10 })
    expect(result.rounds.map(({ round }) => round)).toEqual([1, 2, 3])
    for (const round of result.rounds) {
      expect(Object.keys(round)).toEqual([
        ...['round', 'uploaded', 'accepted', 'duplicates', 'rejected', 'counted'],
        ...['sumExact', 'released', 'gate', 'epsilon'],
      ])
      expect(round).toMatchObject({ counted: 8, sumExact: true })
      expect(round.uploaded).toBeGreaterThanOrEqual(round.accepted)
    }
    // The ε that a device has spent rises to the requested total.
    const spent = result.rounds.map(({ epsilon }) => epsilon as number)
    expect(spent).toEqual([...spent].sort((a, b) => a - b))
    expect(spent[2]).toBeCloseTo(4, 3)
    const versions = new Set(result.quality.map(({ version }) => version))
    expect([...versions]).toEqual([
      '1',
      ...result.rounds.flatMap(({ released }) => (released ? [released] : [])),
    ])
    for (const one of result.quality) {
      expect(Object.keys(one)).toEqual(['version', 'arm', 'ndcg@10', 'lo', 'hi'])
      expect(one.lo).toBeLessThanOrEqual(one['ndcg@10'])
      expect(one.hi).toBeGreaterThanOrEqual(one['ndcg@10'])
    }
    // Before the first release both ways of ranking (arms) use the same model.
    const [frozen, rounds] = result.quality
    expect({ ...rounds, arm: frozen.arm }).toEqual(frozen)
    const again = await simulate(flags)
    expect(JSON.stringify(again.result)).toBe(JSON.stringify(result))
    const other = await simulate({ ...flags, seed: 6 })
    expect(JSON.stringify(other.result.rounds)).not.toBe(JSON.stringify(result.rounds))
  })

  it.each(Object.keys(ATTACKS) as Attack[])(
    'simulate keeps the sum exact under the attack “%s”',
    async (attack) => {
      const { result, text } = await simulate({ devices: 20, rounds: 1, attack: `${attack}=0.2` })
      const [round] = result.rounds
      expect(round).toMatchObject({ counted: 16, sumExact: true, epsilon: null })
      // Servers refuse reports that break the protocol, but `flip` and `promote` follow it and look honest.
      const isRefused = !['flip', 'promote'].includes(attack)
      if (isRefused) expect(round.rejected).toBeGreaterThan(0)
      expect(text).toContain(`4 devices per round are hostile and send ${ATTACKS[attack]}`)
      expect(text).toContain('no noise: the policy says z')
      expect(text).toContain(
        'the devices of a real shop refuse these terms, because a round has 16',
      )
    },
  )

  it('simulate counts items in rounds for a model made without a log, and compares the result with a model trained on the log', async () => {
    const base = join(folder, 'catalog-base')
    await publishModel(base, await makeCatalogBase('testshop', shop.items, Date.UTC(2026, 0, 1)))
    const policy = join(testFolder(), 'policy.json')
    const terms = { ...DEMO_PARAMETERS, countShare: 0.8, delta: 1e-6, maxParticipations: 1 }
    await writeFile(policy, JSON.stringify(terms))
    const flags = { model: base, policy, devices: 110, rounds: 1, until: '2024-03-01' }
    const collected = join(folder, 'collected')
    await publishModel(collected, await writeBaseModel(testModel(shop, { holdout: 0.2 })))
    const given = { flags: { ...folders, ...flags }, positionals: [collected] }
    const { result, printed } = await runCommand(command, given)
    const { rounds, quality } = result as SimulationResult
    expect(rounds.map(({ sumExact }) => sumExact)).toEqual([true])
    const last = quality.filter(({ version }) => version === '2')
    expect(last.map(({ arm }) => arm)).toEqual(['frozen', 'rounds', 'collected'])
    expect(last[1]['ndcg@10']).not.toBe(last[0]['ndcg@10'])
    expect(printed.join('\n')).toContain('of the gap, %')
    const counted = { ...flags, model: folders.model as string }
    await expect(simulate(counted)).rejects.toMatchObject({ code: 'input-invalid' })
  })

  it('simulate writes the table with the command line that made it', async () => {
    const folder = testFolder()
    const [file, page] = [join(folder, 'simulate.md'), join(folder, 'simulate.html')]
    const { text } = await simulate({ devices: 40, rounds: 1, markdown: file, html: page })
    const written = await readFile(file, 'utf8')
    expect(written).toContain('--devices 40 --rounds 1')
    // The shop has fewer than 40 shoppers, so some shoppers are used for several devices.
    expect(written).toContain('resampled: 40 devices play the')
    expect(written).toContain('| rounds |')
    expect(text).toContain('over frozen')
    expect(await readFile(page, 'utf8')).toContain('<table')
  })

  it('simulate computes weeks of an invented year, and writes a chart beside the Markdown', async () => {
    const file = join(testFolder(), 'year.md')
    const flags = { year: 200, rounds: 2, devices: 3, markdown: file }
    const { result, printed } = await runCommand(command, { flags })
    expect(result).toMatchObject({ seed: 1, shoppers: 200, weeks: [{ week: 1 }, { week: 2 }] })
    expect(printed.join('\n')).toContain('personal over base: ')
    expect(await readFile(file, 'utf8')).toContain('![The year](year.svg)')
    expect(await readFile(file.replace(/md$/, 'svg'), 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s)
  })

  it.each<[string, Flags, RegExp]>([
    ['a year of a given shop', { year: 200 }, /leave out --shop/],
    [
      'a year of sixty weeks',
      { year: 200, shop: undefined, model: undefined, rounds: 60 },
      /52 weeks/,
    ],
    ['a year of ten shoppers', { year: 10 }, /from 100 to 1000000/],
    ['an attack without a share', { attack: 'flip' }, /a number from 0 to 1/],
    ['an unknown attack', { attack: 'magic=0.1' }, /magic=0\.1/],
    ['a round in which too many devices vanish', { drop: 0.9 }, /only 1 of 10 devices/],
    ['an ε above what devices accept', { epsilon: 12 }, /devices refuse .*ε = 1[12]/],
    ['more rounds than days', { rounds: 60 }, /too few for 60 rounds/],
    ['a missing model', { model: 'nowhere' }, /does not exist|no model/],
    ['a missing policy file', { policy: 'nowhere.json' }, /can’t be read/],
  ])('simulate refuses %s', async (_name, flags, message) => {
    await expect(simulate({ devices: 10, rounds: 1, ...flags })).rejects.toThrow(message)
  })
})
