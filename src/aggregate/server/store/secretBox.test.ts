import { expect, it } from 'vitest'
import { createSecretBox } from './secretBox.ts'

const box = createSecretBox(new Uint8Array(32).fill(1))
const secret = Uint8Array.of(1, 2, 3)

it('a secret box opens only an unchanged value under its own name', () => {
  const sealed = box.seal('seed 1', secret)
  expect(box.open('seed 1', sealed)).toEqual(secret)
  expect(() => box.open('seed 2', sealed)).toThrow(/--store-key/)
  for (let i = 0; i < sealed.length; i++) {
    const changed = Uint8Array.from(sealed)
    changed[i] ^= 1
    expect(() => box.open('seed 1', changed)).toThrow(/--store-key/)
  }
  expect(() => box.open('seed 1', sealed.slice(0, 10))).toThrow(/--store-key/)
})

it('a secret box seals the same value differently each time', () => {
  expect(box.seal('seed 1', secret)).not.toEqual(box.seal('seed 1', secret))
})
