/** @module Disk operations of publishing. Tests replace them, to simulate a power failure between any two. */
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

export type Disk = typeof nodeDisk

export const nodeDisk = {
  /** Names in a folder; empty if the folder doesn't exist. */
  list: (folder: string): Promise<readonly string[]> =>
    readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    }),
  /** Time of the last change in milliseconds since the epoch. */
  changedAt: async (path: string) => (await stat(path)).mtimeMs,
  /** Creates a folder with its parents; returns once their names are on the disk. */
  async makeFolder(path: string, mode = 0o777): Promise<void> {
    const first = await mkdir(path, { recursive: true, mode })
    if (first === undefined) return
    for (let made = resolve(path); made.length >= resolve(first).length; made = dirname(made))
      await nodeDisk.sync(dirname(made))
  },
  read: (path: string): Promise<Uint8Array> => readFile(path),
  /** Writes a file; returns once its bytes are on the disk. */
  async write(path: string, bytes: Uint8Array, mode = 0o666): Promise<void> {
    const file = await open(path, 'w', mode)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
  },
  /** Returns once the names in a folder are on the disk. */
  async sync(folder: string): Promise<void> {
    // Node can't open a folder on Windows; there the file system decides when it writes names.
    if (process.platform === 'win32') return
    const directory = await open(folder, 'r')
    try {
      await directory.sync()
    } finally {
      await directory.close()
    }
  },
  rename: (from: string, to: string) => rename(from, to),
  remove: (path: string) => rm(path, { recursive: true, force: true }),
}
