/** @module Files that a command writes, and the command line that it notes in them. */
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { NearsideError } from '@nearside/core/error.ts'

/**
 * Checks an output folder first, so that minutes of work aren't lost.
 * @throws NearsideError `input-invalid` if the file's folder is missing
 */
export async function requireFolder(option: string, path: string | undefined): Promise<void> {
  if (path === undefined) return
  const folder = await stat(dirname(path)).catch(() => undefined)
  if (!folder?.isDirectory())
    throw new NearsideError('input-invalid', `--${option} ${path}: there is no such folder`)
}

/** The command line that was parsed last, without its output files. */
export function asTyped(syntax: CommandUnknownOpts): string {
  const given = syntax.options.flatMap((option) => {
    const name = option.attributeName()
    const isFile = ['html', 'markdown', 'json'].includes(name)
    const isTyped = syntax.getOptionValueSource(name) === 'cli'
    return isTyped && !isFile ? [`${option.long} ${syntax.getOptionValue(name)}`] : []
  })
  return [syntax.name(), ...given, ...syntax.args].join(' ')
}
