import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { compile, compiledFile, watFiles } from './wat.ts'

test('there are files to compare', () => {
  expect(watFiles().length).toBeGreaterThan(3)
})

test.each(watFiles())('the committed bytes are those of %s', (file) => {
  expect(compile(file)).toBe(readFileSync(compiledFile(file), 'utf8'))
})
