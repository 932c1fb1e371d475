/** @module Disk of a test: IndexedDB in memory, which refuses to write while the test says so. */
import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'

export interface TestDisk {
  readonly factory: IDBFactory
  refuses: boolean
}

export function createTestDisk(): TestDisk {
  const factory = new IDBFactory()
  const disk: TestDisk = { factory, refuses: false }
  const open = factory.open.bind(factory)
  factory.open = (name, version) => {
    const opening = open(name, version)
    opening.addEventListener('success', () => {
      const database = opening.result
      const begin = database.transaction.bind(database)
      database.transaction = (tables, mode, options) => {
        if (disk.refuses && mode === 'readwrite')
          throw new DOMException('as the test asked', 'QuotaExceededError')
        return begin(tables, mode, options)
      }
    })
    return opening
  }
  return disk
}
