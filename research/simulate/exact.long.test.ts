import { createModels } from '@nearside/aggregate/server/testFederation.ts'
import { candidateOf, LAYOUT, PARAMETERS } from '@nearside/aggregate/server/testModel.ts'
import { utf8 } from '@nearside/core/bytes.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { readLatest } from '@nearside/train/models/read.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createVirtualDevice, type DeviceDisk, emptyDisk } from './device.ts'
import { branch, seededBytes, seededNoise } from './seeded.ts'
import { createServers, DEATHS, HELPER, LEADER, ROLES, type Servers } from './servers.ts'

const GOAL = 3
/** More awaits than one contribution has, so a device that vanishes after this many awaits has sent its report. */
const AWAITS = 12

type Answered = 'heard' | 'unheard' | 'lost' | 'late'

/** Servers with a tiny model, and devices that continue from their disks. */
async function createScene(seed: number, withNoise: boolean) {
  const random = createRandom(seed)
  let now = Date.UTC(2026, 0, 1)
  const models = await createModels()
  const noise = { leader: seededNoise(branch(random)), helper: seededNoise(branch(random)) }
  const terms = { aggregationGoal: GOAL, maxParticipations: 1000, noiseMultiplier: 20 }
  const servers = await createServers({
    ...{ models, now: () => now, layout: () => LAYOUT },
    parameters: { ...PARAMETERS, ...terms },
    ...(withNoise && { noise }),
    applyUpdate: async (parent, _mean, _rate, version) =>
      candidateOf(version, parent.version, utf8(`shared ${version}`)),
    gate: async () => ({ accepted: true, reasons: [], metrics: {} }),
    distance: async () => 0,
  })
  const disks = new Map<number, DeviceDisk>()
  const sent: (() => Promise<unknown>)[] = []
  const late: (() => Promise<unknown>)[] = []

  async function contribute(which: number, answered: Answered, vanishesAfter = AWAITS, skew = 0) {
    const disk = disks.get(which) ?? emptyDisk()
    disks.set(which, disk)
    let awaits = 0
    const device = createVirtualDevice({
      ...{ leader: LEADER, helper: HELPER, disk, randomBytes: seededBytes(branch(random)) },
      modelHash: (await readLatest(models)).hash,
      now: () => now + skew,
      async fetch(url, init) {
        const send = () => servers.fetch(url, init)
        if (init?.method !== 'POST') return send()
        sent.push(send)
        if (answered === 'late') late.push(send)
        if (answered === 'late' || answered === 'lost') throw new TypeError('lost on its way')
        const answer = await send()
        if (answered === 'unheard') throw new TypeError('lost on its way back')
        return answer
      },
      goesOn() {
        if (awaits++ >= vanishesAfter) throw new Error('vanished')
      },
    })
    const own = branch(random)
    await device.contribute(() =>
      Float64Array.from({ length: LAYOUT.featureWeights }, () => own.normal() / 50),
    )
    servers.learn(disk)
  }

  return {
    servers,
    contribute,
    replay: async (which: number) => void (await sent[which % sent.length]?.().catch(() => {})),
    async arrive() {
      for (const send of late.splice(0).reverse()) await send().catch(() => {})
    },
    async recover() {
      servers.heal()
      // After an unanswered request to the helper, the leader refuses reports for five seconds, so wait longer.
      now += 6_000
      await servers.settle()
    },
  }
}

type Scene = Awaited<ReturnType<typeof createScene>>

/** All possible deaths (crashes) of one server, before or after one of its writes. */
const DEATH_OF = ROLES.flatMap((role) =>
  DEATHS[role].flatMap((write) =>
    (['before', 'after'] as const).map((when) => ({ role, death: { write, when } })),
  ),
)
const BOTH = DEATH_OF.filter(({ role }) => role === 'leader').flatMap((leader) =>
  DEATH_OF.filter(({ role }) => role === 'helper').map((helper) => [leader, helper]),
)

