/** @module The steps on a disk that publishing takes; a test can let the power fail between any two. */
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

export interface Disk {
  /** Names in a folder; none where there is no folder. */
  list(folder: string): Promise<readonly string[]>
  /** Milliseconds since the epoch. */
  changedAt(path: string): Promise<number>
  /** With its parents; returns once their names are on the disk. */
  makeFolder(path: string): Promise<void>
  read(path: string): Promise<Uint8Array>
  /** Returns once the bytes are on the disk. */
  write(path: string, bytes: Uint8Array): Promise<void>
  /** Returns once the names in a folder are on the disk. */
  sync(folder: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  remove(path: string): Promise<void>
}

export const nodeDisk: Disk = {
  list: (folder) =>
    readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    }),
  changedAt: async (path) => (await stat(path)).mtimeMs,
  async makeFolder(path) {
    const first = await mkdir(path, { recursive: true })
    if (first === undefined) return
    for (let made = resolve(path); made.length >= resolve(first).length; made = dirname(made))
      await nodeDisk.sync(dirname(made))
  },
  read: readFile,
  async write(path, bytes) {
    const file = await open(path, 'w')
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
  },
  async sync(folder) {
    // Node can't open a folder on Windows: names are left to the file system there.
    if (process.platform === 'win32') return
    const directory = await open(folder, 'r')
    try {
      await directory.sync()
    } finally {
      await directory.close()
    }
  },
  rename,
  remove: (path) => rm(path, { recursive: true, force: true }),
}
