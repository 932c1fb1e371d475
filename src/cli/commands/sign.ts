/** @module `nearside sign`: publishes the current model again, as a signed release. */
import { Command } from '@commander-js/extra-typings'
import { NearsideError } from '@nearside/core/error.ts'
import { signAgain } from '@nearside/train/models/publish.ts'
import { readModel } from '@nearside/train/models/read.ts'
import { defineCommand } from '../command.ts'
import { openSigner, withSigning } from '../signing.ts'
import { wholeNumber } from '../values.ts'

const syntax = withSigning(
  new Command('sign')
    .summary('signs the published model once more, as a new release')
    .description(`To begin with signatures, to change keys, or before the last release ends. Every file is checked
first; no version is made, and devices that have this model fetch nothing but its manifest.`)
    .requiredOption('--models <dir>', 'directory of published models'),
).option('--release <n>', 'the lowest number, where earlier ones are lost', wholeNumber(1, 1e15))

export const command = defineCommand(syntax, async (options, { print }) => {
  const { models, release: least } = options
  const signer = await openSigner(options, models, least)
  if (!signer) throw new NearsideError('input-invalid', 'sign needs --key')
  await readModel(models)
  const { version, signed } = await signAgain(models, signer.sign)
  const { release = 0, expires = 0, signatures = [] } = signed ?? {}
  const until = new Date(expires).toISOString().slice(0, 10)
  print(`version ${version} is release ${release}, until ${until}, signed by ${signatures.length}`)
  return { version, release, expires, keys: signatures.map(({ key }) => key) }
})
