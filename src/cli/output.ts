/** @module Files that a command writes. */
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { invalidInput } from '@nearside/core/error.ts'

/**
 * Checks an output folder before a command's work, so that a missing folder loses no work.
 * @throws NearsideError `input-invalid` if the file's folder is missing
 */
export async function requireFolder(option: string, path: string | undefined): Promise<void> {
  if (path === undefined) return
  const folder = await stat(dirname(path)).catch(() => undefined)
  if (!folder?.isDirectory()) throw invalidInput(`--${option} ${path}: there is no such folder`)
}
