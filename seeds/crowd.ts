// A crowd: an organization of any size for measuring, with names of many scripts and tags of every frequency.
import { sql } from 'kysely'
import { arrayLiteral, type Db, type Tx } from '../server/lib/db.ts'
import { foldForSearch, nameKey } from '../server/lib/fold.ts'
import { newId } from '../server/lib/ids.ts'
import { countChanges } from '../server/tags/counting.ts'
import { TAG_COLORS } from '../server/tags/schema.ts'
import { bitOf } from '../server/tags/source-bits.ts'
import { searchGrams, searchText, sortName } from '../server/contacts/search-text.ts'
import { seededRandom, type Random } from './shop/random.ts'

const BATCH = 5_000
export const CROWD_TAGS = 200
const DAY_MS = 86_400_000

/** First names and last names of one script, and how many of a hundred contacts have such a name. */
interface Names {
  share: number
  country: readonly string[]
  first: readonly string[]
  last: readonly string[]
  between: string
}

const words = (text: string) => text.split(' ')
const NAMES: readonly Names[] = [
  {
    share: 38,
    country: ['55', '34', '52', '351'],
    first: words(
      'Ana João Maria José Paulo Beatriz Luís Inês Álvaro Zoé Camila Rafael Thiago Fernanda Lúcia Sebastián Ximena Íñigo Joaquim Helena Rosângela Vítor Núria Gonçalo Matías Sofía Renée Otávio Lívia Caetano',
    ),
    last: words(
      'Silva Souza Pereira Ávila García Muñoz Araújo Gonçalves Ibáñez Costa Ribeiro Martínez Núñez Teixeira Quintanilha Vasconcelos Oliveira Lima Castañeda Barros Xavier Figueiró Peña Zúñiga Brandão',
    ),
    between: ' ',
  },
  {
    share: 24,
    country: ['1', '44', '61'],
    first: words(
      'James Olivia Liam Emma Noah Ava Ethan Mia Lucas Chloe Oliver Grace Henry Ruby Jack Zara Leo Freya Oscar Quinn Wyatt Hazel Miles Ivy Jasper Beatrix Felix Maud Gideon Yvonne',
    ),
    last: words(
      "Smith Jones Taylor Brown Wilson Evans Thomas O'Brien Walker Wright Hughes Green Hall Wood Clarke Fox Quigley Whitlock Abernathy Fitzgerald Kowalski Zimmerman Rutherford Yates Oxley",
    ),
    between: ' ',
  },
  {
    share: 16,
    country: ['86', '852', '65'],
    first: words(
      '伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 秀英 霞 平 刚 桂英 子涵 浩然 欣怡 宇轩 梓萱 一诺 诗涵 俊熙',
    ),
    last: words('王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 欧阳 司马 上官 诸葛'),
    between: '',
  },
  {
    share: 8,
    country: ['971', '20', '966'],
    first: words('محمد أحمد فاطمة علي مريم يوسف خديجة عمر زينب حسن ليلى إبراهيم نور سارة خالد'),
    last: words('الحسن المصري العلي حداد الخطيب نجار السيد منصور القاسم الشامي'),
    between: ' ',
  },
  {
    share: 5,
    country: ['91'],
    first: words('प्रिया राहुल अनिता विजय सुनीता अर्जुन दीपा रोहन काव्या अमित'),
    last: words('शर्मा वर्मा पटेल गुप्ता सिंह नायर रेड्डी जोशी'),
    between: ' ',
  },
  {
    share: 5,
    country: ['7'],
    first: words('Иван Мария Алексей Ольга Дмитрий Екатерина Сергей Наталья Фёдор Юлия'),
    last: words('Иванов Петров Смирнов Кузнецов Попов Соколов Щербаков Ёлкин'),
    between: ' ',
  },
]

const TAG_WORDS = [
  words(
    'VIP Prospect Refund Wholesale Retail Returning New Churned Newsletter Complaint Invoice Delivery Warranty Repair',
  ),
  words('2024 2025 2026 North South East West Online Store Partner Gold Silver Urgent Later Spring'),
] as const

const SOURCES = [
  { source: 'manual_admin', kind: 'user', id: 'crowd:admin', name: 'Ada Admin', share: 30 },
  { source: 'manual_agent', kind: 'user', id: 'crowd:agent', name: 'Gus Agent', share: 30 },
  { source: 'api', kind: 'api_key', id: 'crowd:crm', name: 'CRM sync', share: 25 },
  { source: 'ai_tool', kind: 'ai_agent', id: 'crowd:concierge', name: 'Concierge', share: 12 },
  { source: 'ai_auto_close', kind: 'ai_auto_close', id: 'crowd:closer', name: 'Auto-close', share: 3 },
] as const

