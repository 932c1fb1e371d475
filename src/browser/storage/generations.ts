/**
 * @module Generations of a database. A database that the browser can't read stays under its name, and a new one
 * begins beside it: `nearside~2` after `nearside`. The newest is in use; the next start finds it by its name.
 */
import { NearsideError } from '@nearside/core/error.ts'

export const generationName = (name: string, generation: number) =>
  generation === 1 ? name : `${name}~${generation}`

/** Existing generations, ascending; null if the browser doesn't list its databases. */
export async function generationsOf(
  name: string,
  factory: IDBFactory,
): Promise<readonly number[] | null> {
  // Firefox before 126 lacks this function.
  if (!factory.databases) return null
  try {
    return (await factory.databases())
      .map((known) => generationIn(known.name ?? '', name))
      .filter((generation) => generation > 0)
      .sort((a, b) => a - b)
  } catch {
    // Opening the database reports the reason.
    return []
  }
}

function generationIn(known: string, name: string): number {
  if (known === name) return 1
  const generation = known.startsWith(`${name}~`) ? Number(known.slice(name.length + 1)) : 0
  return Number.isInteger(generation) && generation > 1 ? generation : 0
}

/** Deletes a database with all its generations. @throws NearsideError `storage-corrupt` */
export async function deleteAll(name: string, factory: IDBFactory): Promise<void> {
  for (const generation of (await generationsOf(name, factory)) ?? [1])
    await deleteDatabase(generationName(name, generation), factory)
}

/** @throws NearsideError `storage-corrupt` if the browser can't delete it either */
export function deleteDatabase(name: string, factory: IDBFactory): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = factory.deleteDatabase(name)
    request.onsuccess = () => resolve()
    request.onerror = () => {
      const message =
        'A damaged copy of what was kept could not be deleted: clear this site’s data in the browser’s settings to be rid of it.'
      reject(new NearsideError('storage-corrupt', message, { cause: request.error }))
    }
  })
}
