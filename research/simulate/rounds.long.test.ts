import { createModels } from '@nearside/aggregate/server/testFederation.ts'
import { candidateOf, LAYOUT, PARAMETERS } from '@nearside/aggregate/server/testModel.ts'
import { utf8 } from '@nearside/core/bytes.ts'
import { createRandom, type Random } from '@nearside/core/model/random.ts'
import { readLatest } from '@nearside/train/models/read.ts'
import { expect, it } from 'vitest'
import type { DeviceDisk } from './device.ts'
import { ATTACKS, type Attack } from './forge.ts'
import { playRound } from './playRound.ts'
import { branch } from './seeded.ts'
import { createServers } from './servers.ts'

const ROUNDS = 3
const EACH = Object.keys(ATTACKS) as Attack[]
/** Number of seeds: two for each attack, or the number that NEARSIDE_SEEDS gives. */
const SEEDS = Number(process.env.NEARSIDE_SEEDS ?? 2 * EACH.length)
const DEVICES = 24
const CROWD = { all: DEVICES, vanishing: 9, hostile: 2 }

const vector = (random: Random) =>
  Float64Array.from({ length: LAYOUT.featureWeights }, () => random.normal() / 50)

/** Plays rounds with crashes, lost requests and this attack. @returns whether sums are exact, and devices' disks */
async function play(seed: number, attack: Attack) {
  const random = createRandom(seed)
  const clock = { now: Date.UTC(2026, 0, 1) }
  const models = await createModels()
  const servers = await createServers({
    ...{ models, now: () => clock.now, layout: () => LAYOUT },
    parameters: {
      ...PARAMETERS,
      aggregationGoal: DEVICES - CROWD.vanishing - CROWD.hostile,
      ...{ maxParticipations: ROUNDS, noiseMultiplier: 20, minSeparationSeconds: 0 },
    },
    applyUpdate: async (parent, _mean, _rate, version) =>
      candidateOf(version, parent.version, utf8(`shared ${version}`)),
    gate: async () => ({ accepted: true, reasons: [], metrics: {} }),
    distance: async () => 0,
  })
  const disks = new Map<string, DeviceDisk>()
  const participants = Array.from({ length: DEVICES }, (_, i) => {
    const own = vector(branch(random))
    return { name: String(i), update: () => own }
  })
  const exact: (boolean | null)[] = []
  for (let nth = 0; nth < ROUNDS; nth++) {
    const { hash: modelHash } = await readLatest(models)
    const round = await playRound(participants, {
      ...{ servers, random: branch(random), clock, modelHash, disks, crowd: CROWD, attack },
      ...{ promoted: vector(random), clipNorm: PARAMETERS.clipNorm, onDevice: async () => {} },
    })
    exact.push(servers.isExact(round))
    clock.now += 7 * 86_400_000
  }
  await servers.shut()
  return { exact, disks: [...disks.values()] }
}

it.each(Array.from({ length: SEEDS }, (_, seed) => [seed]))(
  'three rounds of seed %i have exact sums and unique report ids despite crashes, losses and attacks',
  async (seed) => {
    const { exact, disks } = await play(seed, EACH[seed % EACH.length])
    expect(exact.filter((sum) => sum === false)).toEqual([])
    expect(exact).toContain(true)
    const ids = disks.flatMap(({ settings }) =>
      (settings.openings ?? []).map(({ reportId }) => reportId),
    )
    expect(ids.length).toBeGreaterThan(DEVICES)
    expect(new Set(ids).size).toBe(ids.length)
  },
  600_000,
)
