/**
 * @module Group commit: whatever arrives while one group is being written forms the next group, so
 * that many uploads share one flush of the disk and one request to the helper.
 */

/** @returns a function that puts one item into the next group; rejects if its group failed */
export function groupCommit<Item, Result>(
  run: (items: readonly Item[]) => Promise<readonly Result[]>,
  largest: number,
): { submit(item: Item): Promise<Result>; readonly waiting: () => number } {
  interface Waiting {
    readonly item: Item
    resolve(result: Result): void
    reject(error: unknown): void
  }
  const queue: Waiting[] = []
  let running = false

  async function work(): Promise<void> {
    if (running) return
    running = true
    while (queue.length > 0) {
      const group = queue.splice(0, largest)
      try {
        const results = await run(group.map(({ item }) => item))
        for (const [i, { resolve }] of group.entries()) resolve(results[i])
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    running = false
  }

  return {
    submit: (item) =>
      new Promise<Result>((resolve, reject) => {
        queue.push({ item, resolve, reject })
        void work()
      }),
    waiting: () => queue.length,
  }
}
