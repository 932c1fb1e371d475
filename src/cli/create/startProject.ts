/** @module Installs, trains and serves a new project, and opens its page. */
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { stripVTControlCharacters } from 'node:util'
import { commandsOf, PACKAGE, type Project } from './project.ts'

export interface Machine {
  readonly spawn: (command: string, options: SpawnOptions) => ChildProcess
  readonly write: (text: string) => void
  /** Whether to open the page in a browser. */
  readonly opens: boolean
}

/** Address that Vite, Next.js and the package `serve` print as soon as they listen. */
const ADDRESS = /https?:\/\/localhost:\d+(?=[/\s])/

/** Commands that open an address in the user's browser; other systems have `xdg-open`. */
const OPENERS: Partial<Record<NodeJS.Platform, string>> = { win32: 'start', darwin: 'open' }

/**
 * Runs the project's commands until its server ends.
 * @returns the command that failed, and how to go on; null if nothing failed
 */
export async function startProject(
  { folder, framework }: Pick<Project, 'folder' | 'framework'>,
  machine: Machine,
): Promise<string | null> {
  const commands = commandsOf(framework)
  for (const [at, command] of commands.entries()) {
    machine.write(`\n> ${command}\n`)
    const failure = await run(command, folder, machine, at === commands.length - 1)
    if (failure === null) continue
    return [
      `'${command}' failed (${failure}). Your project in ${folder} is complete.`,
      ...(at === 0 ? [await packedFiles()] : []),
      'To go on, run there:',
      ...commands.slice(at).map((left) => `  ${left}`),
    ].join('\n')
  }
  return null
}

async function packedFiles(): Promise<string> {
  const { version } = JSON.parse(await readFile(PACKAGE, 'utf8'))
  const files = ['nearside', 'nearside-tools'].map((name) => `./${name}-${version}.tgz`)
  return `If npm has no Nearside ${version}, copy the packed files there and run npm install ${files.join(' ')}`
}

/** @returns why the command failed; null if it ended well */
async function run(
  command: string,
  cwd: string,
  { spawn, write, opens }: Machine,
  serves: boolean,
): Promise<string | null> {
  // On Windows, npm is a script, which only a shell runs.
  const child = spawn(command, {
    cwd,
    shell: true,
    stdio: ['inherit', serves ? 'pipe' : 'inherit', 'inherit'],
  })
  let printed = ''
  let opened = !opens
  child.stdout?.on('data', (chunk: Buffer) => {
    write(`${chunk}`)
    if (opened) return
    printed += chunk
    const [address] = ADDRESS.exec(stripVTControlCharacters(printed)) ?? []
    if (address === undefined) return
    opened = true
    const opener = OPENERS[process.platform] ?? 'xdg-open'
    // Ctrl-C ends the server's process group, so the browser runs in its own. On Windows, `start` does that.
    const options = {
      shell: true,
      stdio: 'ignore',
      detached: process.platform !== 'win32',
    } as const
    const browser = spawn(`${opener} ${address}`, options)
    // Where no browser opens, the user still sees the printed address.
    browser.on('error', () => {})
    browser.unref()
  })
  try {
    const [code, signal] = await once(child, 'close')
    return code === 0 ? null : (signal ?? `exit code ${code}`)
  } catch (cause) {
    return (cause as Error).message
  }
}
