/**
 * @module Page with nothing but a personalizer, for a catalog of any size (`?size=10000`). The page records when its
 * first list appears. It also records when the first list after an event appears, which needs the whole model.
 */
import { createPersonalizer } from '../../../src/index.ts'
import { COUNT } from './page.ts'

const size = new URLSearchParams(location.search).get('size')
const personalizer = await createPersonalizer({
  catalog: `/sizes/${size}/catalog.json`,
  baseModel: `/sizes/${size}/models`,
  persist: 'always',
  worker: () => new Worker(new URL('../../../src/worker.ts', import.meta.url), { type: 'module' }),
})
const [first] = await personalizer.recommend({ limit: COUNT })
if (!first)
  throw new Error(
    personalizer
      .getSnapshot()
      .notices.map((it) => it.message)
      .join(),
  )
performance.mark('first-list')
await new Promise<void>((there) => {
  const look = () => personalizer.getSnapshot().model && there()
  personalizer.subscribe(look)
  look()
})
await personalizer.capture({ name: 'view_item', item_id: first.id })
const list = await personalizer.recommend({ limit: COUNT })
if (!list.some(({ reason }) => reason.kind !== 'popular')) throw new Error('nothing is personal')
performance.mark('personal-list')
const department = await personalizer.recommend({ category: 'Department 3', limit: 5000 })
performance.measure('department', 'personal-list')
performance.mark('asked')
const asked: { id: string; title: string } = await fetch(`/sizes/${size}/asked.json`).then((it) =>
  it.json(),
)
await personalizer.capture({ name: 'search', search_term: asked.title })
while (!(await personalizer.explain(asked.id)))
  await new Promise<void>((changed) => {
    const stop = personalizer.subscribe(() => {
      stop()
      changed()
    })
  })
performance.measure('search', 'asked')
document.body.append(
  ...department.map(({ id }) => Object.assign(document.createElement('li'), { title: id })),
)
