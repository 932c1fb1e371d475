/** @module Finds the address of a request's sender, and groups addresses that count as one sender for limits. */
import { BlockList, isIP, isIPv6 } from 'node:net'
import { NearsideError } from '@nearside/core/error.ts'

export type IsTrusted = (address: string) => boolean

/**
 * @param list addresses, or networks such as `10.0.0.0/8`
 * @throws NearsideError `input-invalid` for any other text in the list
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

/**
 * Goes back from the server through `X-Forwarded-For` to the first address that isn't a trusted proxy's. A client can
 * forge the addresses before that one.
 */
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

/** Group of addresses that counts as one sender: an IPv4 address, or the /64 network of one IPv6 subscriber. */
export function addressGroup(address: string): string {
  const known = plain(address)
  if (!isIPv6(known)) return known
  const [head, tail] = known.split('::').map((part) => (part === '' ? [] : part.split(':')))
  const zeros = tail === undefined ? 0 : 8 - head.length - tail.length
  const groups = [...head, ...Array(zeros).fill('0'), ...(tail ?? [])].slice(0, 4)
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`
}

/** Removes port and brackets, because some proxies write `1.2.3.4:5678`, `[2001:db8::1]:443` or `[2001:db8::1]`. */
function withoutPort(hop: string): string {
  const [, inBrackets, before] = /^(?:\[([^\]]+)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/.exec(hop) ?? []
  return inBrackets ?? before ?? hop
}

/** Writes an IPv4-mapped IPv6 address as IPv4, and drops a zone index such as `%eth0`. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4'
}