interface CrowdTag {
  id: string
  name: string
  share: number
}

interface Member {
  id: string
  phone: string | null
  name: string | null
  username: string | null
  bsuid: string | null
  firstSeen: Date
  lastSeen: Date | null
  tags: { id: string; at: Date; by: (typeof SOURCES)[number] }[]
}

/**
 * Fills an organization that has nothing yet. The same number gives the same crowd but for its ids and the hour.
 * Batches are committed as they come, over as many connections as the pool has: a crowd is written in half the time
 * that one transaction takes. `onProgress` hears how many contacts are written.
 */
export async function fillCrowd(
  db: Db,
  orgId: string,
  size: number,
  onProgress: (done: number) => void = () => {},
): Promise<{ contacts: number; tags: number; assignments: number }> {
  const random = seededRandom(size)
  const tags = await db.transaction().execute((tx) => insertTags(tx, orgId, random))
  const pick = {
    tag: picker(tags.map((tag) => [tag, tag.share])),
    names: picker(NAMES.map((names) => [names, names.share])),
    source: picker(SOURCES.map((source) => [source, source.share])),
  }
  const now = Date.now()
  let made = 0
  let written = 0
  let assignments = 0
  const write = async () => {
    while (made < size) {
      const from = made
      made = Math.min(size, made + BATCH)
      const batch = Array.from({ length: made - from }, (_, n) => member(random, from + n, now, pick))
      await db.transaction().execute((tx) => insertMembers(tx, orgId, batch))
      assignments += batch.reduce((sum, each) => sum + each.tags.length, 0)
      written += batch.length
      onProgress(written)
    }
  }
  await Promise.all([write(), write(), write()])
  // Or the planner would go by what the tables were before.
  await sql`vacuum (analyze) contacts, contact_identities, tag_assignments, tags`.execute(db)
  return { contacts: size, tags: tags.length, assignments }
}

async function insertTags(tx: Tx, orgId: string, random: Random): Promise<CrowdTag[]> {
  const [first, second] = TAG_WORDS
  const tags = Array.from({ length: CROWD_TAGS }, (_, n): CrowdTag => {
    const name = n < first.length ? first[n]! : `${first[n % first.length]} ${second[Math.floor(n / first.length) - 1]}`
    // From nearly every other contact down to a handful in ten thousand.
    return { id: newId(), name, share: n >= CROWD_TAGS - 5 ? 0.0002 : 1 / (n + 1) ** 1.1 }
  })
  const colors = tags.map(() => (random.chance(0.2) ? null : random.pick(TAG_COLORS)))
  await sql`
    insert into tags (org_id, id, name, name_key, description, color, created_at)
    select ${orgId}, id, name, key, 'Made for measuring.', color, now() - interval '3 years'
    from unnest(${tags.map((tag) => tag.id)}::uuid[], ${tags.map((tag) => tag.name)}::text[], ${tags.map((tag) => nameKey(tag.name))}::text[],
      ${colors}::text[]) as t (id, name, key, color)`.execute(tx)
  return tags
}

/** Draws by weight, in constant time. */
function picker<T>(weighted: readonly (readonly [T, number])[]): (random: Random) => T {
  const total = weighted.reduce((sum, [, weight]) => sum + weight, 0)
  const bounds: number[] = []
  let sum = 0
  for (const [, weight] of weighted) bounds.push((sum += weight / total))
  return (random) => {
    const at = random.next()
    let low = 0
    let high = bounds.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (bounds[middle]! > at) high = middle
      else low = middle + 1
    }
    return weighted[low]![0]
  }
}

