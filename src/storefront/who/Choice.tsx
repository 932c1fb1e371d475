/** @module Lets the shopper choose, add, rename and remove the people for whom they shop. */
import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { usePersonalization, usePersonalizer } from '../../react.ts'
import { useSignal } from '../signal.ts'
import { ME, NOBODY, who } from '../stored.ts'
import { words } from '../words/words.ts'
import { switchTo } from './follow.ts'

/** Maximum number of people, and maximum length of a name. */
const MOST = { people: 20, letters: 30 }

interface ChoiceProps {
  /** Called on Escape; absent if the choice is always open. */
  readonly onClose?: () => void
}

export function Choice({ onClose }: ChoiceProps) {
  const personalizer = usePersonalizer()
  const { others } = usePersonalization().profiles
  const current = useSignal(who)
  const radios = useId()
  const box = useRef<HTMLDivElement>(null)
  const [doing, start] = useState<'add' | 'rename' | 'remove' | null>(null)
  const [said, say] = useState<{ readonly text: string; readonly failed?: true }>()
  const person = others.find(({ id }) => id === current)
  const isOnPage = onClose !== undefined

  const before = useRef(isOnPage ? 'opened' : null)
  useEffect(() => {
    // The focus goes to a form or question that opens, and back to the chosen person when it closes.
    if (doing) box.current?.querySelector<HTMLElement>('[data-begin]')?.focus()
    else if (before.current) box.current?.querySelector<HTMLElement>(':checked')?.focus()
    before.current = doing
  }, [doing])

  async function run(work: () => Promise<string>): Promise<void> {
    try {
      say({ text: await work() })
    } catch {
      say({ text: words('who.failed'), failed: true })
    }
    start(null)
  }
  if (!personalizer) return null
  const { profiles } = personalizer

  const choose = (id: string, name: string | null) =>
    run(async () => {
      await switchTo(personalizer, id)
      return name === null ? words('who.yours') : words('who.now', { name })
    })
  const add = (name: string) =>
    run(async () => {
      await switchTo(personalizer, await profiles.add(name))
      return words('who.now', { name })
    })
  const rename = (id: string, name: string) =>
    run(async () => {
      await profiles.rename(id, name)
      return words('who.now', { name })
    })
  const remove = (id: string) =>
    run(async () => {
      await profiles.remove(id)
      return words('who.yours')
    })

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || !(doing || onClose)) return
    // The default is prevented, because Escape would also close the side panel.
    event.preventDefault()
    if (doing) start(null)
    else onClose?.()
  }
  const radio = (id: string, name: string, more?: string) => (
    <label key={id} dir="auto">
      <input
        type="radio"
        name={radios}
        checked={current === id}
        onChange={() => void choose(id, id === ME ? null : name)}
      />
      {name}
      {more && <span className="visually-hidden"> {more}</span>}
    </label>
  )
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: takes Escape from the controls inside
    <div className="who" ref={box} onKeyDown={onKeyDown}>
      <fieldset>
        <legend className="visually-hidden">{words('who')}</legend>
        {radio(ME, words('who.me'))}
        {others.map(({ id, name }) => radio(id, name))}
        {radio(NOBODY, words('who.nobody'), words('who.notKept'))}
      </fieldset>
      {!doing && (
        <p className="who-ways">
          {others.length < MOST.people && (
            <button type="button" onClick={() => start('add')}>
              {words('who.add')}
            </button>
          )}
          {person && (
            <>
              <button
                type="button"
                aria-label={words('who.renameThis', person)}
                onClick={() => start('rename')}
              >
                {words('who.rename')}
              </button>
              <button
                type="button"
                aria-label={words('who.removeThis', person)}
                onClick={() => start('remove')}
              >
                {words('who.remove')}
              </button>
            </>
          )}
        </p>
      )}
      {doing === 'add' && <NameForm name="" onName={add} onCancel={() => start(null)} />}
      {doing === 'rename' && person && (
        <NameForm
          name={person.name}
          onName={(name) => rename(person.id, name)}
          onCancel={() => start(null)}
        />
      )}
      {doing === 'remove' && person && (
        <div className="who-ways">
          <p>{words('who.removing', person)}</p>
          <button type="button" data-begin onClick={() => start(null)}>
            {words('who.cancel')}
          </button>
          <button type="button" onClick={() => void remove(person.id)}>
            {words('who.delete')}
          </button>
        </div>
      )}
      <p className={said?.failed ? 'notice' : 'visually-hidden'} role="status">
        {said?.text}
      </p>
    </div>
  )
}

interface NameFormProps {
  readonly name: string
  readonly onName: (name: string) => Promise<void>
  readonly onCancel: () => void
}

function NameForm({ name, onName, onCancel }: NameFormProps) {
  const id = useId()
  const [typed, type] = useState(name)
  function submit(event: FormEvent): void {
    event.preventDefault()
    if (typed.trim() !== '') void onName(typed.trim())
  }
  return (
    <form className="who-ways" onSubmit={submit}>
      <label htmlFor={id}>{words('who.name')}</label>
      <input
        id={id}
        className="who-name"
        data-begin
        dir="auto"
        value={typed}
        maxLength={MOST.letters}
        autoComplete="off"
        required
        aria-describedby={`${id}-stays`}
        onChange={({ target }) => type(target.value)}
      />
      <button type="submit">{words('who.save')}</button>
      <button type="button" onClick={onCancel}>
        {words('who.cancel')}
      </button>
      <span id={`${id}-stays`} className="small">
        {words('who.stays')}
      </span>
    </form>
  )
}
