/** @module The studio's page: a shopper and a page, the lists before and after the edits, and the rules. */
import { atPrice } from '@nearside/core/catalog/sale.ts'
import { NearsideError } from '@nearside/core/error.ts'
import type { Rule } from '@nearside/core/rules/rule.ts'
import { DAY } from '@nearside/core/time.ts'
import { useCallback, useEffect, useMemo, useState } from 'react'
import type { Previewed, StudioStart } from '../app.ts'
import { begin, change, type Edited, type ListKind, type Place, redo, undo } from '../edits.ts'
import { Controls, type Shown } from './Controls.tsx'
import type { Calls } from './calls.ts'
import { LISTS, type Products, productsOf } from './describe.ts'
import { ListPair } from './ListPair.tsx'
import { RulesPanel } from './RulesPanel.tsx'

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

export function Studio({ calls }: { readonly calls: Calls }) {
  const [start, setStart] = useState<StudioStart | null>(null)
  const [fault, setFault] = useState('')
  const load = useCallback(() => {
    setFault('')
    calls.start().then(setStart, (error) => setFault(messageOf(error)))
  }, [calls])
  useEffect(load, [load])
  if (start)
    return (
      <Editor calls={calls} start={start} products={productsOf(start.items)} key={start.version} />
    )
  return (
    <main className="studio ns-section">
      <h1>Nearside studio</h1>
      {fault ? (
        <p role="alert" className="fault">
          {fault}{' '}
          <button type="button" onClick={load}>
            Try again
          </button>
        </p>
      ) : (
        <p role="status">Loading the catalog and the rules …</p>
      )}
    </main>
  )
}

/** Edits of the rules, with undo and redo by buttons and by the keyboard. */
function useEdits(rules: readonly Rule[]) {
  const [edited, setEdited] = useState<Edited<readonly Rule[]>>(() => begin(rules))
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isField = event.target instanceof HTMLElement && event.target.matches('input, select')
      if (isField || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'z') return
      event.preventDefault()
      setEdited(event.shiftKey ? redo : undo)
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  return { edited, setEdited }
}

/** Time of a preview: noon (UTC) of its day, because that is the same day in most places; without a day, now. */
const timeOf = (day: string) => (day === '' ? Date.now() : Date.parse(day) + DAY / 2)

/** Lists under the newest rules and view; an answer to an earlier request is dropped. */
function usePreview(calls: Calls, saved: readonly Rule[], rules: readonly Rule[], shown: Shown) {
  const [found, setFound] = useState<(Previewed & { readonly of: Shown }) | null>(null)
  const [fault, setFault] = useState('')
  useEffect(() => {
    let isNewest = true
    const { day, ...view } = shown
    calls.preview(saved, rules, { ...view, time: timeOf(day) }).then(
      (answer) => {
        if (!isNewest) return
        setFound({ ...answer, of: shown })
        setFault('')
      },
      (error) => isNewest && setFault(messageOf(error)),
    )
    return () => {
      isNewest = false
    }
  }, [calls, saved, rules, shown])
  return { found, fault }
}

interface EditorProps {
  readonly calls: Calls
  readonly start: StudioStart
  readonly products: Products
}

function Editor({ calls, start, products }: EditorProps) {
  const [saved, setSaved] = useState({ rules: start.rules, version: start.version })
  const { edited, setEdited } = useEdits(start.rules)
  const [shown, setShown] = useState<Shown>({ looked: [], context: {}, day: '' })
  const [reach, setReach] = useState<Place['reach']>('here')
  const [said, setSaid] = useState({ text: '', isWrong: false })
  const [isSaving, setSaving] = useState(false)
  const [isTaken, setTaken] = useState(false)
  const rules = edited.now
  const { found, fault } = usePreview(calls, saved.rules, rules, shown)
  const isUnsaved = JSON.stringify(rules) !== JSON.stringify(saved.rules)
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    if (isUnsaved) addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [isUnsaved])
  const edit = (next: readonly Rule[], text: string) => {
    setEdited((before) => change(before, next))
    setSaid({ text, isWrong: false })
  }
  /** @param readVersion returns the version of the file to replace */
  async function save(readVersion: () => Promise<string>) {
    setSaving(true)
    try {
      const { version } = await calls.save(rules, await readVersion())
      setSaved({ rules, version })
      setTaken(false)
      const text = `Saved to ${start.file}. nearside publish takes it to the shop.`
      setSaid({ text, isWrong: false })
    } catch (error) {
      setTaken(error instanceof NearsideError && error.code === 'version-taken')
      setSaid({ text: `Not saved: ${messageOf(error)}`, isWrong: true })
    }
    setSaving(false)
  }
  const fail = (error: unknown) => setSaid({ text: messageOf(error), isWrong: true })
  const takeNewer = () =>
    calls.start().then((newer) => {
      setSaved(newer)
      setTaken(false)
      edit(newer.rules, 'These are the rules of the newer file. Undo brings yours back.')
    }, fail)
  const logOut = () => calls.logOut().then(() => location.reload(), fail)
  const { day } = shown
  const priced = useMemo(() => {
    const time = timeOf(day)
    const get = (id: string) => {
      const item = products.get(id)
      return item && atPrice(item, time)
    }
    return { ...products, get }
  }, [products, day])
  const kinds = (Object.keys(LISTS) as ListKind[]).filter((kind) => found?.after[kind])
  const { about, page, search: query } = found?.of ?? shown
  const placeOf = (list: ListKind): Place => ({
    ...{ list, reach, page },
    ...(list === 'search' ? { query } : list !== 'recommend' && { about }),
  })
  return (
    <main className="studio ns-section">
      <header className="bar">
        <h1>Nearside studio</h1>
        <div className="buttons">
          <button type="button" disabled={edited.past.length === 0} onClick={() => setEdited(undo)}>
            Undo
          </button>
          <button
            type="button"
            disabled={edited.future.length === 0}
            onClick={() => setEdited(redo)}
          >
            Redo
          </button>
          <button
            type="button"
            className="main"
            disabled={!isUnsaved || isSaving}
            onClick={() => save(async () => saved.version)}
          >
            Save
          </button>
          {start.hasLogin && (
            <button type="button" onClick={logOut}>
              Log out
            </button>
          )}
        </div>
        <p role="status" className={said.isWrong ? 'fault' : ''}>
          {said.text || `${start.file}: ${isUnsaved ? 'changes that are not saved' : 'all saved'}`}
        </p>
        {isTaken && (
          <div className="buttons">
            <button type="button" onClick={() => save(async () => (await calls.start()).version)}>
              Replace the newer file
            </button>
            <button type="button" onClick={takeNewer}>
              Take the newer file
            </button>
          </div>
        )}
      </header>
      <Controls {...{ products, rules, shown, setShown, reach, setReach }} />
      {fault && (
        <p role="alert" className="fault">
          {fault}
        </p>
      )}
      {!found && !fault && <p role="status">Making the lists …</p>}
      {found &&
        kinds.map((list) => (
          <ListPair
            key={list}
            {...{ products: priced, rules, edit }}
            place={placeOf(list)}
            before={found.before[list] ?? []}
            after={found.after[list] ?? []}
            leads={[found.before.redirect, found.after.redirect]}
          />
        ))}
      <RulesPanel {...{ calls, products, rules, edit }} findings={found?.findings ?? []} />
    </main>
  )
}
