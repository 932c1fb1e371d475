import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DEMO_PARAMETERS } from '@nearside/aggregate/protocol/demoParameters.ts'
import { applyUpdate } from '@nearside/aggregate/server/nextModel.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import { publishModel } from '@nearside/train/models/publish.ts'
import { readFiles, readLatest, readModel, readTrained } from '@nearside/train/models/read.ts'
import { expect, it } from 'vitest'
import { runCommand } from '../testCommand.ts'
import { command } from './rollback.ts'

const SHIPPED = fileURLToPath(new URL('../../../public/models', import.meta.url))

it('rollback publishes an earlier model as the newest version', async () => {
  const models = testFolder()
  cpSync(SHIPPED, models, { recursive: true })
  const first = await readLatest(models)
  const { length } = first.manifest.features
  const spoiled = await applyUpdate(
    first,
    new Float64Array(length).fill(0.01),
    DEMO_PARAMETERS,
    '2',
  )
  const files = await readFiles({ ...first, manifest: spoiled.manifest }, spoiled.files)
  await publishModel(models, { manifest: spoiled.manifest, files })
  expect((await readTrained(models, await readLatest(models))).version).toBe('1')

  const { result } = await runCommand(command, { flags: { models, to: '1' } })
  expect(result).toEqual({ version: '3', to: '1' })
  const back = await readLatest(models)
  expect(back.version).toBe('3')
  const [before, after] = [await readModel(join(models, '1')), await readModel(models)]
  expect(after.projection).toEqual(before.projection)
  expect(after.featureWeights).toEqual(before.featureWeights)
  // The restored model counts as a trained model, so the next federated rounds start from it.
  expect((await readTrained(models, back)).version).toBe('3')
  await expect(runCommand(command, { flags: { models, to: '9' } })).rejects.toThrow(
    /does not exist/,
  )
})
