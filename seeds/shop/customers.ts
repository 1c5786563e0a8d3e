// Who the demo shop's customers are: 400 people and businesses with names, phones and WhatsApp ids.
import { COUNTRIES, UNUSUAL_NAMES, type Country } from './people.ts'
import type { Random } from './random.ts'

export const CUSTOMER_COUNT = 400

export interface Customer {
  country: Country
  phone: string | null
  bsuid: string | null
  username: string | null
  display_name: string | null
}

const EMOJI = ['☕️', '🌿', '🍵', '✨', '🌊', '🐈', '🎷', '🌸', '😎', '🚲', '🧿', '🤎']
const HANDLES = [
  'tea.drinker',
  'harbour_cat',
  'slow.mornings',
  'cup_and_saucer',
  'roast.me',
  'oolong_hour',
  'kettle.on',
  'moka_days',
]

/** Four hundred customers in random order of country; about 6 % have a username and no phone. */
export function makeCustomers(random: Random): Customer[] {
  const total = COUNTRIES.reduce((sum, { weight }) => sum + weight, 0)
  const places = COUNTRIES.flatMap((country) =>
    Array.from({ length: Math.ceil((country.weight / total) * CUSTOMER_COUNT) }, (_, n) => ({ country, n })),
  )
  const unusual = new Map(Object.entries(UNUSUAL_NAMES).map(([language, names]) => [language, [...names]]))
  const usernames = new Set<string>()
  return random
    .shuffle(places)
    .slice(0, CUSTOMER_COUNT)
    .map(({ country, n }, i) => {
      const hasPhone = i % 17 !== 5
      const rare = random.chance(0.35) ? unusual.get(country.language)?.shift() : undefined
      const name = rare ?? profileName(random, country)
      const display_name = random.chance(0.03) ? null : name
      const hasUsername = !hasPhone || random.chance(0.08)
      const username = hasUsername ? uniqueUsername(random, name, usernames) : null
      const digits = `${random.between(1, 9)}${Array.from({ length: random.between(14, 17) }, () => random.between(0, 9)).join('')}`
      const bsuid = hasUsername || random.chance(0.25) ? `${country.code}.${digits}` : null
      return { country, phone: hasPhone ? country.phone(n) : null, bsuid, username, display_name }
    })
}

function profileName(random: Random, { names }: Country): string {
  const given = random.pick(names.given)
  const family = random.pick(names.family)
  const whole = names.familyFirst ? `${family}${names.joint ?? ' '}${given}` : `${given} ${family}`
  const style = random.next()
  if (style < 0.6) return whole
  if (style < 0.78) return given
  if (style < 0.87) return `${given} ${random.pick(EMOJI)}`
  if (names.familyFirst) return whole
  return style < 0.94 ? `${given} ${family.charAt(0)}.` : whole.toLocaleLowerCase('en')
}

function uniqueUsername(random: Random, name: string, taken: Set<string>): string {
  const folded = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z ]/g, '')
    .trim()
    .replace(/ +/g, '.')
    .slice(0, 24)
  const base = folded.length < 3 ? random.pick(HANDLES) : folded
  let username = base
  while (taken.has(username)) username = `${base}${random.between(2, 99)}`
  taken.add(username)
  return username
}
