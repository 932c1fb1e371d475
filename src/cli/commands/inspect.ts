/** @module `nearside inspect`: shows what a model learned, its training data, and its size. */
import { Command } from '@commander-js/extra-typings'
import { NearsideError } from '@nearside/core/error.ts'
import { modelReport } from '@nearside/evaluate/report/model.ts'
import { readLatestFile } from '@nearside/train/models/publish.ts'
import { readHashed } from '@nearside/train/models/read.ts'
import { releaseLine } from '../publish/releaseFindings.ts'
import { defineReportCommand } from '../reportCommand.ts'
import { PUBLISHER, SHOP } from '../shared.ts'
import { readCatalogOf } from '../shopFiles.ts'

const syntax = new Command('inspect')
  .summary('show what a model learned, from which data, and what devices download')
  .description(`Checks every file. Reports where the model comes from, how it is signed, which features have weight,
why others were left out, which items sell, which items go with them, and what training measured.`)
  .argument('<model>', 'directory of models (its latest), or of a version')
  .option(...SHOP)
  .option(...PUBLISHER)

export const command = defineReportCommand(syntax, async (options, _, directory) => {
  const { model, hash } = await readHashed(directory)
  const latest = await readLatestFile(directory)
  const items = options.shop === undefined ? [] : await readCatalogOf(options.shop)
  const titles = new Map(items.map(({ id, title }) => [id, title]))
  const release = latest?.signed ? await releaseLine(latest, options.publisher, Date.now()) : null
  if (release === null && options.publisher)
    throw new NearsideError(
      'model-unsigned',
      `${directory} has no signed release, but --publisher needs one: run nearside sign`,
    )
  const report = modelReport({ model, hash, release, titleOf: (id) => titles.get(id) })
  return { result: { hash, release, manifest: model.manifest }, report }
})
