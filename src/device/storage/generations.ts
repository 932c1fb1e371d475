/**
 * @module A database that the browser can't read is never deleted: it stays under its name, and
 * another is begun beside it, `nearside~2` after `nearside`. The newest is in use; that it exists is
 * how the next start knows.
 */
import { NearsideError } from '../../core/error.ts'

export const generationName = (name: string, generation: number) =>
  generation === 1 ? name : `${name}~${generation}`

/** Generations that exist, ascending; null where the browser doesn't say what databases there are. */
export async function generationsOf(
  name: string,
  factory: IDBFactory,
): Promise<readonly number[] | null> {
  // Firefox before 126 has none.
  if (!factory.databases) return null
  try {
    return (await factory.databases())
      .map((known) => generationIn(known.name ?? '', name))
      .filter((generation) => generation > 0)
      .sort((a, b) => a - b)
  } catch {
    // Opening says what is the matter.
    return []
  }
}

function generationIn(known: string, name: string): number {
  if (known === name) return 1
  const generation = known.startsWith(`${name}~`) ? Number(known.slice(name.length + 1)) : 0
  return Number.isInteger(generation) && generation > 1 ? generation : 0
}

/** Deletes it with all its generations. @throws NearsideError `storage-corrupt` */
export async function deleteAll(name: string, factory: IDBFactory): Promise<void> {
  for (const generation of (await generationsOf(name, factory)) ?? [1])
    await deleteDatabase(generationName(name, generation), factory)
}

/** @throws NearsideError `storage-corrupt` where the browser can't delete it either */
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
