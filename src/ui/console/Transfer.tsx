/**
 * @module Offers three exports: the console on paper, a file that an auditor can check, and an encrypted file for
 * another device, which only a code opens.
 */

import { NearsideError } from '@nearside/core/error.ts'
import { type FormEvent, useId, useState } from 'react'
import { Button } from '../react/Button.tsx'
import { exportData, saveFile } from '../react/download.ts'
import { focusAtOnce } from '../react/useAction.tsx'
import { Section, type SectionProps, useOutcome, useWords } from './Section.tsx'

const TRANSFER_FILE = 'my-shop-transfer.json'
/** Maximum size of a file that is read, bytes. The device's own limit is lower, but applies after reading. */
const MOST_BYTES = 8 << 20

function Transfer({ personalizer, snapshot }: SectionProps) {
  const { words } = useWords()
  const saving = useOutcome()
  const bringing = useOutcome()
  const [code, setCode] = useState('')
  const id = useId()

  async function save(): Promise<string> {
    const transfer = await personalizer.exportTransfer()
    saveFile(TRANSFER_FILE, transfer.file)
    setCode(transfer.code)
    return words('transferSaved')
  }

  async function bring(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    const form = event.currentTarget
    const given = new FormData(form)
    await bringing.run(words('transferReading'), async () => {
      const file = given.get('file') as File
      if (file.size > MOST_BYTES)
        throw new NearsideError(
          'transfer-invalid',
          'The file is too large to come from a shop: nothing was brought in.',
        )
      const code = String(given.get('code'))
      const taken = await personalizer.importTransfer(await file.text(), code)
      form.reset()
      return words('transferTaken', { n: taken })
    })
  }

  return (
    <div className="ns-transfer">
      <h3 className="ns-block-title">{words('transfer')}</h3>
      <p>{words('transferText')}</p>
      <div className="ns-actions">
        <Button onClick={() => void saving.run(words('transferSealing'), save)}>
          {words('transferSave')}
        </Button>
      </div>
      {/* The focus makes a screen reader read the code, which the shopper has to note next. */}
      {code && (
        <p key={code} ref={focusAtOnce} tabIndex={-1}>
          {words('transferCode')} <code>{code}</code>
        </p>
      )}
      {saving.status}
      <form onSubmit={(event) => void bring(event)}>
        <label htmlFor={`${id}file`}>{words('transferFile')}</label>
        <input id={`${id}file`} name="file" type="file" required />
        <label htmlFor={`${id}code`}>{words('transferCodeOf')}</label>
        <input
          id={`${id}code`}
          name="code"
          required
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          placeholder="XXXX-XXXX-XXXX-XXXX"
        />
        <Button type="submit" disabled={snapshot.paused}>
          {words('transferBring')}
        </Button>
      </form>
      {snapshot.paused && <p className="ns-small">{words('transferPaused')}</p>}
      {bringing.status}
    </div>
  )
}

export function Take({ personalizer, snapshot }: SectionProps) {
  const { words } = useWords()
  const { run, status } = useOutcome()
  const save = async () => {
    await exportData(personalizer)
    return words('saved')
  }
  return (
    <Section title={words('take')} wide>
      <p>{words('takeText')}</p>
      <div className="ns-actions">
        <Button onClick={() => print()}>{words('print')}</Button>
        <Button onClick={() => void run('', save)}>{words('exportData')}</Button>
      </div>
      {status}
      <Transfer personalizer={personalizer} snapshot={snapshot} />
    </Section>
  )
}
