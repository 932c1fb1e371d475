import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { compile, compiledFile, watFiles } from './wat.ts'

test('the WebAssembly text files are found', () => {
  expect(watFiles().length).toBeGreaterThan(3)
})

test.each(watFiles())('the committed WebAssembly is the output of %s', (file) => {
  expect(compile(file)).toBe(readFileSync(compiledFile(file), 'utf8'))
})
