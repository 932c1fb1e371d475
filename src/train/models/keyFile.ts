/** @module Reads a file with a secret key, which only its owner may be able to read. */
import { readFile, stat } from 'node:fs/promises'
import { NearsideError } from '@nearside/core/error.ts'

/** @throws NearsideError `input-invalid` if the file is unreadable, or readable by others */
export async function readKeyFile(file: string): Promise<string> {
  const refuse = (why: string, cause?: unknown) =>
    new NearsideError('input-invalid', `The key ${file} ${why}`, { cause })
  let mode: number
  let text: string
  try {
    mode = (await stat(file)).mode
    text = await readFile(file, 'utf8')
  } catch (cause) {
    throw refuse('can’t be read', cause)
  }
  // Windows has no such modes.
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw refuse('can be read by others: chmod 600')
  return text
}
