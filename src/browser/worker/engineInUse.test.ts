import { waitFor } from '@nearside/core/testPatience.ts'
import type { Engine } from '@nearside/engine/engine.ts'
import { createJsEngine } from '@nearside/engine/js.ts'
import type { EngineChoice } from '@nearside/engine/resilient.ts'
import { expect, test } from 'vitest'
import type { EnginePreference } from '../apiSnapshot.ts'
import { createEngineInUse } from './engineInUse.ts'
import type { Services } from './services.ts'
import { createBus, Notices, startingState } from './state.ts'

interface Asked {
  readonly preference: string
  readonly engine: Engine
  readonly give: () => void
  readonly refuse: () => void
}

/** Choices of engines (which compute fits) that the test resolves or rejects. */
function scene() {
  const asked: Asked[] = []
  const disposed: string[] = []
  const bus = createBus()
  const conditions = { visible: true, savesData: false, battery: null, globalPrivacyControl: false }
  const state = startingState({ conditions, engine: 'auto' })
  const services = {
    bus,
    state,
    chooseEngine: (preference: EnginePreference) =>
      new Promise<EngineChoice>((resolve, reject) => {
        const dispose = () => void disposed.push(preference)
        const engine: Engine = { ...createJsEngine(), device: preference, dispose }
        const give = () => resolve({ engine, reason: 'test' })
        const refuse = () => reject(new Error(`no ${preference}`))
        asked.push({ preference, engine, give, refuse })
      }),
    notices: new Notices(() => 0, bus),
  } satisfies { [K in keyof Services]?: unknown }
  const engines = createEngineInUse(services as unknown as Services)
  const chosenFor = async (n: number) => {
    await waitFor(() => expect(asked.length).toBeGreaterThanOrEqual(n))
    return asked[n - 1]
  }
  return { asked, chosenFor, disposed, engines, state }
}

test('if an engine chosen earlier fails late, the engine chosen since stays in use', async () => {
  const { asked, chosenFor, disposed, engines, state } = scene()
  const older = engines.prefer('webgpu')
  const first = await chosenFor(1)
  const newer = engines.prefer('wasm')
  const second = await chosenFor(2)
  second.give()
  await newer
  first.refuse()
  await expect(older).rejects.toThrow('no webgpu')
  expect(state).toMatchObject({ enginePreference: 'wasm', engine: { device: 'wasm' } })
  expect((await engines.chosen()).engine).toBe(second.engine)
  expect(asked.length).toBe(2)
  expect(disposed).toEqual([])
})

test('a fit that waits for an engine gets the engine chosen meanwhile', async () => {
  const { chosenFor, disposed, engines, state } = scene()
  const waiting = engines.chosen()
  const first = await chosenFor(1)
  const preferred = engines.prefer('wasm')
  const second = await chosenFor(2)
  first.give()
  await waitFor(() => expect(disposed).toEqual(['auto']))
  expect(state.engine).toBe(null)
  second.give()
  await preferred
  expect((await waiting).engine).toBe(second.engine)
})

test('if two chosen engines fail, the preference is the initial `auto` again', async () => {
  const { chosenFor, engines, state } = scene()
  const older = engines.prefer('webgpu')
  const newer = engines.prefer('wasm')
  const outcomes = Promise.allSettled([older, newer])
  const first = await chosenFor(1)
  const second = await chosenFor(2)
  first.refuse()
  second.refuse()
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(state.enginePreference).toBe('auto')
})
