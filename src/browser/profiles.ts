/**
 * @module People for whom the shopper shops. Each person has a database of their own for events and personal model.
 * Consent, privacy budget, downloads and the log of what the device did belong to the device.
 */
import { invalidInput } from '@nearside/core/error.ts'
import { isRecord } from '@nearside/core/isRecord.ts'
import type { PersonalizerSnapshot } from './apiSnapshot.ts'

/** Id of the shopper, whose data are in the device's own database. */
export const ME = 'me'
/** Id for a visit that is not stored. */
export const NOBODY = 'nobody'

export type Profiles = PersonalizerSnapshot['profiles']

export interface StoredProfiles extends Profiles {
  /** Ids of removed profiles whose databases could still exist. */
  readonly gone: readonly string[]
}

export const ONLY_ME: StoredProfiles = { current: ME, others: [], gone: [] }

export const settingOf = (profiles: StoredProfiles): StoredProfiles | undefined =>
  profiles.current === ME && profiles.others.length + profiles.gone.length === 0
    ? undefined
    : profiles

export function readProfiles(stored: unknown): StoredProfiles {
  if (!isRecord(stored)) return ONLY_ME
  const { current, others, gone } = stored as unknown as StoredProfiles
  const known = Array.isArray(others) ? others.filter(({ id, name }) => id && name) : []
  const isKnown = current === NOBODY || known.some(({ id }) => id === current)
  return { current: isKnown ? current : ME, others: known, gone: Array.isArray(gone) ? gone : [] }
}

/**
 * Setting after an erasure, which must delete all databases. A visit with the id `nobody` keeps this id; otherwise
 * later events would count for the shopper.
 */
export const erasedProfiles = ({ current, others, gone }: StoredProfiles): StoredProfiles => ({
  current: current === NOBODY ? NOBODY : ME,
  others: [],
  gone: [...gone, ...others.map(({ id }) => id)],
})

export const joinedProfiles = (disk: StoredProfiles, memory: StoredProfiles): StoredProfiles => ({
  current: disk.current === NOBODY ? NOBODY : memory.current,
  others: [
    ...disk.others,
    ...memory.others.filter(({ id }) => !disk.others.some((known) => known.id === id)),
  ],
  gone: disk.gone,
})

/** Maximum number of characters of a name, and of people. */
const MOST = { characters: 40, people: 20 }

/** @throws NearsideError `input-invalid` */
export function withPerson(known: StoredProfiles, id: string, given: unknown): StoredProfiles {
  const name = typeof given === 'string' ? given.trim() : ''
  if (name === '' || name.length > MOST.characters)
    throw invalidInput(`A name has 1 to ${MOST.characters} characters.`)
  const others = known.others.some((one) => one.id === id)
    ? known.others.map((one) => (one.id === id ? { id, name } : one))
    : [...known.others, { id, name }]
  if (others.length > MOST.people) throw invalidInput(`There is room for ${MOST.people} people.`)
  return { ...known, others }
}

export function requirePerson({ others }: Profiles, id: unknown): void {
  if (!others.some((one) => one.id === id)) throw invalidInput('profiles: no such person.')
}
