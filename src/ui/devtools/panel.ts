/** @module Developer's panel: shows each list of the page, its items with reasons, the stored events, and timings. */

import type { Personalizer } from '@nearside/browser/api.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import type { ListQuery, Reason, Recommendation } from '@nearside/core/ranking/apiLists.ts'
import css from './devtools.css?inline'
import { type ListRecord, recorder } from './record.ts'

const EVENTS = 20

/**
 * Opens the panel on the page. Returns a personalizer that the panel observes; use it instead of the given one.
 * `items` are the shop's products, to show titles instead of ids.
 * @example
 * if (new URLSearchParams(location.search).has('nearside-devtools'))
 *   personalizer = (await import('nearside/devtools')).withDevtools(personalizer)
 */
export function withDevtools(
  own: Personalizer,
  { items = [] }: { readonly items?: readonly Item[] } = {},
): Personalizer {
  const titles = new Map(items.map(({ id, title }) => [id, title]))
  const host = make('nearside-devtools')
  const root = host.attachShadow({ mode: 'open' })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  root.adoptedStyleSheets = [sheet]
  const parts = ['Lists', 'Why', 'Events', 'State'].map((name) => {
    const body = make('div')
    const part = make('details', make('summary', name), body) as HTMLDetailsElement
    part.open = name !== 'State'
    return { part, body }
  })
  const [lists, why, events, state] = parts.map(({ body }) => body)
  why.append('Choose an item of a list.')
  const box = make('details', make('summary', 'Nearside'), ...parts.map(({ part }) => part))
  box.setAttribute('open', '')
  root.append(make('section', box))
  root.querySelector('section')?.setAttribute('aria-label', 'Nearside devtools')

  const record = recorder(own, () => performance.now(), soon)
  let due = false
  function soon(): void {
    if (due) return
    due = true
    requestAnimationFrame(() => {
      due = false
      draw()
    })
  }

  function rowOf({ id, rank, baseRank, score, reason }: Recommendation): readonly Part[] {
    const button = make('button', titles.get(id) ?? id) as HTMLButtonElement
    button.type = 'button'
    button.title = id
    button.onclick = () => void explain(id)
    const moved = rank === baseRank ? `${rank}` : `${rank} (${baseRank})`
    return [moved, button, reasonText(reason), score.toFixed(2)]
  }

  function listPart(record: ListRecord): HTMLElement {
    const { query, watched, milliseconds, answers, error, items } = record
    const took = milliseconds === null ? 'no answer yet' : `first answer ${rounded(milliseconds)}`
    const times = watched ? `, ${answers} so far` : ', asked once'
    const head = make('p', make('code', queryText(query)), ` ${took}${times}`)
    const body = error ? make('p', `Error: ${error}`) : table(items.map(rowOf))
    return make('div', head, body)
  }

  async function explain(id: string): Promise<void> {
    const found = await own.explain(id).catch((error: Error) => error.message)
    if (found === null || typeof found === 'string')
      return why.replaceChildren(found ?? `${id} can't be shown, or there is no model.`)
    const { contributions, rules, score, meanScore } = found
    why.replaceChildren(
      make('p', make('code', id), ` score ${score.toFixed(2)}, mean ${meanScore.toFixed(2)}`),
      table(contributions.map(({ kind, amount }) => [kind, amount.toFixed(3)])),
      make('p', rules.length > 0 ? `Rules: ${rules.join(', ')}` : 'No rule acts on it.'),
    )
  }

  async function drawEvents(): Promise<void> {
    const last = await own.events({ limit: EVENTS }).catch(() => [])
    const lines = last.map(({ name, items, query, time }) => {
      return [new Date(time).toLocaleTimeString(), name, query ?? items.join(', ')]
    })
    events.replaceChildren(lines.length > 0 ? table(lines) : 'None is stored.')
  }

  function draw(): void {
    const { fit, engine, model, guard, notices, trial, paused, deferred, tab } = own.getSnapshot()
    lists.replaceChildren(...record.lists().map(listPart))
    const facts: readonly (readonly [string, unknown])[] = [
      [
        'model',
        model && `${model.version}, ${model.items} items, until ${model.until.slice(0, 10)}`,
      ],
      ['engine', engine && `${engine.name} on ${engine.device}: ${engine.reason}`],
      [
        'last fit',
        fit && `${rounded(fit.milliseconds)}, ${fit.cases} cases, λ ${fit.fusionWeight}`,
      ],
      ['guard', `${guard.active ? 'personal' : 'base'} after ${guard.tested} events`],
      ['tab', tab],
      ['trial', trial && `${trial.name}: ${trial.arm}`],
      ['waits', deferred],
      ['paused', paused || null],
      ...notices.map(({ code, message }) => [code, message] as const),
    ]
    const known = facts.filter(([, value]) => value != null)
    state.replaceChildren(table(known.map(([name, value]) => [name, String(value)])))
    void drawEvents()
  }

  const unsubscribe = own.subscribe(soon)
  document.body.append(host)
  draw()
  return {
    ...record.personalizer,
    close() {
      unsubscribe()
      host.remove()
      own.close()
    },
  }
}

type Part = string | Node

function make(tag: string, ...parts: readonly Part[]): HTMLElement {
  const made = document.createElement(tag)
  made.append(...parts)
  return made
}

const table = (rows: readonly (readonly Part[])[]) =>
  make('table', ...rows.map((cells) => make('tr', ...cells.map((cell) => make('td', cell)))))

const rounded = (milliseconds: number) => `${milliseconds.toFixed(1)} ms`

/** Formats a reason as its kind, followed by its details, e.g. `because tin viewed`. */
const reasonText = ({ kind, ...about }: Reason) => [kind, ...Object.values(about)].join(' ')

function queryText({ kind, options, ...about }: ListQuery): string {
  const subject = Object.values(about).map((one) =>
    typeof one === 'string' ? one : `${one.length} items`,
  )
  const given = Object.entries(options ?? {}).filter(([, value]) => value !== undefined)
  const asked = given.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(', ')
  return [kind, ...subject, asked && `{ ${asked} }`].filter(Boolean).join(' ')
}
