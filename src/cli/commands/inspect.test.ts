import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeBaseModel } from '@nearside/core/model/files.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import { testModel, testShop } from '@nearside/evaluate/testShop.ts'
import { publishModel } from '@nearside/train/models/publish.ts'
import { shopEvents } from '@nearside/train/shop/testEvents.ts'
import { writeShop } from '@nearside/train/shop/testWrite.ts'
import { expect, it } from 'vitest'
import { type Flags, runCommand } from '../testCommand.ts'
import { command } from './inspect.ts'
import { command as keys } from './keys.ts'
import { command as sign } from './sign.ts'

async function inspect(directory: string, flags: Flags = {}) {
  const { result, printed } = await runCommand(command, { flags, positionals: [directory] })
  return { result, text: printed.join('\n') }
}

it('inspect shows features, best sellers and download size of a model, as text and as HTML', async () => {
  const folder = testFolder()
  const [models, shop, html] = ['models', 'testshop', 'm.html'].map((name) => join(folder, name))
  const made = testShop()
  await writeShop(shop, made.items, shopEvents({ ...made, from: 0, to: 0 }))
  const model = testModel(made)
  const { manifest } = await writeBaseModel(model)
  await publishModel(models, await writeBaseModel(model))
  const { text } = await inspect(models, { shop, html })
  expect(text).toMatch(/made by +a training in full\n/)
  expect(text).toMatch(/release +not signed\n/)
  expect(text).toMatch(
    /weight +kept +why\n +bought180 +2\.000 +yes +set by hand\n +popularity30 +0\.500/,
  )
  const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0)
  expect(text).toMatch(new RegExp(`\\n +all +${Math.round(bytes / 1000)} +100\\.0 %`))
  expect(text).toMatch(/\n +tables in memory +[1-9]\d*\n/)
  const { popularity30 } = model.statistics
  const best = popularity30.indexOf(Math.max(...popularity30))
  const shoppers = Math.round(Math.expm1(popularity30[best]))
  expect(text).toMatch(new RegExp(`goes with\\n +Thing ${best} +${shoppers} +Thing \\d+`))
  expect(text).not.toMatch(/NaN|undefined|Infinity/)
  expect(readFileSync(html, 'utf8').match(/<table/g)?.length).toBeGreaterThan(1)
  expect((await inspect(join(models, '1'))).text).toContain(`item${best}`)
  writeFileSync(join(models, '1/items.safetensors'), 'damaged')
  await expect(inspect(models)).rejects.toMatchObject({ code: 'model-corrupt' })
})

it('inspect shows who signed a model, and refuses the model if no named key signed it', async () => {
  const [models, key] = [testFolder(), join(testFolder(), 'key.pem')]
  await publishModel(models, await writeBaseModel(testModel(testShop())))
  const [publisher] = (await runCommand(keys, { flags: { key } })).printed
  await expect(inspect(models, { publisher })).rejects.toMatchObject({ code: 'model-unsigned' })
  await runCommand(sign, { flags: { models, key } })
  const { text } = await inspect(models, { publisher })
  expect(text).toMatch(/release +1, valid until 20\d\d-\d\d-\d\d, signed by /)
  expect(text).toContain(publisher)
  const stranger = Buffer.alloc(32, 7).toString('base64')
  const refused = inspect(models, { publisher: stranger })
  await expect(refused).rejects.toMatchObject({ code: 'model-unsigned' })
})
