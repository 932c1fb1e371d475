/** @module Compares the verifiers in TypeScript and in Python on files that are changed at random. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { compareVerifiers } from '@nearside/research/selftest/bothVerifiers.ts'
import { expect, test } from 'vitest'

const SCRIPT = fileURLToPath(new URL('../../tools/verify.py', import.meta.url))
const hasPython = spawnSync('python3', ['--version']).status === 0

/** For more files: `audit selftest --against tools/verify.py --count 10000`. */
const MUTATIONS = 400
const SEED = 11

test.skipIf(!hasPython)(
  'both verifiers name the same checks and entries for randomly changed files',
  async () => {
    const { compared, different, ...counts } = await compareVerifiers(
      SCRIPT,
      MUTATIONS,
      SEED,
      () => {},
    )
    const said = different.map(({ first, second }) => [first, second])
    expect(said).toEqual([])
    expect(compared).toBe(MUTATIONS)
    const { refused, malformed, faulty, clean } = counts
    expect(Math.min(refused, malformed, faulty, clean)).toBeGreaterThan(MUTATIONS / 30)
    // Each check that needs an auditor's option must find a fault in some file.
    for (const check of ['option', 'key', 'earlier', 'release', 'checkpoint'])
      expect(counts.checks[check], check).toBeGreaterThan(0)
  },
  1_800_000,
)
