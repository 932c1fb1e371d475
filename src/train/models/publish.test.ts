import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { writeBaseModel } from '@nearside/core/model/files.ts'
import { tinyModel } from '@nearside/core/model/testModel.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import { describe, expect, it } from 'vitest'
import { type Disk, nodeDisk } from './disk.ts'
import { nextVersion, publishCopy, publishModel } from './publish.ts'
import { readFiles, readLatest, readModel } from './read.ts'

const [FIRST, SECOND] = [await made(1), await made(2)]

async function made(seed: number) {
  const model = tinyModel(12, seed)
  return { ...(await writeBaseModel(model)), model }
}

/** Content of every file below `folder`, by path. */
function contents(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => {
        const path = join(parentPath, name)
        return [path.slice(folder.length + 1), readFileSync(path, 'latin1')]
      }),
  )
}

/** A disk on which every operation from the given step on fails, even those of the clean-up. */
function failingDisk(step: number, code = 'EIO'): Disk & { readonly steps: () => number } {
  let steps = 0
  const guarded =
    <A extends readonly unknown[], R>(operation: (...args: A) => Promise<R>, half?: () => void) =>
    async (...args: A): Promise<R> => {
      if (steps++ < step) return operation(...args)
      half?.()
      throw Object.assign(new Error(`the power failed (${code})`), { code })
    }
  return {
    ...nodeDisk,
    steps: () => steps,
    makeFolder: guarded(nodeDisk.makeFolder),
    async write(path, bytes) {
      // The power fails in the middle of the last write.
      if (steps === step) writeFileSync(path, bytes.subarray(0, bytes.length / 2))
      return guarded(nodeDisk.write)(path, bytes)
    },
    sync: guarded(nodeDisk.sync),
    rename: guarded(nodeDisk.rename),
    remove: guarded(nodeDisk.remove),
  }
}

