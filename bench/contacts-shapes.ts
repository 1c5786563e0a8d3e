// The questions that people ask a list of contacts, each with values that vary from request to request.
import type pg from 'pg'

export interface Shape {
  name: string
  /** Allowed to take longer: a rare tag, source, dates, a search of two letters. */
  slower?: boolean
  /** Orders do not matter to a count: it is taken once for all shapes of this name. */
  countedAs?: string
  /** The nth request's query string. */
  query(n: number, forCount?: boolean): string
}

const DAY_MS = 86_400_000

/** The shapes with values that occur in this organization. */
export async function shapesOf(
  pool: pg.Pool,
  orgId: string,
  get: (path: string) => Promise<{ text: string }>,
): Promise<Shape[]> {
  const { common, middle, rare } = await tagsByShare(pool, orgId)
  const ago = (days: number) => new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS - days * DAY_MS).toISOString()
  const first = ['ana', 'joa', 'oli', 'emm', 'mar', 'luc', 'hen', 'gra', 'thi', 'fer', 'rub', 'noa', 'cam', 'jam']
  const last = ['silva', 'smith', 'garcia', 'costa', 'jones', 'walker', 'oliveira', 'pereira', 'taylor', 'wood']
  const syllables = ['zor', 'qui', 'bex', 'lan', 'wem', 'pra', 'tul', 'nyx', 'osh', 'fid', 'gry', 'hul', 'jav', 'kem']
  const hanLast = Array.from('王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗')
  const hanFirst = Array.from('伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚')
  const { rows: phones } = await pool.query<{ phone: string }>(
    `select phone from contacts where org_id = $1 and phone is not null order by id limit 400`,
    [orgId],
  )
  const search = (text: string) => `search=${encodeURIComponent(text)}`
  const deep = await cursorsBeyond(get, '/v1/contacts', 2000)
  return [
    { name: 'none', query: () => '' },
    { name: 'common tag', query: (n) => `any_tags=${pick(common, n)}` },
    { name: 'middle tag', query: (n) => `any_tags=${pick(middle, n)}` },
    { name: 'rare tag', slower: true, query: (n) => `any_tags=${pick(rare, n)}` },
    {
      name: 'any of three tags',
      query: (n) => `any_tags=${pick(common, n)},${pick(middle, n)},${pick(rare, n)}`,
    },
    {
      name: 'all of two tags and none of two',
      query: (n) =>
        `all_tags=${pick(common, n)},${pick(common, n + 1)}&no_tags=${pick(common, n + 2)},${pick(middle, n)}`,
    },
    { name: 'untagged', query: () => 'untagged=true' },
    {
      name: 'source',
      slower: true,
      query: (n) => `sources=${['ai_auto_close', 'ai_tool', 'api', 'manual_agent', 'manual_admin'][n % 5]}`,
    },
    {
      name: 'source of a common tag',
      slower: true,
      query: (n) => `sources=${n % 2 ? 'ai_auto_close' : 'ai_tool'}&any_tags=${pick(common, n)}`,
    },
    {
      name: 'tagged between',
      slower: true,
      query: (n) => `tagged_from=${ago(10 + (n % 300))}&tagged_before=${ago(3 + (n % 300))}`,
    },
    {
      name: 'a middle tag, tagged between',
      slower: true,
      query: (n) => `tagged_from=${ago(40 + n)}&tagged_before=${ago(n)}&any_tags=${pick(middle, n)}`,
    },
    {
      name: 'first seen between, with a common tag',
      slower: true,
      query: (n) => `first_seen_from=${ago(40 + n)}&first_seen_before=${ago(n)}&any_tags=${pick(common, n)}`,
    },
    {
      name: 'last seen between, with a common tag',
      query: (n) => `last_seen_from=${ago(40 + n)}&last_seen_before=${ago(n)}&any_tags=${pick(common, n)}`,
    },
    { name: 'part of a phone', query: (n) => search(phones[n % phones.length]!.phone.slice(-7)) },
    { name: 'part of a name, three letters, common', query: (n) => search(first[n % first.length]!) },
    { name: 'part of a name, common', query: (n) => search(last[n % last.length]!) },
    {
      name: 'part of a name, rare',
      query: (n) => search(syllables[n % 14]! + syllables[(n * 5 + 3) % 14]! + syllables[(n * 3 + 1) % 14]!),
    },
    {
      name: 'two Chinese characters',
      slower: true,
      query: (n) => search(hanLast[n % 20]! + hanFirst[(n * 7 + Math.floor(n / 20)) % 20]!),
    },
    {
      name: 'two letters',
      slower: true,
      query: (n) => search(['an', 'jo', 'ma', 'li', 'xa', 'qu', 'zo', 'wy', 'el', 'os'][n % 10]!),
    },
    {
      name: 'sorted by first seen',
      countedAs: 'none',
      query: (n) => `sort=first_seen&order=${n % 2 ? 'asc' : 'desc'}`,
    },
    { name: 'sorted by name', countedAs: 'none', query: (n) => `sort=name&order=${n % 2 ? 'asc' : 'desc'}` },
    { name: 'sorted by last seen, oldest first', countedAs: 'none', query: () => 'order=asc' },
    {
      name: 'sorted by name, with a common tag',
      countedAs: 'common tag',
      query: (n, forCount) =>
        `any_tags=${pick(common, n)}${forCount ? '' : `&sort=name&order=${n % 2 ? 'asc' : 'desc'}`}`,
    },
    {
      name: '2,000 pages deep',
      countedAs: 'none',
      query: (n, forCount) => (forCount ? '' : `cursor=${deep[n % deep.length]!}`),
    },
  ]
}

export const pick = (list: readonly { id: string }[], n: number): string => list[n % list.length]!.id

/** The organization's tags that many contacts carry, some of them, and hardly any. */
export async function tagsByShare(
  pool: pg.Pool,
  orgId: string,
): Promise<Record<'common' | 'middle' | 'rare', { id: string }[]>> {
  const { rows: tags } = await pool.query<{ id: string; share: number }>(
    `select t.id, count(a.*)::float / (select count(*) from contacts where org_id = $1) as share
     from tags t left join tag_assignments a on a.org_id = t.org_id and a.tag_id = t.id and a.removed_at is null
     where t.org_id = $1 group by t.id order by 2 desc, 1`,
    [orgId],
  )
  const between = (low: number, high: number) => tags.filter((tag) => tag.share >= low && tag.share < high)
  return { common: between(0.04, 1), middle: between(0.004, 0.02), rare: tags.slice(-5) }
}

/** Cursors of a list that lie so many pages of fifty, or as many as there are, behind the beginning. */
export async function cursorsBeyond(
  get: (path: string) => Promise<{ text: string }>,
  list: string,
  pages: number,
): Promise<string[]> {
  let cursor: string | null = null
  const found: string[] = []
  for (let n = 0; n < pages / 4 + 50; n++) {
    const { text } = await get(`${list}?limit=200${cursor === null ? '' : `&cursor=${cursor}`}`)
    cursor = (JSON.parse(text) as { next_cursor: string | null }).next_cursor
    if (cursor === null) break
    if (n >= pages / 4 || found.length < 5) found.push(cursor)
  }
  return found.slice(-50)
}
