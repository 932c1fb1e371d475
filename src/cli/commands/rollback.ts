/** @module `nearside rollback`: publishes an earlier model again, as a new version. */
import { Command } from '@commander-js/extra-typings'
import { parseVersion } from '@nearside/core/model/manifest.ts'
import { rollBack } from '@nearside/train/models/rollBack.ts'
import { defineCommand } from '../command.ts'
import { MODELS } from '../shared.ts'
import { openSigner, withSigning } from '../signing.ts'

const syntax = withSigning(
  new Command('rollback')
    .summary('publish an earlier model again, under a new version')
    .description(`Devices and the aggregation leader treat it as a newer model. If rounds of contributions made --to, the
new version still descends from the same trained model.`)
    .requiredOption(...MODELS)
    .requiredOption('--to <version>', 'version to publish again', parseVersion),
)

export const command = defineCommand(syntax, async (options, { print }) => {
  const { models, to } = options
  const signer = await openSigner(options, models)
  const { version } = await rollBack(models, to, signer?.sign)
  print(`version ${version} is version ${to} once more`)
  return { version, to }
})