/** A random event, named for failure messages. fast-check simplifies it towards a device that just contributes. */
const happening = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(
        fc.nat(5),
        fc.constantFrom<Answered>('heard', 'heard', 'unheard', 'lost', 'late'),
        fc.oneof({ weight: 3, arbitrary: fc.constant(AWAITS) }, fc.nat(AWAITS)),
        fc.constantFrom(0, 6e4, -6e4, 3e11, -3e11),
      )
      .map((given) => ({
        name: `device ${given.join(', ')}`,
        run: ({ contribute }: Scene) => contribute(...given),
      })),
  },
  fc.nat(30).map((which) => ({ name: `replay ${which}`, run: (s: Scene) => s.replay(which) })),
  fc.constant({ name: 'what was late arrives', run: (s: Scene) => s.arrive() }),
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(...ROLES.map((role) => ({ role, death: undefined })), ...DEATH_OF)
      .map(({ role, death }) => ({
        name: `${role} dies ${death ? `${death.when} ${death.write}` : ''}`,
        run: async ({ servers }: Scene) => servers.kill(role, death),
      })),
  },
  fc.constantFrom(...ROLES, 'between' as const).map((what) => ({
    name: `${what} cut off`,
    run: async ({ servers }: Scene) => servers.cutOff(what),
  })),
  { weight: 5, arbitrary: fc.constant({ name: 'recovers', run: (s: Scene) => s.recover() }) },
)

/** Expects every released sum to be exact. @returns the number of released sums */
async function exactRounds(servers: Servers): Promise<number> {
  const newest = (await servers.current())?.round ?? 0
  const exact = Array.from({ length: newest }, (_, i) => servers.isExact(i + 1))
  expect(exact).not.toContain(false)
  return exact.filter(Boolean).length
}

/** Ends all failures, lets more devices contribute, and expects them to complete a round. */
async function requireRound(scene: Scene): Promise<void> {
  await scene.recover()
  await scene.arrive()
  await scene.recover()
  const before = await exactRounds(scene.servers)
  // Each server may still be about to die once, which may lose a report, so the test sends one more report per server.
  for (let which = 10; which < 10 + GOAL + ROLES.length; which++) {
    await scene.contribute(which, 'heard')
    await scene.recover()
  }
  expect(await exactRounds(scene.servers)).toBeGreaterThan(before)
  await scene.servers.shut()
}

const happenings = (maxLength: number) =>
  fc.array(happening, { maxLength, size: 'max' }).map((all) => ({
    all,
    [fc.toStringMethod]: () => all.map(({ name }) => name).join('; '),
  }))

describe('a released sum counts each report at most once, and includes every acknowledged report', () => {
  it.each([...DEATH_OF.map((one) => [one]), ...BOTH].map((deaths) => ({ deaths })))(
    'when servers die in a round: %j',
    async ({ deaths }) => {
      const scene = await createScene(1, true)
      for (const { role, death } of deaths) scene.servers.kill(role, death)
      for (let which = 0; which < GOAL; which++) {
        await scene.contribute(which, 'heard')
        await scene.recover()
      }
      await requireRound(scene)
    },
  )

  it('after any faults, one after another, each released sum is exact, and a further round completes', async () => {
    await fc.assert(
      fc.asyncProperty(happenings(60), fc.nat(1000), fc.boolean(), async ({ all }, seed, noisy) => {
        const scene = await createScene(seed, noisy)
        for (const { run } of all) {
          await run(scene)
          await exactRounds(scene.servers)
        }
        await requireRound(scene)
      }),
      { numRuns: 15, seed: 16 },
    )
  }, 600_000)

  it('after any concurrent faults, each released sum is exact, and a further round completes', async () => {
    await fc.assert(
      fc.asyncProperty(happenings(30), fc.nat(1000), async ({ all }, seed) => {
        const scene = await createScene(seed, true)
        await Promise.all(all.map(({ run }) => run(scene)))
        await requireRound(scene)
      }),
      { numRuns: 15, seed: 16 },
    )
  }, 600_000)
})
