import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { SERVER_COMMANDS } from './serverCommands.ts'
import { TOOL_COMMANDS } from './toolCommands.ts'

const MAIN = join(dirname(fileURLToPath(import.meta.url)), 'main.ts')

function nearside(...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', MAIN, ...argv],
    {
      encoding: 'utf8',
    },
  )
  return { status, stdout, stderr }
}

it('the program lists its commands, and reports an error in one line', () => {
  const help = nearside('--help')
  expect(help).toMatchObject({ status: 0, stderr: '' })
  for (const name of ['import', 'pretrain', 'evaluate', 'publish', 'doctor', 'serve', 'bench'])
    expect(help.stdout).toMatch(new RegExp(`^  ${name} .*\\w{4}`, 'm'))
  expect(nearside()).toMatchObject({ status: 2, stdout: help.stdout })
  expect(nearside('imprt')).toEqual({
    status: 2,
    stdout: '',
    stderr: "nearside: unknown command 'imprt' (Did you mean import?)\n",
  })
  expect(nearside('serve', '--role', 'boss')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^nearside: option '--role <role>' argument 'boss' .*\n$/),
  })
  expect(nearside('pretrain', '--shop', 'nowhere', '--out', 'nowhere')).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^nearside: .*nowhere.*\n$/),
  })
}, 120_000)

it('all commands together have at most 120 options', async () => {
  // Leaves out `--json`, which all commands have, and `build-shop`, which has the options of import, pretrain and
  // publish.
  const { 'build-shop': _, ...tools } = TOOL_COMMANDS
  const bench = () => import('./commands/bench.ts')
  const commands = { ...tools, ...SERVER_COMMANDS, bench }
  const loaded = await Promise.all(Object.values(commands).map((load) => load()))
  const options = loaded.flatMap(({ command }) => command.syntax.options)
  const others = options.filter(({ long }) => long !== '--json')
  const distinct = new Set(others.map(({ flags, description }) => `${flags} ${description}`))
  expect(distinct.size).toBeGreaterThan(60)
  expect(distinct.size).toBeLessThanOrEqual(120)
})
