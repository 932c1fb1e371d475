/** @module Shows the base model in use, the storage, and the tab whose worker computes. */
import { numberText } from '@nearside/browser/page/words.ts'
import { Button } from '../../react/Button.tsx'
import { Fact } from '../../react/Fact.tsx'
import { Section, type SectionProps, useOutcome, useWords } from '../Section.tsx'
import { useDetails } from './useDetails.ts'

export function ModelSection({ personalizer, snapshot }: SectionProps) {
  const { run, status: outcome } = useOutcome()
  const words = useDetails()
  const { locale } = useWords()
  const { model, storage, tab, status } = snapshot
  const signatureText = (signed: NonNullable<typeof model>['signed']) =>
    signed
      ? words(signed.byHelper ? 'signedByBoth' : 'signedByShop', {
          release: signed.release,
          until: dayText(signed.expires, locale),
        })
      : words('unsigned')
  const check = async () => {
    const { adopted, version } = await personalizer.checkForUpdate()
    return words(adopted ? 'adopted' : 'newest', { version })
  }
  return (
    <Section title={words('model')}>
      <dl className="ns-facts">
        <Fact name={words('state')}>{status}</Fact>
        <Fact name={words('version')}>{model?.version ?? words('notLoaded')}</Fact>
        <Fact name={words('products')}>{model && numberText(model.items, locale)}</Fact>
        <Fact name={words('trainedUntil')}>{model && dayText(model.until, locale)}</Fact>
        <Fact name={words('signature')}>{model && signatureText(model.signed)}</Fact>
        <Fact name={words('keptIn')}>
          {storage === 'indexeddb' ? words('database') : words('memory')}
        </Fact>
        <Fact name={words('tab')}>{tab === 'leader' ? words('leads') : words('follows')}</Fact>
      </dl>
      <p className="ns-actions">
        <Button onClick={() => void run(words('asking'), check)}>{words('lookForModel')}</Button>
      </p>
      {outcome}
    </Section>
  )
}

function dayText(time: string | number, locale: string): string {
  const date = new Date(time)
  return Number.isNaN(date.getTime())
    ? String(time)
    : new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(date)
}
