import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { utf8 } from '../../core/bytes.ts'
import { nextVersion, publish, readLatest } from './publish.ts'
import { createModels } from './testFederation.ts'
import { candidateOf } from './testModel.ts'

describe('publishing', () => {
  it('adds a version and switches to it; twice is once', async () => {
    const models = await createModels()
    const parent = await readLatest(models)
    const candidate = await candidateOf('2', '1', utf8('shared 2'))
    await publish(models, parent, candidate)
    const first = await readLatest(models)
    await publish(models, parent, candidate)
    expect(await readLatest(models)).toEqual(first)
    expect(first).toMatchObject({ version: '2', manifest: { parent: '1' } })
    expect(readFileSync(join(models, '1/shared.safetensors'), 'utf8')).toBe('shared 1')
    expect(readdirSync(models).sort()).toEqual(['1', '2', 'latest.json'])
    expect(await nextVersion(models)).toBe('3')
  })

  it('changes nothing when a file of the parent is gone', async () => {
    const models = await createModels()
    const parent = await readLatest(models)
    rmSync(join(models, '1/encoder.safetensors'))
    const candidate = await candidateOf('2', '1', utf8('shared 2'))
    await expect(publish(models, parent, candidate)).rejects.toMatchObject({
      code: 'storage-unavailable',
    })
    expect(readdirSync(models).sort()).toEqual(['1', 'latest.json'])
    expect((await readLatest(models)).version).toBe('1')
  })

  it('sweeps up after a process that died in the middle', async () => {
    const models = await createModels()
    writeFileSync(join(models, '.draft-x'), '')
    writeFileSync(join(models, '.latest-y'), '')
    await publish(models, await readLatest(models), await candidateOf('2', '1', utf8('s')))
    expect(readdirSync(models).sort()).toEqual(['1', '2', 'latest.json'])
  })

  it('reads only the manifest that latest.json names', async () => {
    const models = await createModels()
    writeFileSync(join(models, '1/manifest.json'), '{}')
    await expect(readLatest(models)).rejects.toMatchObject({ code: 'model-corrupt' })
    writeFileSync(join(models, 'latest.json'), 'no')
    await expect(readLatest(models)).rejects.toMatchObject({ code: 'model-corrupt' })
    rmSync(join(models, 'latest.json'))
    await expect(readLatest(models)).rejects.toMatchObject({ code: 'model-unreachable' })
  })
})
