/** @module Where a request comes from, and which addresses count as one. Only ever used for limits. */
import { BlockList, isIP, isIPv6 } from 'node:net'
import { NearsideError } from '../../core/error.ts'

export type IsTrusted = (address: string) => boolean

/**
 * @param list addresses, or networks such as `10.0.0.0/8`
 * @throws NearsideError `input-invalid`
 */
export function trustedProxies(list: readonly string[]): IsTrusted {
  const proxies = new BlockList()
  for (const one of list) {
    const [, address = one, bits = isIPv6(one) ? 128 : 32] = /^(.+)\/(\d+)$/.exec(one) ?? []
    try {
      proxies.addSubnet(address, Number(bits), familyOf(address))
    } catch (cause) {
      throw new NearsideError('input-invalid', `'${one}' is neither an address nor a network`, {
        cause,
      })
    }
  }
  return (address) => isIP(address) !== 0 && proxies.check(address, familyOf(address))
}

/** The last address on the way that no trusted proxy has: whatever lies before, anybody can write. */
export function originalAddress(
  remote: string,
  forwardedFor: string | undefined,
  isTrusted: IsTrusted,
): string {
  const hops = (forwardedFor ?? '').split(',').map((hop) => hop.trim())
  let address = plain(remote)
  while (isTrusted(address)) {
    const before = plain(withoutPort(hops.pop() ?? ''))
    if (isIP(before) === 0) break
    address = before
  }
  return address
}

/** An IPv4 address, or the /64 network that one subscriber gets of IPv6. */
export function addressGroup(address: string): string {
  const known = plain(address)
  if (!isIPv6(known)) return known
  const [head, tail] = known.split('::').map((part) => (part === '' ? [] : part.split(':')))
  const zeros = tail === undefined ? 0 : 8 - head.length - tail.length
  const groups = [...head, ...Array(zeros).fill('0'), ...(tail ?? [])].slice(0, 4)
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`
}

/** Some proxies write `1.2.3.4:5678` and `[2001:db8::1]:443`, or brackets alone. */
function withoutPort(hop: string): string {
  const [, inBrackets, before] = /^(?:\[([^\]]+)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/.exec(hop) ?? []
  return inBrackets ?? before ?? hop
}

/** IPv4 over an IPv6 socket as IPv4; no zone. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4'
}
