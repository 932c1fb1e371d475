import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { testFolder } from '@nearside/core/testFolder.ts'
import type { Attack } from '@nearside/research/attacks/attacks.ts'
import { expect, it } from 'vitest'
import { runCommand } from '../testCommand.ts'
import { command } from './attackReport.ts'

it('attack-report tries every attack, prints a table of the results, and writes the table and the command line to a file', async () => {
  const file = join(testFolder(), 'attacks.md')
  const flags = { trials: 100, markdown: file, model: 'public/models' }
  const { result, printed } = await runCommand(command, { flags })
  expect((result as Attack[]).map(({ trials }) => trials)).toEqual([
    100, 100, 100, 100, 100, 100, 100, 100, 20, 20, 20, 20, 10, 10,
  ])
  const written = await readFile(file, 'utf8')
  expect(written).toContain('`nearside attack-report --trials 100 --model public/models`')
  for (const { name } of result as Attack[])
    for (const text of [printed.join('\n'), written]) expect(text).toContain(name)
})

it('attack-report refuses a missing output folder before the first attack', async () => {
  const flags = { markdown: join(testFolder(), 'none', 'attacks.md') }
  await expect(runCommand(command, { flags })).rejects.toMatchObject({ code: 'input-invalid' })
})
