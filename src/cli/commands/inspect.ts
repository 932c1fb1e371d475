/** @module `nearside inspect`: shows what a model learned, its training data, and its size. */
import { Command } from '@commander-js/extra-typings'
import { NearsideError } from '@nearside/core/error.ts'
import { modelReport } from '@nearside/evaluate/report/model.ts'
import { readLatestFile } from '@nearside/train/models/publish.ts'
import { readHashed } from '@nearside/train/models/read.ts'
import { defineCommand } from '../command.ts'
import { asTyped, requireFolder } from '../output.ts'
import { releaseLine } from '../publish/releaseFindings.ts'
import { readCatalogOf } from '../shopFiles.ts'
import { publicKeys } from '../signing.ts'
import { writeReport } from '../writeReport.ts'

const syntax = new Command('inspect')
  .summary('what a model learned, of what, and what devices download')
  .description(`Checks every file, and says where the model comes from, how it is signed, which features decide and why
others were left out, what sells and what goes with it, and what training measured.`)
  .argument('<model>', 'directory of models (its latest), or of a version')
  .option('--shop <dir>', 'the shop folder, for the titles')
  .option('--publisher <key>', 'public key that must have signed; several by comma', publicKeys)
  .option('--html <file>', 'write the report with plots as one page to FILE')
  .option('--markdown <file>', 'write the report as Markdown to FILE')

export const command = defineCommand(syntax, async (options, { print }, directory) => {
  await requireFolder('html', options.html)
  await requireFolder('markdown', options.markdown)
  const { model, hash } = await readHashed(directory)
  const latest = await readLatestFile(directory)
  const titles = await titlesOf(options.shop)
  const release = latest?.signed ? await releaseLine(latest, options.publisher, Date.now()) : null
  if (release === null && options.publisher)
    throw new NearsideError('model-unsigned', `${directory} holds no signed release`)
  const report = modelReport({ model, hash, release, titleOf: (id) => titles.get(id) })
  const result = { hash, release, manifest: model.manifest }
  await writeReport({ result, report }, options, `${asTyped(command.syntax)} ${directory}`, print)
  return result
})

async function titlesOf(shop: string | undefined): Promise<Map<string, string | undefined>> {
  if (shop === undefined) return new Map()
  return new Map((await readCatalogOf(shop)).map(({ id, title }) => [id, title]))
}
