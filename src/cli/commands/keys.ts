/** @module `nearside keys`: creates the key that signs models. */
import { Command } from '@commander-js/extra-typings'
import { makeSigningKey, publicKeyOf, readSigningKey } from '@nearside/train/models/sign.ts'
import { defineCommand } from '../command.ts'
import { requireFolder } from '../output.ts'

const syntax = new Command('keys')
  .summary('makes a key to sign models with, and prints its public half')
  .description(`FILE holds the private half (Ed25519, PEM), which only you can read; it is never replaced. Keep it
off the web server, and a copy of it elsewhere. The public half goes into the option modelKeys of the
shop’s pages, and to the helper.`)
  .requiredOption('--key <file>', 'the file, made where there is none')

export const command = defineCommand(syntax, async ({ key: file }, { print }) => {
  await requireFolder('key', file)
  const made = await makeSigningKey(file)
  const publicKey = publicKeyOf(await readSigningKey(file))
  print(publicKey)
  return { made, publicKey }
})
