/** @module Lists the snapshot's notices about everything that stopped working, newest first. */
import type { Notice } from '@nearside/browser/apiSnapshot.ts'
import { Moment, Section, useWords } from '../Section.tsx'
import { useDetails } from './useDetails.ts'

export function NoticesSection({ notices }: { readonly notices: readonly Notice[] }) {
  const words = useDetails()
  const { saying } = useWords()
  return (
    <Section title={words('notices')}>
      {notices.length === 0 ? (
        <p>{words('noNotices')}</p>
      ) : (
        <ol className="ns-notices">
          {notices.map((notice, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: notices may repeat in one millisecond
            <li key={`${notice.time} ${place}`}>
              <Moment at={notice.time} /> <code>{notice.code}</code> {saying(notice)}
            </li>
          ))}
        </ol>
      )}
    </Section>
  )
}
