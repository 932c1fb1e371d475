import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NearsideError } from '../error.ts'
import { type ModelManifest, parseLatest, parseManifest, parseVersion } from './manifest.ts'

const hash = 'a'.repeat(64)
const valid: ModelManifest = {
  format: 1,
  version: '2',
  parent: '1',
  shop: 'shop',
  items: 3,
  dimension: 64,
  features: [{ name: 'price', scale: 2, weight: -0.5, kept: true, reason: 'helps' }],
  files: [{ name: 'items.safetensors', bytes: 10, sha256: hash }],
  data: { from: '2024-01-01', to: '2024-02-01T10:00:00Z', until: '2024-03-01' },
  seed: 1,
  holdout: { fraction: 0.2, shoppers: 4 },
  metrics: { 'ndcg@10': 0.3 },
}

function code(read: () => unknown): string | undefined {
  try {
    read()
  } catch (error) {
    return error instanceof NearsideError ? error.code : `not a NearsideError: ${error}`
  }
}

test('parseManifest returns a valid manifest without its unknown fields', () => {
  expect(parseManifest({ ...valid, extra: 1 })).toEqual(valid)
  expect(parseManifest({ ...valid, parent: null }).parent).toBeNull()
  const update = { from: '1', did: 'counted anew' }
  expect(parseManifest({ ...valid, update: { ...update, extra: 1 } }).update).toEqual(update)
  expect(parseManifest({ ...valid, searchTolerance: 0.2 }).searchTolerance).toBe(0.2)
})

test('a manifest of another format gives the error model-incompatible', () => {
  expect(code(() => parseManifest({ ...valid, format: 2 }))).toBe('model-incompatible')
})

const [file] = valid.files
const [feature] = valid.features
test.each<[string, object]>([
  ['a version that names a folder outside the model directory', { version: '../1' }],
  ['a hidden version', { version: '.1' }],
  ['an update of a model whose version name is invalid', { update: { from: '../1', did: '' } }],
  ['an update that doesn’t state what it did', { update: { from: '1' } }],
  ['a missing shop', { shop: undefined }],
  ['negative items', { items: -1 }],
  [
    'a file outside the version’s directory',
    { files: [{ ...file, name: '../items.safetensors' }] },
  ],
  ['a file with an absolute path', { files: [{ ...file, name: '/items.safetensors' }] }],
  ['another kind of file', { files: [{ ...file, name: 'items.js' }] }],
  ['two files of the same name', { files: [file, file] }],
  ['a short hash', { files: [{ ...file, sha256: 'abc' }] }],
  ['an upper-case hash', { files: [{ ...file, sha256: 'A'.repeat(64) }] }],
  ['a weight that is not a number', { features: [{ ...feature, weight: null }] }],
  ['a negative scale', { features: [{ ...feature, scale: -1 }] }],
  ['an invalid date', { data: { ...valid.data, to: 'soon' } }],
  ['metrics that are not numbers', { metrics: { a: '1' } }],
  ['a search tolerance above the maximum of 0.2', { searchTolerance: 0.3 }],
  ['a negative tolerance', { searchTolerance: -0.1 }],
])('refuses %s', (_, change) => {
  expect(code(() => parseManifest({ ...valid, ...change }))).toBe('model-corrupt')
})

test('parseManifest and parseLatest refuse any invalid value with a NearsideError', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      expect(code(() => parseManifest(value))).toMatch(/^model-/)
      expect(code(() => parseLatest(value))).toBe('model-corrupt')
    }),
  )
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(valid)), fc.anything(), (key, value) => {
      const found = code(() => parseManifest({ ...valid, [key]: value }))
      expect(found === undefined || found.startsWith('model-')).toBe(true)
    }),
  )
})

test('a format that can’t be converted to text gives the error model-incompatible', () => {
  const format = JSON.parse('{"toString":[]}')
  expect(code(() => parseManifest({ ...valid, format }))).toBe('model-incompatible')
})

test('parseLatest reads a version and the hash of its manifest', () => {
  expect(parseLatest({ version: '7', manifest: hash })).toEqual({ version: '7', manifest: hash })
  expect(code(() => parseLatest({ version: '7', manifest: 'x' }))).toBe('model-corrupt')
})

test('a version name with a slash is refused', () => {
  expect(parseVersion('2024-06.1_b')).toBe('2024-06.1_b')
  expect(code(() => parseVersion('a/b'))).toBe('input-invalid')
})
