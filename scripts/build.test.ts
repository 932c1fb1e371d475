import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { testFolder } from '@nearside/core/testFolder.ts'
import { build } from 'vite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keepNodeEnv } from './build.ts'

let before: string | undefined
beforeEach(() => {
  before = process.env.NODE_ENV
})
afterEach(() => {
  process.env.NODE_ENV = before
})

async function buildPage(): Promise<void> {
  const root = testFolder()
  writeFileSync(join(root, 'index.html'), '<!doctype html><title>Shop</title>')
  await build({ root, configFile: false, logLevel: 'silent' })
  expect(process.env.NODE_ENV).toBe('production')
}

test('keepNodeEnv leaves NODE_ENV unset after a build', async () => {
  delete process.env.NODE_ENV
  await keepNodeEnv(buildPage)
  expect(process.env).not.toHaveProperty('NODE_ENV')
})

test('keepNodeEnv restores NODE_ENV after a failed build', async () => {
  process.env.NODE_ENV = 'test'
  const failing = async () => {
    process.env.NODE_ENV = 'production'
    throw new Error('no build')
  }
  await expect(keepNodeEnv(failing)).rejects.toThrow('no build')
  expect(process.env.NODE_ENV).toBe('test')
})
