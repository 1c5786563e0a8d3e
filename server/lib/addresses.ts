// Which internet addresses are public: what a request on somebody's behalf may reach, and what only looks like it.
import { BlockList, isIP } from 'node:net'

/**
 * IANA's special-purpose registries: this network, private, shared, loopback, link-local with the clouds' metadata,
 * protocol assignments, documentation, benchmarks, relays, multicast, reserved.
 * https://www.iana.org/assignments/iana-ipv4-special-registry
 */
const SPECIAL_IPV4 = networks(
  `0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24
  192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4
  240.0.0.0/4`.split(/\s+/),
)
const GLOBAL_IPV6 = networks(['2000::/3'])
/** Within the global ones: protocol assignments with Teredo, documentation, 6to4, AS112, segment routing. */
const SPECIAL_IPV6 = networks([
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '2620:4f:8000::/48',
  '3fff::/20',
  '5f00::/16',
])
/** IPv4 in other clothes: mapped, and translated by a network that has IPv6 only. */
const CARRIES_IPV4 = /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/

/** Whether an address is public; what is no address is not. */
export function isPublic(address: string): boolean {
  const plain = plainAddress(address)
  if (isIP(plain) === 4) return !SPECIAL_IPV4.check(plain, 'ipv4')
  return isIP(plain) === 6 && GLOBAL_IPV6.check(plain, 'ipv6') && !SPECIAL_IPV6.check(plain, 'ipv6')
}

/** One spelling for each address, without a zone, and IPv4 as such whatever carries it. */
export function plainAddress(address: string): string {
  const bare = address.split('%')[0]!
  if (isIP(bare) !== 6) return bare
  const spelled = new URL(`http://[${bare}]`).hostname.slice(1, -1)
  const [, high, low] = CARRIES_IPV4.exec(spelled) ?? []
  if (high === undefined || low === undefined) return spelled
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)]
  return [a >> 8, a & 255, b >> 8, b & 255].join('.')
}

/** A list of addresses and networks such as 10.0.0.0/8. Throws when one of them is neither. */
export function networks(list: readonly string[]): BlockList {
  const block = new BlockList()
  for (const each of list) {
    const [address = '', prefix] = each.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (prefix === undefined) block.addAddress(address, family)
    else block.addSubnet(address, Number(prefix), family)
  }
  return block
}
