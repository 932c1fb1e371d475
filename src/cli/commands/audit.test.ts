import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { testFolder } from '@nearside/core/testFolder.ts'
import { inOrder } from '@nearside/research/selftest/bothVerifiers.ts'
import { fixtures } from '@nearside/research/selftest/selftest.ts'
import { expect, it } from 'vitest'
import { runCommand } from '../testCommand.ts'
import { command } from './audit.ts'

const hasPython = spawnSync('python3', ['--version']).status === 0

const run = (...positionals: string[]) => runCommand(command, { positionals })

it('audit verifies and explains an exported log, names an altered entry, and writes the result as JSON', async () => {
  const folder = testFolder()
  const [clean, changed, json] = ['a.json', 'b.json', 'out.json'].map((name) => join(folder, name))
  for await (const pair of fixtures(1, 3)) {
    writeFileSync(clean, pair.clean.text)
    const bundle = JSON.parse(pair.clean.text)
    bundle.ledger[1].time++
    writeFileSync(changed, JSON.stringify(bundle))
  }
  const { printed } = await run('verify', clean, '--json', json)
  expect(printed.at(-1)).toBe('ok: all checks hold')
  expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ ok: true, faults: [] })
  await expect(run('verify', changed, '--json', json)).rejects.toThrow(/^1 fault in .*b\.json$/)
  expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({
    ok: false,
    faults: [
      { check: 'chain', entry: JSON.parse(readFileSync(changed, 'utf8')).ledger[1].sequence },
    ],
  })
  expect((await run('explain', clean)).printed).toContain('WHAT LEFT THE BROWSER?')
  await expect(run('explain', changed)).rejects.toThrow(/1 fault/)
})

it('audit reports an unsigned bundle as unsigned, even if it is consistent', async () => {
  const file = join(testFolder(), 'unsigned.json')
  for await (const { tampered } of fixtures(20, 3))
    if (tampered.kind === 'all hashes made anew, no signatures') writeFileSync(file, tampered.text)
  await expect(run('verify', file)).rejects.toThrow(/1 fault/)
  const { printed } = await run('verify', file, '--allow-unsigned')
  expect(printed.at(-1)).toBe('unsigned: it agrees with itself, and shows no more')
})

it('audit names the fault of a malformed bundle on the screen and in the JSON', async () => {
  const [file, json] = ['bundle.json', 'out.json'].map((name) => join(testFolder(), name))
  writeFileSync(file, Uint8Array.of(0xff))
  await expect(run('verify', file, '--json', json)).rejects.toThrow(/^1 fault in .*bundle\.json$/)
  const { ok, faults } = JSON.parse(readFileSync(json, 'utf8'))
  expect({ ok, faults }).toMatchObject({ ok: false, faults: [{ check: 'format', entry: null }] })
})

it.skipIf(!hasPython)(
  'audit selftest compares the verifier in TypeScript with the one in Python',
  async () => {
    const script = fileURLToPath(new URL('../../../tools/verify.py', import.meta.url))
    const { result } = await run('selftest', '--against', script, '--count', '10', '--seed', '3')
    expect(result).toMatchObject({ compared: 10 })
    await expect(run('selftest', '--against', 'missing.py', '--count', '1')).rejects.toThrow()
  },
)

it.skipIf(!hasPython)(
  'audit selftest writes each bundle on which the two verifiers disagree to the JSON, so that it can be verified again',
  async () => {
    const [other, json] = ['other.py', 'out.json'].map((name) => join(testFolder(), name))
    const answer = `'{"faults": [{"check": "none", "entry": null}]}'`
    writeFileSync(other, `import sys\nfor _ in sys.stdin: print(${answer}, flush=True)\n`)
    const given = ['--against', other, '--count', '24', '--seed', '3', '--json', json]
    await expect(run('selftest', ...given)).rejects.toThrow(/differ/)
    interface Differing {
      readonly first: readonly string[]
      readonly line: object
    }
    const { different }: { different: readonly Differing[] } = JSON.parse(
      readFileSync(json, 'utf8'),
    )
    expect(different).toHaveLength(24)
    for (const name of ['key', 'earlier', 'releases', 'reports'])
      expect(
        different.some(({ line }) => name in line),
        name,
      ).toBe(true)
    const script = fileURLToPath(new URL('../../../tools/verify.py', import.meta.url))
    const input = different.map(({ line }) => `${JSON.stringify(line)}\n`).join('')
    const { stdout } = spawnSync('python3', [script, '--lines'], { encoding: 'utf8', input })
    const said = stdout.trim().split('\n')
    expect(said.map((line) => inOrder(JSON.parse(line).faults))).toEqual(
      different.map(({ first }) => first),
    )
  },
)

it('audit selftest finds every altered log and raises no false alarm', async () => {
  const { printed, result } = await run('selftest', '--count', '24')
  expect(printed).toContain('0 false alarms in 24 clean ones')
  expect(result).toMatchObject({ tampered: 24, found: 24, clean: 24, falseAlarms: 0 })
})

it.each([
  [['look'], /audit needs one of/],
  [['verify'], /audit verify needs a bundle/],
  [['verify', 'missing.json'], /missing\.json/],
  [['verify', 'missing.json', '--model', 'm'], /--model and --catalog/],
])('audit refuses %j', async (given, why) => {
  await expect(run(...given)).rejects.toThrow(why)
})
