/**
 * @module Group commit: what arrives while one group is being written, or is nearly there when it has
 * been, forms the next group, so that many uploads share one flush of the disk and one request to the
 * helper. Where groups are small, it pays to let more of them gather.
 */

/**
 * @param gather resolves when the group after the one that begins now may begin; default: at once
 * @returns a function that puts what is on its way into the next group once it is there; rejects if it
 * never is, or if its group failed
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
  /** That came, or will not, since the last group began. */
  let settled = 0
  let running = false

  async function work(): Promise<void> {
    // One more of them after another must keep nobody waiting for ever: so at most as many as a group.
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
