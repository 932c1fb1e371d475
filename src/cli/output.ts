/** @module Files that a command writes. */
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { invalidInput } from '@nearside/core/error.ts'

/**
 * Checks an output folder first, so that minutes of work aren't lost.
 * @throws NearsideError `input-invalid` if the file's folder is missing
 */
export async function requireFolder(option: string, path: string | undefined): Promise<void> {
  if (path === undefined) return
  const folder = await stat(dirname(path)).catch(() => undefined)
  if (!folder?.isDirectory()) throw invalidInput(`--${option} ${path}: there is no such folder`)
}
