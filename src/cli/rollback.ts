/** @module `nearside rollback`: an earlier model once more, as a new version. */
import { join } from 'node:path'
import { Command } from '@commander-js/extra-typings'
import { parseVersion } from '../core/model/manifest.ts'
import { publishModel } from '../train/models/publish.ts'
import { readFiles, readModel } from '../train/models/read.ts'
import { defineCommand } from './command.ts'
import { openSigner, withSigning } from './signing.ts'

const syntax = withSigning(
  new Command('rollback')
    .summary('publishes an earlier model once more, under a new version')
    .description(`Devices and the aggregation leader take it for what it is, a newer model. What was trained is
unchanged; where --to was made by rounds of contributions, it still counts from its own trained model.`)
    .requiredOption('--models <dir>', 'directory of published models')
    .requiredOption('--to <version>', 'the version to publish once more', parseVersion),
)

export const command = defineCommand(syntax, async (options, { print }) => {
  const { models, to } = options
  const signer = await openSigner(options, models)
  const directory = join(models, to)
  // Every file is checked.
  const { manifest } = await readModel(directory)
  // What pretraining reported lies beside the earlier version.
  const { reports: _, ...kept } = manifest
  const files = await readFiles({ manifest, directory })
  const { version } = await publishModel(models, { manifest: kept, files }, { sign: signer?.sign })
  print(`version ${version} is version ${to} once more`)
  return { version, to }
})
