/** @module `nearside keys`: creates the key that signs models. */
import { Command } from '@commander-js/extra-typings'
import { makeSigningKey, publicKeyOf, readSigningKey } from '@nearside/train/models/sign.ts'
import { defineCommand, requireFolder } from '../command.ts'

const syntax = new Command('keys')
  .summary('create a key that signs models, and print its public half')
  .description(`FILE holds the private key (Ed25519, PEM), which only you can read. An existing file is never replaced.
Keep it off the web server, and keep a copy of it elsewhere. Put the public key into the option
modelKeys of the shop’s pages, and give it to the helper.`)
  .requiredOption('--key <file>', 'key file; created if it is missing')

export const command = defineCommand(syntax, async ({ key: file }, { print }) => {
  await requireFolder('key', file)
  const made = await makeSigningKey(file)
  const publicKey = publicKeyOf(await readSigningKey(file))
  print(publicKey)
  return { made, publicKey }
})
