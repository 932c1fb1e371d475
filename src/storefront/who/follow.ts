/**
 * @module Makes the shop and the personalizer agree on the person whom the shopper shops for. The shop stores values
 * for this person (`stored.ts`), and the personalizer learns for this person, whichever tab changes the choice.
 */
import type { Personalizer } from '../../index.ts'
import { keepHint, keepOnly, ME, NOBODY, who } from '../stored.ts'

/** Number of switches to another person that the personalizer has not finished. */
let switching = 0
/** Ids of the people stored on the disk when this page last looked, separated by spaces. */
let known: string | null = null

function look({ getSnapshot }: Pick<Personalizer, 'getSnapshot'>): void {
  const { persist, profiles, status, storage } = getSnapshot()
  // Until the personalizer is ready and all switches are done, the snapshot doesn't show what is stored.
  if (status !== 'ready' || switching > 0) return
  const { current, others } = profiles
  try {
    if (current === NOBODY || persist.allowed === true) keepHint(current)
    else keepHint(ME)
  } catch {
    // If storage is denied or full, the next page knows the person only when its personalizer has started.
  }
  if (who.get() !== current) who.set(current)
  // While the database can't be read, it is unknown which people are stored in it.
  const isSure = storage === 'indexeddb' || persist.allowed === false
  const kept = storage === 'indexeddb' ? others : []
  const ids = kept.map(({ id }) => id).join(' ')
  if (!isSure || known === ids) return
  known = ids
  keepOnly(kept)
}

export function followWho(personalizer: Personalizer): void {
  personalizer.subscribe(() => look(personalizer))
  look(personalizer)
}

/**
 * Switches shop and personalizer to a person. The shop switches at once, so that no later action is stored for the
 * previous person.
 * @throws QuotaExceededError if the disk is too full to store the choice of `nobody`. The switch is then refused,
 * because after a reload the visit would count for the previous person
 * @throws NearsideError `storage-…` if the choice could not be stored and applies in this tab only
 */
export async function switchTo(personalizer: Personalizer, id: string): Promise<void> {
  if (who.get() === id) return
  if (id === NOBODY)
    try {
      keepHint(id)
    } catch (error) {
      // If the browser denies storage, the switch goes on, because nothing is stored for anybody.
      if ((error as Error).name === 'QuotaExceededError') throw error
    }
  switching++
  who.set(id)
  try {
    await personalizer.profiles.switch(id)
  } finally {
    switching--
    look(personalizer)
  }
}
