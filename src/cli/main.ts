#!/usr/bin/env node
/** @module `nearside <command>`: finds the command, parses its options, reports errors in one line. */
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { NearsideError } from '../core/error.ts'
import { COMMON_OPTIONS, type Command, type CommandOption, parseConfig } from './command.ts'
import { createProgress } from './progress.ts'

/** Loaded on demand, so that `--help` starts fast. */
const COMMANDS: Readonly<Record<string, () => Promise<{ command: Command }>>> = {
  import: () => import('./import.ts'),
  pretrain: () => import('./pretrain.ts'),
  evaluate: () => import('./evaluate.ts'),
  serve: () => import('./serve.ts'),
  bench: () => import('./bench.ts'),
}

// A reader that has seen enough (`… | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv
  if (name === undefined || name === '--help' || name === 'help') {
    console.log(await overview())
    return name === undefined ? 2 : 0
  }
  const load = COMMANDS[name]
  if (!load)
    return complain(`unknown command '${name}': try one of ${Object.keys(COMMANDS).join(', ')}`)
  const { command } = await load()
  const abort = new AbortController()
  process.once('SIGINT', () => abort.abort())
  process.once('SIGTERM', () => abort.abort())
  const progress = createProgress(process.stderr)
  try {
    const parsed = parseArgs({
      args: rest,
      options: parseConfig(command.options),
      allowPositionals: command.positionals !== undefined,
    })
    const values = { ...parsed.values } as Record<string, string | boolean | undefined>
    if (values.help) {
      console.log(usage(command))
      return 0
    }
    for (const [option, spec] of Object.entries(command.options)) {
      if (values[option] === undefined && spec.default !== undefined) values[option] = spec.default
      if (spec.required && values[option] === undefined)
        return complain(`${name} needs --${option} ${spec.value ?? ''}`)
    }
    const context = { progress, print: (line: string) => console.log(line), signal: abort.signal }
    const result = await command.run(values, parsed.positionals, context)
    if (typeof values.json === 'string')
      await writeFile(values.json, `${JSON.stringify(result, null, 2)}\n`)
    return 0
  } catch (error) {
    progress.clear()
    if (process.env.NEARSIDE_DEBUG) console.error(error)
    return complain(
      error instanceof Error ? error.message : String(error),
      error instanceof NearsideError ? 1 : 2,
    )
  } finally {
    progress.clear()
  }
}

function complain(message: string, code = 2): number {
  console.error(`nearside: ${message.split('\n')[0]}`)
  return code
}

async function overview(): Promise<string> {
  const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()))
  const rows = commands.map(({ command }) => `  ${command.name.padEnd(12)}${command.summary}`)
  return [
    'usage: nearside <command> [options]',
    '',
    ...rows,
    '',
    'nearside <command> --help shows its options',
  ].join('\n')
}

function usage(command: Command): string {
  const row = ([name, option]: [string, CommandOption]) => {
    const flag = `--${name}${option.value ? ` ${option.value}` : ''}`
    const notes = [
      option.required ? 'required' : '',
      option.default ? `default ${option.default}` : '',
    ].filter(Boolean)
    return `  ${flag.padEnd(26)}${option.describe}${notes.length ? ` (${notes.join(', ')})` : ''}`
  }
  return [
    `usage: nearside ${command.name} [options]${command.positionals ? ` ${command.positionals}` : ''}`,
    '',
    command.summary,
    ...(command.details ? ['', command.details] : []),
    '',
    ...Object.entries({ ...command.options, ...COMMON_OPTIONS }).map(row),
  ].join('\n')
}

process.exitCode = await main(process.argv.slice(2))