function member(
  random: Random,
  n: number,
  now: number,
  pick: {
    tag: (random: Random) => CrowdTag
    names: (random: Random) => Names
    source: (random: Random) => (typeof SOURCES)[number]
  },
): Member {
  const names = pick.names(random)
  const first = random.pick(names.first)
  const last = random.pick(names.last)
  const plain = names.between === '' ? `${last}${first}` : `${first}${names.between}${last}`
  // Some names that hardly anybody else has, and some with an initial or a shop.
  const name = random.chance(0.04)
    ? null
    : random.chance(0.02)
      ? `${plain} ${rareWord(random)}`
      : random.chance(0.1)
        ? `${plain} ${random.pick(['🌻', 'Store', 'Jr.', '(work)', 'Loja', '✨'])}`
        : plain
  const withoutPhone = random.chance(0.05)
  const age = random.next() ** 2 * 3 * 365 * DAY_MS
  const firstSeen = new Date(now - age - random.next() * 1000)
  const wrote = !random.chance(0.03)
  const lastSeen = wrote ? new Date(firstSeen.getTime() + random.next() ** 0.5 * age) : null
  const count = random.chance(0.22) ? 0 : 1 + Math.floor(-Math.log(1 - random.next()) * 3)
  const tags = new Map<string, Member['tags'][number]>()
  for (let t = 0; t < Math.min(count, 12); t++) {
    const tag = pick.tag(random)
    tags.set(tag.id, {
      id: tag.id,
      at: new Date(firstSeen.getTime() + random.next() * age),
      by: pick.source(random),
    })
  }
  return {
    id: newId(),
    phone: withoutPhone ? null : `${random.pick(names.country)}${String(100_000_000 + ((n * 7919) % 900_000_000))}`,
    name,
    username:
      withoutPhone && random.chance(0.8) ? `${foldForSearch(first).replaceAll(' ', '')}.${n.toString(36)}` : null,
    bsuid: withoutPhone || random.chance(0.5) ? `BR.${1_000_000_000_000 + n}` : null,
    firstSeen,
    lastSeen,
    tags: [...tags.values()],
  }
}

function rareWord(random: Random): string {
  const syllables = words('zor qui bex lan wem pra tul nyx osh fid gry hul jav kem')
  const word = Array.from({ length: 3 }, () => random.pick(syllables)).join('')
  return word[0]!.toUpperCase() + word.slice(1)
}

async function insertMembers(tx: Tx, orgId: string, members: Member[]): Promise<void> {
  const column = <T>(pick: (member: Member) => T): T[] => members.map(pick)
  const idsOf = (each: Member) =>
    [each.phone === null ? null : `+${each.phone}`, each.bsuid].filter((id): id is string => id !== null)
  const texts = column((c) => searchText({ display_name: c.name, username: c.username, ids: idsOf(c) }))
  await sql`
    insert into contacts (org_id, id, phone, display_name, name_origin, username, first_seen_at, last_seen_at, search_text, sort_name, search_grams, tag_ids, tag_sources, created_at)
    select ${orgId}, id, phone, name, case when name is not null then 'whatsapp' end, username, first_seen, last_seen, search, sort, grams::text[], tags::uuid[], sources, first_seen
    from unnest(${column((c) => c.id)}::uuid[], ${column((c) => (c.phone === null ? null : `+${c.phone}`))}::text[], ${column((c) => c.name)}::text[],
      ${column((c) => c.username)}::text[], ${column((c) => c.firstSeen)}::timestamptz[], ${column((c) => c.lastSeen)}::timestamptz[],
      ${texts}::text[],
      ${column((c) => sortName(c.name))}::text[], ${texts.map((text) => arrayLiteral(searchGrams(text)))}::text[], ${column((c) => `{${c.tags.map((tag) => tag.id).join(',')}}`)}::text[],
      ${column((c) => c.tags.reduce((sum, tag) => sum | bitOf(tag.by.source), 0))}::smallint[])
      as c (id, phone, name, username, first_seen, last_seen, search, sort, grams, tags, sources)`.execute(tx)
  const identities = members.flatMap((each) => [
    ...(each.phone === null ? [] : [{ ...each, kind: 'phone', scope: '', value: each.phone }]),
    ...(each.bsuid === null ? [] : [{ ...each, kind: 'bsuid', scope: '1', value: each.bsuid }]),
  ])
  await sql`
    insert into contact_identities (org_id, kind, scope, value, contact_id, created_at)
    select ${orgId}, * from unnest(${identities.map((i) => i.kind)}::text[], ${identities.map((i) => i.scope)}::text[], ${identities.map((i) => i.value)}::text[],
      ${identities.map((i) => i.id)}::uuid[], ${identities.map((i) => i.firstSeen)}::timestamptz[])
    on conflict do nothing`.execute(tx)
  const tagged = members.flatMap((each) => each.tags.map((tag) => ({ contact: each.id, ...tag })))
  await sql`
    insert into tag_assignments (org_id, contact_id, tag_id, added_at, added_source, added_actor_kind, added_actor_id, added_actor_name)
    select ${orgId}, * from unnest(${tagged.map((t) => t.contact)}::uuid[], ${tagged.map((t) => t.id)}::uuid[], ${tagged.map((t) => t.at)}::timestamptz[],
      ${tagged.map((t) => t.by.source)}::text[], ${tagged.map((t) => t.by.kind)}::text[], ${tagged.map((t) => t.by.id)}::text[], ${tagged.map((t) => t.by.name)}::text[])`.execute(
    tx,
  )
  await countChanges(
    tx,
    orgId,
    tagged.map((t) => t.id),
    1,
  )
}
