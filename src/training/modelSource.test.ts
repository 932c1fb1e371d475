import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Download } from '../storage/store.ts'
import type { Transport } from '../transport/transport.ts'
import { sha256Hex } from '../weights/hash.ts'
import { answerOf, fetchModel } from './modelSource.ts'

const directory = 'https://shop.example/models/'
const folder = 'public/models/1'
const files = Object.fromEntries(
  readdirSync(folder).map((name) => [name, new Uint8Array(readFileSync(`${folder}/${name}`))]),
)
const kept: Download = {
  key: 'model',
  version: await sha256Hex(files['manifest.json']),
  url: directory,
  time: 0,
  files,
}

const answering: Transport = {
  async get(url) {
    const answer = answerOf(kept, url)
    if (!answer) throw new Error(`${url} is not kept`)
    return new Uint8Array(answer)
  },
  post: () => Promise.reject(new Error('nothing is sent')),
}

test('what is kept answers for the server: the model that comes of it is the same', async () => {
  const fetched = await fetchModel({ transport: answering, directory, kept: null, now: 0 })
  expect(fetched?.loaded.hash).toBe(kept.version)
  expect(fetched?.loaded.model.itemIds.length).toBeGreaterThan(1000)
})

test('it answers for nothing else', () => {
  expect(answerOf(kept, `${directory}2/manifest.json`)).toBeNull()
  expect(answerOf(kept, `${directory}1/unknown.safetensors`)).toBeNull()
  expect(answerOf(kept, 'https://elsewhere.example/models/latest.json')).toBeNull()
})

test('a damaged one is no answer', () => {
  const damaged = { ...kept, files: { ...files, 'manifest.json': new Uint8Array([123]) } }
  expect(() => answerOf(damaged, `${directory}latest.json`)).toThrow('not readable')
})
