import { provide } from '/nearside/element.js'
import { provideSearch } from '/nearside/element-search.js'
import { createPersonalizer } from '/nearside/index.js'

const catalog = '/catalog/catalog.json'
const [items, personalizer] = await Promise.all([
  fetch(catalog).then((got) => got.json()),
  createPersonalizer({
    catalog,
    baseModel: '/models',
    // A shop that asks its shoppers leaves this out: GETTING-STARTED, “Ask before anything is stored”.
    persist: 'always',
    worker: () => new Worker('/nearside/worker.js', { type: 'module' }),
  }),
])
const linkTo = ({ id }) => `#${id}`
provide({ personalizer, items, linkTo })
provideSearch({ personalizer, items, linkTo })

document.addEventListener('nearside-select', ({ detail }) =>
  personalizer.capture({ name: 'view_item', item_id: detail.recommendation.id }),
)

personalizer.subscribe(() => {
  const { engine, notices } = personalizer.getSnapshot()
  const learned = engine ? `Learned with ${engine.name}.` : 'Ranked on this device.'
  document.getElementById('status').textContent = notices[0]?.message ?? learned
})
