/**
 * @module Group commit: many uploads share one flush of the disk and one request to the helper. Uploads that arrive
 * while a group is being written form the next group. A group waits for uploads that are still being received. If
 * groups are small, a pause between groups (`gather`) makes them larger.
 */

/** Maximum number of reports in a group; each group needs one request to the helper and one flush of the disk. */
export const GROUP = 64

/**
 * @param gather called when a group starts; the next group waits for the returned promise; default: no wait
 * @returns a function that takes the promise of an item, adds the item to the next group once it has arrived, and
 * resolves to its result; it rejects if the item's promise rejects or the group fails
 */
export function groupCommit<Item, Result>(
  run: (items: readonly Item[]) => Promise<readonly Result[]>,
  largest: number,
  gather: () => Promise<unknown> = async () => {},
): (coming: Promise<Item>) => Promise<Result> {
  interface Waiting {
    readonly item: Item
    resolve(result: Result): void
    reject(error: unknown): void
  }
  const queue: Waiting[] = []
  let coming = 0
  /** Number of items that arrived or failed since the last group began. */
  let settled = 0
  let running = false

  async function work(): Promise<void> {
    // New items must not delay a group forever, so a group of `largest` items starts at once.
    while (!running && queue.length > 0 && (coming === 0 || settled >= largest)) {
      running = true
      settled = 0
      const group = queue.splice(0, largest)
      const isDue = gather()
      try {
        const results = await run(group.map(({ item }) => item))
        for (const [i, { resolve }] of group.entries()) resolve(results[i])
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
      await isDue
      running = false
    }
  }

  return (item) =>
    new Promise<Result>((resolve, reject) => {
      coming++
      const done = () => {
        coming--
        settled++
        void work()
      }
      item.then((it) => queue.push({ item: it, resolve, reject }), reject).then(done)
    })
}
