/** @module `nearside sign`: publishes the current model again, as a signed release. */
import { Command } from '@commander-js/extra-typings'
import { invalidInput } from '@nearside/core/error.ts'
import { signAgain } from '@nearside/train/models/publish.ts'
import { readModel } from '@nearside/train/models/read.ts'
import { defineCommand } from '../command.ts'
import { MODELS } from '../shared.ts'
import { openSigner, withSigning } from '../signing.ts'
import { wholeNumber } from '../values.ts'

const syntax = withSigning(
  new Command('sign')
    .summary('sign the published model again, as a new release')
    .description(`Use it to start with signatures, to change keys, or before the last release expires. Every file is
checked first. The version stays the same, and devices that have this model fetch only its manifest.`)
    .requiredOption(...MODELS),
).option(
  '--release <n>',
  'lowest number of the new release, if earlier releases are lost',
  wholeNumber(1, 1e15),
)

export const command = defineCommand(syntax, async (options, { print }) => {
  const { models, release: least } = options
  const signer = await openSigner(options, models, least)
  if (!signer) throw invalidInput('sign needs --key')
  await readModel(models)
  const { version, signed } = await signAgain(models, signer.sign)
  const { release = 0, expires = 0, signatures = [] } = signed ?? {}
  const until = new Date(expires).toISOString().slice(0, 10)
  print(`version ${version} is release ${release}, until ${until}, signed by ${signatures.length}`)
  return { version, release, expires, keys: signatures.map(({ key }) => key) }
})
