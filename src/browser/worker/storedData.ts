/**
 * @module Reads stored data into memory: at the start, after a switch to another person, and after another tab changed
 * them.
 */

import { ME, readProfiles } from '../profiles.ts'
import { createMemoryDatabase } from '../storage/database.ts'
import type { Contribution } from './contribution.ts'
import type { Erasure } from './erasure.ts'
import type { Learner } from './learner.ts'
import type { Pause } from './persistence.ts'
import type { Profiles } from './profiles.ts'
import type { Services } from './services.ts'
import type { Shop } from './shop.ts'
import type { Shopper } from './shopper.ts'

interface Parts {
  readonly shop: Shop
  readonly shopper: Shopper
  readonly learner: Learner
  readonly contribution: Contribution
  readonly pause: Pause
  readonly erasure: Erasure
}

export function createStoredData(
  services: Services,
  { shop, shopper, learner, contribution, pause, erasure }: Parts,
) {
  const { alone, bus, notices, onDemand, state, store } = services
  let profiles: Profiles | null = null
  /** Whether the disk refused to store the shopper's no to AI agents. If so, the no applies to this tab only. */
  let refusesAgents = false

  async function openProfiles(): Promise<Profiles> {
    const { Profiles } = await onDemand()
    profiles ??= new Profiles(services, shopper, erasure.drop, reloadOwn)
    return profiles
  }

  async function readPeople(): Promise<void> {
    const stored = await store.setting('profiles')
    if (!profiles && !stored) return
    try {
      await (await openProfiles()).read()
    } catch (error) {
      notices.add(error, 'engine-failed', 'The list of people could not be read')
      const { current, others } = readProfiles(stored)
      state.profiles = { current, others }
      // Without the code for people, another person's actions go to memory, because they must not count for the
      // shopper.
      if (current !== ME) store.use(store.beside(createMemoryDatabase()))
    }
  }

  async function readSettings(): Promise<void> {
    state.agents = !refusesAgents && (await store.setting('agents')) === true
    await pause.read()
    await contribution.read()
  }

  async function reload(): Promise<void> {
    await readPeople()
    await Promise.all([shopper.reload(), readSettings()])
  }

  async function learnAgain(): Promise<void> {
    await learner.reload()
    bus.emit('lists', null)
  }

  /** Reads the events and the model of the person in use. */
  async function reloadOwn(): Promise<void> {
    await shopper.reload()
    await learnAgain()
    contribution.start()
  }

  const reloadAll = () => reload().then(learnAgain)

  bus.on('storedElsewhere', async (what) => {
    if (what === 'settings') {
      await readSettings()
      await alone(async () => {
        const before = state.profiles.current
        await readPeople()
        if (state.profiles.current !== before) await reloadOwn()
      })
      bus.emit('shown', null)
    } else if (what === 'erased') {
      erasure.drop()
      profiles?.forgetOthers()
      await alone(reloadAll)
    } else if (what === 'model' || what === 'personal') {
      if (what === 'model') await shop.reload()
      await learnAgain()
    }
  })

  return {
    /** The people for whom the shopper shops; null if their code was not needed yet. */
    profiles: () => profiles,
    openProfiles,
    reload,
    reloadAll,
    async setAgents(allowed: boolean): Promise<void> {
      refusesAgents = !allowed
      // A no to AI agents applies even if the code below can't be loaded.
      if (!allowed) state.agents = false
      await (await onDemand()).setAgents(services, allowed)
      refusesAgents = false
    },
  }
}
