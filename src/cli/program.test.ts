import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from '@commander-js/extra-typings'
import { describe, expect, it, onTestFinished } from 'vitest'
import { defineCommand } from './command.ts'
import { runCommand } from './testCommand.ts'
import { date, wholeNumber } from './values.ts'

const command = defineCommand(
  new Command('greet')
    .summary('say hello')
    .description('Twice\nif asked.')
    .requiredOption('--name <name>', 'to whom')
    .option('--times <n>', 'how often', wholeNumber(1, 9), 1)
    .option('--at <date>', 'when', date)
    .option('--after <words...>', 'with these after it')
    .option('--loud', 'with an exclamation mark'),
  async ({ name, times, after, loud }, { print }) => {
    print(`Hello, ${name}`.repeat(times) + (loud ? '!' : ''))
    return { name, times, after }
  },
)

/** Runs the command as a shell would, through the parser. */
const run = (...argv: string[]) => runCommand(command, { positionals: argv })

function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nearside-program-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

describe('a command line', () => {
  it('a command line passes typed values and defaults to the command', async () => {
    expect(await run('--name', 'Ada', '--times=2')).toMatchObject({
      result: { name: 'Ada', times: 2 },
      printed: ['Hello, AdaHello, Ada'],
    })
    expect(await run('--name', 'Ada', '--after', 'a', 'b', '--after', 'c')).toMatchObject({
      result: { after: ['a', 'b', 'c'] },
    })
    // A second run doesn't keep the values of the first run.
    expect((await run('--name', 'Ada')).result).toEqual({ name: 'Ada', times: 1 })
  })

  it('--json writes the result as JSON to its file', async () => {
    const file = join(testFolder(), 'result.json')
    await run('--name', 'Ada', '--json', file)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ name: 'Ada', times: 1 })
  })

  it('a --json file in a missing folder is refused before the command starts', async () => {
    const file = join(testFolder(), 'missing', 'result.json')
    await expect(run('--name', 'Ada', '--json', file)).rejects.toThrow(
      /--json .*: there is no such folder/,
    )
  })

  it('--help describes each option, also those that all commands have', async () => {
    const printed: string[] = []
    const shown = runCommand(command, { positionals: ['--help'], print: (l) => printed.push(l) })
    await expect(shown).rejects.toMatchObject({ code: 'commander.helpDisplayed', exitCode: 0 })
    const [help] = printed
    expect(help).toMatch(/^Usage: nearside greet \[options\]/)
    for (const text of [
      'say hello\n\nTwice if asked.',
      '--name <name>',
      'how often (default: 1)',
      '--json <file>',
      '--help',
    ])
      expect(help).toContain(text)
  })

  it.each([
    [[], /required option '--name <name>' not specified/],
    [['--name', 'Ada', '--tims', '2'], /unknown option '--tims'\n\(Did you mean --times\?\)/],
    [['--name'], /'--name <name>' argument missing/],
    [['--name', '--loud'], /A value is missing/],
    [['--name', ''], /A value is missing/],
    [['--name', 'Ada', '--times', '-1'], /a whole number from 1 to 9/],
    [['--name', 'Ada', '--times', '2.5'], /a whole number from 1 to 9/],
    [['--name', 'Ada', '--times', 'two'], /a whole number from 1 to 9/],
    [['--name', 'Ada', '--times', '1e1'], /a whole number from 1 to 9/],
    [['--name', 'Ada', '--at', 'noon'], /a date like/],
    [['--name', 'Ada', '--at', '2011-13-01'], /a date like/],
    [['--name', 'Ada', 'Bob'], /too many arguments/],
  ])('a command line with %j is refused', async (argv, message) => {
    await expect(run(...argv)).rejects.toThrow(message)
  })
})
