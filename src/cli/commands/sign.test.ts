import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkRelease } from '@nearside/browser/learning/release.ts'
import type { LatestModel } from '@nearside/core/model/manifest.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import { DAY } from '@nearside/core/time.ts'
import { readLatestFile } from '@nearside/train/models/publish.ts'
import { expect, it } from 'vitest'
import { runCommand } from '../testCommand.ts'
import { command as keys } from './keys.ts'
import { command as pretrain } from './pretrain.ts'
import { command as rollback } from './rollback.ts'
import { command as sign } from './sign.ts'

const SHIPPED = fileURLToPath(new URL('../../../public/models', import.meta.url))

async function newKey() {
  const key = join(testFolder(), 'key.pem')
  const { result, printed } = await runCommand(keys, { flags: { key } })
  const { publicKey } = result as { publicKey: string }
  expect(printed).toEqual([publicKey])
  expect((await runCommand(keys, { flags: { key } })).result).toEqual({ made: false, publicKey })
  return { key, publicKey }
}

it('sign signs the published model, then a rollback as a later release, with two keys', async () => {
  const models = testFolder()
  cpSync(SHIPPED, models, { recursive: true })
  const [one, two] = [await newKey(), await newKey()]
  const publishers = [one.publicKey, two.publicKey]
  const flags = { models, key: `${one.key},${two.key}`, days: 10 }
  const signed = await runCommand(sign, { flags })
  expect(signed.result).toMatchObject({ version: '1', release: 1, keys: publishers })
  const first = (await readLatestFile(models)) as LatestModel
  await runCommand(rollback, { flags: { ...flags, to: '1' } })
  const second = (await readLatestFile(models)) as LatestModel
  expect(second).toMatchObject({ version: '2', signed: { release: 2 } })
  const pinned = { publishers, threshold: 2 }
  await checkRelease(second, pinned, first, Date.now() + 10 * DAY)
  await expect(checkRelease(first, pinned, second, Date.now())).rejects.toMatchObject({
    code: 'model-rolled-back',
  })
})

it('a folder of signed models accepts neither a publication nor a training without a key', async () => {
  const models = testFolder()
  cpSync(SHIPPED, models, { recursive: true })
  const { key } = await newKey()
  await runCommand(sign, { flags: { models, key } })
  const shop = join(models, 'not read')
  await expect(runCommand(pretrain, { flags: { shop, out: models } })).rejects.toThrow('give --key')
  await expect(runCommand(rollback, { flags: { models, to: '1' } })).rejects.toThrow('give --key')
  await expect(runCommand(sign, { flags: { models } })).rejects.toThrow('needs --key')
  const helper = 'http://127.0.0.1:1'
  await expect(runCommand(sign, { flags: { models, helper } })).rejects.toThrow(
    '--helper needs --key',
  )
  const unreachable = runCommand(sign, { flags: { models, key, helper } })
  await expect(unreachable).rejects.toMatchObject({ code: 'aggregator-unreachable' })
})