describe('publishing', () => {
  it('publishing takes the next version number, writes a readable model and updates latest.json', async () => {
    const models = join(testFolder(), 'new', 'models')
    expect(await publishModel(models, FIRST)).toMatchObject({ version: '1' })
    const before = contents(join(models, '1'))
    expect(await publishModel(models, SECOND)).toMatchObject({ version: '2' })
    expect(contents(join(models, '1'))).toEqual(before)
    expect(readdirSync(models).sort()).toEqual(['1', '2', 'latest.json'])
    expect((await readLatest(models)).version).toBe('2')
    expect((await readModel(models)).bias).toEqual(SECOND.model.bias)
    expect((await readModel(join(models, '1'))).bias).toEqual(FIRST.model.bias)
  })

  it('publishing never reuses the number of a retired version', async () => {
    const models = testFolder()
    mkdirSync(join(models, '7'))
    mkdirSync(join(models, 'autumn'))
    expect(await nextVersion(models)).toBe('8')
  })

  it('publishing a model again changes nothing, and publishing another model under its name is refused', async () => {
    const models = testFolder()
    await publishModel(models, FIRST, { version: 'autumn' })
    const before = contents(models)
    await publishModel(models, FIRST, { version: 'autumn' })
    expect(contents(models)).toEqual(before)
    const refused = expect.objectContaining({ code: 'version-taken' })
    await expect(publishModel(models, SECOND, { version: 'autumn' })).rejects.toEqual(refused)
    expect(contents(models)).toEqual(before)
  })

  it('two concurrent publications get two version numbers', async () => {
    const models = testFolder()
    const latest = await Promise.all([FIRST, SECOND].map((model) => publishModel(models, model)))
    expect(latest.map(({ version }) => version).sort()).toEqual(['1', '2'])
    expect(readdirSync(models).sort()).toEqual(['1', '2', 'latest.json'])
  })

  it('if power fails at any step of publishing, a complete version stays published, either the old or the new version', async () => {
    const models = testFolder()
    await publishModel(models, FIRST)
    const first = contents(join(models, '1'))
    let seen = 0
    for (let step = 0; ; step++) {
      const disk = failingDisk(step)
      const known = new Set(readdirSync(models))
      const before = await readLatest(models)
      const published = await publishModel(models, SECOND, { disk }).catch(() => null)
      const after = await readLatest(models)
      if (after.version === before.version) expect(published).toBeNull()
      // Every folder with a version's name is complete; all other folders are staging folders.
      for (const name of readdirSync(models).filter((name) => !known.has(name))) {
        if (name.startsWith('.staging-')) continue
        expect((await readModel(join(models, name))).bias).toEqual(SECOND.model.bias)
      }
      expect(contents(join(models, '1'))).toEqual(first)
      seen = disk.steps()
      if (step >= seen) break
    }
    expect(seen).toBeGreaterThan(12)
  })

  it('publishing a copy copies a version byte for byte, and survives a power failure at any step', async () => {
    const elsewhere = testFolder()
    const models = testFolder()
    await publishModel(models, FIRST)
    const latest = await publishModel(elsewhere, SECOND, { version: 'autumn' })
    const files = await readFiles(await readLatest(elsewhere))
    files.set(
      'manifest.json',
      new Uint8Array(readFileSync(join(elsewhere, 'autumn/manifest.json'))),
    )
    let seen = 0
    for (let step = 0; ; step++) {
      const disk = failingDisk(step)
      await publishCopy(models, latest, files, async () => {}, disk).catch(() => null)
      expect(['1', 'autumn']).toContain((await readLatest(models)).version)
      if (readdirSync(models).includes('autumn'))
        expect((await readModel(join(models, 'autumn'))).bias).toEqual(SECOND.model.bias)
      seen = disk.steps()
      if (step >= seen) break
    }
    expect(seen).toBeGreaterThan(10)
    expect(contents(join(models, 'autumn'))).toEqual(contents(join(elsewhere, 'autumn')))
    const other = new Map(files).set('manifest.json', new Uint8Array(1))
    await expect(publishCopy(models, latest, other, async () => {})).rejects.toMatchObject({
      code: 'version-taken',
    })
    const refused = publishCopy(models, latest, files, async (previous) => {
      throw new Error(`not after ${previous?.version}`)
    })
    await expect(refused).rejects.toThrow('not after autumn')
  })

  it('publishing reports a full disk and leaves no file behind', async () => {
    const models = testFolder()
    await publishModel(models, FIRST)
    const before = contents(models)
    const full: Disk = {
      ...nodeDisk,
      async write(path, bytes) {
        if (path.endsWith('manifest.json'))
          throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
        await nodeDisk.write(path, bytes)
      },
    }
    await expect(publishModel(models, SECOND, { disk: full })).rejects.toMatchObject({
      code: 'storage-full',
      message: expect.stringMatching(/no room in .*not published.*ENOSPC/),
    })
    expect(contents(models)).toEqual(before)
  })

  it('publishing removes the staging folder of a dead process, but not that of a running process', async () => {
    const models = testFolder()
    const staging = (host: string, pid: number, hoursAgo = 0) => {
      const name = `.staging-${host}-${pid}-0a1b2c3d`
      mkdirSync(join(models, name, 'version'), { recursive: true })
      const time = Date.now() / 1000 - hoursAgo * 3600
      utimesSync(join(models, name), time, time)
      return name
    }
    // No process has this number, since it exceeds the kernel's maximum.
    staging(hostname(), 2 ** 30)
    staging('elsewhere', 1, 2)
    const running = [staging(hostname(), process.ppid), staging('elsewhere', 2)]
    await publishModel(models, FIRST)
    expect(readdirSync(models).sort()).toEqual([...running, '1', 'latest.json'].sort())
  })
})

describe('reading', () => {
  it('reading refuses a manifest whose hash differs from that in latest.json', async () => {
    const models = testFolder()
    await expect(readLatest(models)).rejects.toMatchObject({ code: 'model-unreachable' })
    await publishModel(models, FIRST)
    writeFileSync(join(models, '1/manifest.json'), JSON.stringify(SECOND.manifest))
    await expect(readLatest(models)).rejects.toMatchObject({ code: 'model-corrupt' })
    writeFileSync(join(models, 'latest.json'), 'no')
    await expect(readModel(models)).rejects.toMatchObject({ code: 'model-corrupt' })
  })
})
