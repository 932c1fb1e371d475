import { readdirSync, readFileSync } from 'node:fs'
import { sha256Hex } from '@nearside/core/bytes.ts'
import type { LatestModel } from '@nearside/core/model/manifest.ts'
import { describe, expect, test } from 'vitest'
import type { Download } from '../storage/store.ts'
import type { Transport } from '../transport/http.ts'
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

test('a stored download can answer all requests of `fetchModel`, which then returns the stored model', async () => {
  const fetched = await fetchModel({ transport: answering, directory, kept: null, now: 0 })
  expect(fetched?.loaded.hash).toBe(kept.version)
  expect(fetched?.loaded.model.itemIds.length).toBeGreaterThan(1000)
})

describe('a known model version', () => {
  const asked = async (latest: unknown) => {
    const urls: string[] = []
    const transport: Transport = {
      ...answering,
      get: (url, ...rest) => {
        urls.push(url.slice(directory.length))
        return answering.get(url, ...rest)
      },
    }
    const fetched = await fetchModel({
      transport,
      directory,
      kept: null,
      now: 0,
      latest: latest as LatestModel,
    })
    expect(fetched?.loaded.hash).toBe(kept.version)
    return urls
  }

  test('a known model version is fetched without a request for latest.json', async () => {
    const urls = await asked({ version: '1', manifest: kept.version })
    expect(urls).toContain('1/manifest.json')
    expect(urls).not.toContain('latest.json')
  })

  test.each([
    ['gone', { version: '0', manifest: kept.version }],
    ['another version by now', { version: '1', manifest: '0'.repeat(64) }],
    ['nonsense', { version: '../1', manifest: 7 }],
  ])(
    'a known model version is replaced by the version in latest.json if it is %s',
    async (_, latest) => {
      const urls = await asked(latest)
      expect(urls).toContain('latest.json')
      expect(urls.filter((url) => url.includes('..'))).toEqual([])
    },
  )
})

test('a stored download answers no request for another URL', () => {
  expect(answerOf(kept, `${directory}2/manifest.json`)).toBeNull()
  expect(answerOf(kept, `${directory}1/unknown.safetensors`)).toBeNull()
  expect(answerOf(kept, 'https://elsewhere.example/models/latest.json')).toBeNull()
})

test('a damaged stored download is refused', () => {
  const damaged = { ...kept, files: { ...files, 'manifest.json': new Uint8Array([123]) } }
  expect(() => answerOf(damaged, `${directory}latest.json`)).toThrow('not readable')
})
