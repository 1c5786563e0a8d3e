// The rules of the house, checked over the whole tree; each rule is first shown to notice what breaks it.
import { globSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { describe, expect, test } from 'vitest'
import * as rules from './architecture/rules.ts'
import { readSource } from './architecture/source.ts'
import { tablesIn, writesInSql } from './architecture/sql.ts'

const root = join(import.meta.dirname, '..')
const GENERATED = ['node_modules', 'console/dist', 'console/src/paraglide', 'data', 'test-results', 'coverage']
const list = (patterns: string[]) =>
  globSync(patterns, { cwd: root, exclude: (path) => GENERATED.includes(path.split(sep).join('/')) })
    .map((path) => path.split(sep).join('/'))
    .toSorted()
const read = (path: string) => readFileSync(join(root, path), 'utf8')

const CODE = [
  '*.{ts,mjs}',
  '{server,test,bench,seeds,tools}/**/*.{ts,mjs}',
  'console/*.ts',
  'console/src/**/*.{ts,tsx}',
]
// The styles of one component say it by their name, and the component in its first line.
const OTHER = [
  'migrations/*.sql',
  'console/src/**/!(*.module).css',
  'console/public/*.js',
  '.ci/run',
  'compose.yaml',
  'Dockerfile',
]

const sources = list(CODE).map((path) => readSource(path, read(path)))
const tables = tablesIn(list(['migrations/[0-9]*.sql']).map(read))

/** The rules that look at source files: what breaks each, as [file, text], and what is just right. */
const RULES: { name: string; rule: rules.Rule; broken: [string, string][]; right: [string, string][] }[] = [
  {
    name: 'lib imports no slice',
    rule: rules.libImportsNoSlice,
    broken: [
      ['server/lib/db.ts', `import { changeTags } from '../tags/tagging.ts'`],
      ['server/lib/db.ts', `import type { Actor } from '../access/actor.ts'`],
      ['server/lib/db.ts', `export const late = () => import('../tags/tags.ts')`],
      ['server/lib/db.ts', `export { nameKey } from "../tags/tags.ts"`],
      ['server/lib/db.ts', `type Actor = import('../access/actor.ts').Actor`],
      ['server/lib/deep/db.ts', `import { buildApp } from '../../app.ts'`],
    ],
    right: [
      [
        'server/lib/db.ts',
        `import type { Config } from '../config.ts'\nimport { newId } from './ids.ts'\nimport pg from 'pg'`,
      ],
      [
        'server/lib/db.ts',
        `// import { changeTags } from '../tags/tagging.ts'\nconst text = "import x from '../tags/tags.ts'"`,
      ],
    ],
  },
  {
    name: 'nobody imports a door except app.ts, worker.ts and mcp/server.ts',
    rule: rules.nobodyImportsDoors,
    broken: [
      ['server/tags/tagging.ts', `import { tagRoutes } from './routes.ts'`],
      ['server/ai/agent.ts', `import {\n  tagTools,\n} from '../tags/tools.ts'`],
      ['test/help/server.ts', `import { closeIdle } from '../../server/conversations/jobs.ts'`],
    ],
    right: [
      ['server/app.ts', `import { tagRoutes } from './tags/routes.ts'`],
      ['server/mcp/server.ts', `import { tagTools } from '../tags/tools.ts'`],
      ['server/tags/routes.ts', `import { changeTags } from './tagging.ts'`],
    ],
  },
  {
    name: 'doors contain no SQL',
    rule: rules.doorsContainNoSql,
    broken: [
      ['server/tags/routes.ts', `import { sql } from 'kysely'`],
      ['server/tags/tools.ts', `import type pg from 'pg'`],
      ['server/tags/jobs.ts', `import { from } from 'pg-copy-streams'`],
      ['server/tags/routes.ts', 'const rows = await sql<{ id: string }>`select 1`.execute(db)'],
      ['server/tags/routes.ts', `const rows = await db.selectFrom('tags').selectAll().execute()`],
      ['server/tags/routes.ts', `await db.transaction().execute((tx) => createTag(tx, actor, body))`],
    ],
    right: [
      ['server/tags/routes.ts', `import { listTags } from './tags.ts'\nconst rows = await listTags(db, actor)`],
      ['server/tags/tags.ts', `import { sql } from 'kysely'`],
    ],
  },
  {
    name: 'a table is written by its own slice only, tags on contacts by tagging.ts only',
    rule: rules.writesAtHome(
      tablesIn([
        'create table deliveries (\n id bigint\n);',
        'create table deliveries_default partition of deliveries default;',
      ]),
    ),
    broken: [
      ['server/tags/tags.ts', 'await sql`update contacts set display_name = ${name}`.execute(tx)'],
      ['server/tags/tags.ts', `await tx.insertInto('contacts').values({}).execute()`],
      ['server/contacts/merging.ts', 'await sql`update tag_assignments set removed_at = now()`.execute(tx)'],
      ['server/tags/tags.ts', `await tx.deleteFrom('tag_assignments').execute()`],
      [
        'server/contacts/contacts.ts',
        `await tx.updateTable('contacts').set({ tag_ids: [] }).where('id', '=', id).execute()`,
      ],
      [
        'server/contacts/contacts.ts',
        'await sql`update contacts c set last_seen_at = now(), tag_ids = c.tag_ids || ${id}`.execute(tx)',
      ],
      ['server/contacts/import.ts', `await pool.query("COPY contacts (org_id, id, tag_ids) FROM STDIN")`],
      ['server/tags/tagging.ts', `await tx.insertInto('contacts').values({ tag_ids: [] }).execute()`],
      ['server/tags/tagging.ts', 'await sql`update contacts set display_name = 1 where id = any(tag_ids)`.execute(tx)'],
      [
        'server/contacts/contacts.ts',
        'await sql`with gone as (delete from events where id = 1 returning 1)\nselect 1 from gone`.execute(tx)',
      ],
      ['server/contacts/contacts.ts', 'await sql`delete from deliveries_default where true`.execute(tx)'],
      ['server/contacts/contacts.ts', 'await pool.query(`insert into deliveries_${day} select 1`)'],
      ['server/contacts/contacts.ts', 'await pool.query(`insert into ${table} select 1`)'],
      ['server/contacts/contacts.ts', 'await tx.deleteFrom(table).execute()'],
      ['seeds/main.ts', 'await sql`insert into messages (id) select 1`.execute(tx)'],
      ['server/app.ts', 'await sql`truncate events`.execute(tx)'],
    ],
    right: [
      [
        'server/tags/tagging.ts',
        'await sql`update contacts c set tag_ids = c.tag_ids || a.tag_ids from a where a.id = c.id`.execute(tx)',
      ],
      [
        'server/contacts/contacts.ts',
        'await sql`update contacts set last_seen_at = now() where tag_ids = any(${ids})`.execute(tx)',
      ],
      [
        'server/contacts/contacts.ts',
        'await sql`insert into contacts (id) values (1) on conflict (id) do update set phone = excluded.phone`',
      ],
      ['server/contacts/contacts.ts', `await tx.selectFrom('tag_assignments').selectAll().forUpdate().execute()`],
      [
        'server/contacts/contacts.ts',
        '// insert into tags\nawait sql`select 1 -- delete from tags\n from tags for update`.execute(tx)',
      ],
      ['server/channels/deliveries.ts', 'await sql`delete from deliveries_default where true`.execute(tx)'],
      ['server/contacts/contacts.ts', `throw new Problem('invalid', 'Update contacts before you set tags.')`],
    ],
  },
  {
    name: 'the environment is read in config.ts only',
    rule: rules.environmentOnlyInConfig,
    broken: [
      ['server/main.ts', `const port = process.env.PORT`],
      ['server/main.ts', `const port = process['env']['PORT']`],
      ['server/main.ts', `const { env } = process`],
      ['server/main.ts', `const port = globalThis.process.env.PORT`],
      ['tools/receive.ts', `import { env } from 'node:process'`],
      ['console/src/main.tsx', `const mode = process.env.NODE_ENV`],
    ],
    right: [
      ['server/config.ts', `const port = process.env.PORT`],
      ['start.mjs', `const port = process.env.PORT`],
      ['test/help/server.ts', `const port = process.env.PORT`],
      ['server/main.ts', `process.on('SIGTERM', stop)\nconst mode = import.meta.env.MODE\n// process.env`],
    ],
  },
  {
    name: 'outgoing HTTP starts in named files only',
    rule: rules.outgoingOnlyWhereNamed,
    broken: [
      ['server/ai/agent.ts', `const answer = await fetch('https://example.com')`],
      ['server/ai/agent.ts', `const answer = await globalThis.fetch('https://example.com')`],
      ['server/ai/agent.ts', `import { request } from 'node:https'`],
      ['server/ai/agent.ts', `import { connect, isIP } from 'node:net'`],
      ['server/ai/agent.ts', `import * as net from 'node:net'`],
      ['console/src/tags/queries.ts', `const stream = new EventSource('/v1/live')`],
    ],
    right: [
      ['console/src/lib/api.ts', `const answer = await fetch('/v1/tags')`],
      [
        'server/ai/agent.ts',
        `import type { Server } from 'node:http'\nconst rows = query.fetch()\ninterface Queue { fetch(): void }`,
      ],
      ['server/config.ts', `import { BlockList, isIP } from 'node:net'`],
      ['server/tags/tags.test.ts', `const answer = await fetch('http://127.0.0.1')`],
    ],
  },
  {
    name: `the console imports from the server only server/*/schema.ts`,
    rule: rules.consoleImportsSchemasOnly,
    broken: [
      ['console/src/tags/queries.ts', `import { changeTags } from '../../../server/tags/tagging.ts'`],
      ['console/src/tags/queries.ts', `import type { Actor } from '../../../server/access/actor.ts'`],
      ['console/src/tags/queries.ts', `import { route } from '../../../server/lib/route.ts'`],
      ['console/src/tags/queries.ts', `import { startServer } from '../../../test/help/server.ts'`],
    ],
    right: [
      ['console/src/tags/queries.ts', `import { TAG_COLORS, type Tag } from '../../../server/tags/schema.ts'`],
      ['console/src/lib/api.ts', `import type { RouteDef } from '../../../server/lib/route.ts'`],
      ['console/src/tags/queries.ts', `import { call } from '../lib/api.ts'`],
    ],
  },
  {
    name: 'no file or folder is named utils, helpers, common, services or managers',
    rule: rules.noEmptyNames,
    broken: [
      'server/tags/utils.ts',
      'server/helpers/text.ts',
      'server/common.ts',
      'console/src/services/api.ts',
      'server/tag-manager.ts',
      'server/tags/index.ts',
    ].map((path) => [path, '']),
    right: [
      ['server/tags/tagging.ts', ''],
      ['console/src/access/CommonsPage.tsx', ''],
      ['test/help/server.ts', ''],
    ],
  },
  {
    name: 'no file only passes on what others export',
    rule: rules.noBarrels,
    broken: [
      ['server/tags/all.ts', `// All of it.\nexport * from './tags.ts'\nexport { changeTags } from './tagging.ts'`],
      ['server/tags/all.ts', `import './tags.ts'\nexport type { Tag } from './schema.ts'`],
    ],
    right: [
      ['server/tags/tags.ts', `export { Tag } from './schema.ts'\nexport const x = 1`],
      ['console/src/main.tsx', `import './app.tsx'`],
    ],
  },
  {
    name: 'no default exports but in the configuration of tools',
    rule: rules.noDefaultExports,
    broken: [
      ['server/tags/tags.ts', `export default function tags() {}`],
      ['server/tags/tags.ts', `const tags = 1\nexport { tags as default }`],
    ],
    right: [
      ['vitest.config.ts', `export default {}`],
      ['server/tags/tags.ts', `export const text = 'export default'`],
    ],
  },
  {
    name: 'a class is an error, or something that is opened and closed',
    rule: rules.classesOpenAndClose,
    broken: [['server/tags/tags.ts', `export class TagCatalog {\n  list() {}\n}`]],
    right: [
      ['server/lib/errors.ts', `export class Problem extends Error {\n  status = 1\n}`],
      ['server/lib/db.ts', `export class Database {\n  async close() {}\n}`],
      ['server/lib/db.ts', `export class Database {\n  async [Symbol.asyncDispose]() {}\n}`],
    ],
  },
  {
    name: 'no file of the server is longer than 330 lines',
    rule: rules.shortFiles,
    broken: [['server/tags/tags.ts', 'export {}\n'.repeat(331)]],
    right: [
      ['server/lib/tables.ts', 'export {}\n'.repeat(400)],
      ['server/tags/tags.ts', 'export {}\n'.repeat(330)],
      ['server/tags/tags.test.ts', 'export {}\n'.repeat(900)],
    ],
  },
]

/** With a title of one line in front. */
const titled = (cases: [string, string][]) =>
  cases.map(([path, text]) => [`${path} ${text.replace(/\s+/g, ' ').slice(0, 90)}`, path, text] as const)

describe.each(RULES.map((each) => [each.name, each] as const))('%s', (_name, { rule, broken, right }) => {
  test.each(titled(broken))('is noticed when broken: %s', (_, path, text) => {
    expect(rule([readSource(path, text)])).not.toEqual([])
  })

  test.each(titled(right))('is content with what is right: %s', (_, path, text) => {
    expect(rule([readSource(path, text)])).toEqual([])
  })

  test('holds in the whole tree', () => {
    expect(rule(sources)).toEqual([])
  })
})

describe('no import cycles', () => {
  const file = (path: string, to: string) => readSource(path, `import { x } from '${to}'`)

  test('a cycle is noticed, through types as well', () => {
    const cycle = [file('server/a.ts', './b/c.ts'), readSource('server/b/c.ts', `import type { X } from '../a.ts'`)]
    expect(rules.noImportCycles(cycle)).toEqual(['server/a.ts → server/b/c.ts → server/a.ts'])
    expect(rules.noImportCycles([file('server/a.ts', './a.ts')])).toHaveLength(1)
  })

  test('two ways to the same file are no cycle', () => {
    const diamond = [
      readSource('server/a.ts', `import './b.ts'\nimport './c.ts'`),
      file('server/b.ts', './d.ts'),
      file('server/c.ts', './d.ts'),
      file('server/d.ts', 'pg'),
    ]
    expect(rules.noImportCycles(diamond)).toEqual([])
  })

  test('there is none in the tree', () => {
    expect(rules.noImportCycles(sources)).toEqual([])
  })
})

describe('the first line says what a file is for', () => {
  test('a file without it is noticed', () => {
    expect(rules.beginsWithComment('a.ts', `import x from 'y'\n// Too late.`)).toHaveLength(1)
    expect(rules.beginsWithComment('a.ts', `//\n`)).toHaveLength(1)
    expect(rules.beginsWithComment('run', `#!/usr/bin/env bash\nset -e`)).toHaveLength(1)
    expect(rules.beginsWithComment('a.sql', `create table x ();`)).toHaveLength(1)
    expect(rules.beginsWithComment('run', `#!/usr/bin/env bash\n# Runs everything that there is.`)).toEqual([])
    expect(rules.beginsWithComment('a.sql', `-- Organizations and people.`)).toEqual([])
  })

  test('it holds in the whole tree', () => {
    expect([...list(CODE), ...list(OTHER)].flatMap((path) => rules.beginsWithComment(path, read(path)))).toEqual([])
  })
})

describe('the tables', () => {
  const create = `
    -- create table commented (id uuid primary key);
    create table loose (
      id uuid primary key,
      text text check (text in ('a', 'b'))
    );
    create table kept (
      org_id uuid not null,
      id uuid not null,
      primary key (org_id, id)
    ) partition by range (id);
    create table kept_default partition of kept default;
    create unlogged table bare (
      org_id uuid
    );
    create table gone (
      id uuid
    );
    drop table gone;
    create table before (
      id uuid
    );
    alter table before add constraint before_pkey primary key (org_id, id);
    alter table before rename to after;`

  test('are read from the migrations with their primary keys', () => {
    expect(tablesIn([create])).toEqual([
      { name: 'loose', primaryKey: ['id'] },
      { name: 'kept', primaryKey: ['org_id', 'id'] },
      { name: 'kept_default', partitionOf: 'kept', primaryKey: [] },
      { name: 'bare', primaryKey: [] },
      { name: 'after', primaryKey: ['org_id', 'id'] },
    ])
  })

  test('a key that does not begin with the organization is noticed, and so is a table without an owner', () => {
    const unlike = expect.stringMatching(/^(loose|bare): /)
    expect(rules.keysBeginWithOrganization(tablesIn([create]))).toEqual([unlike, unlike])
    expect(rules.everyTableIsOwned(tablesIn([create])).length).toBeGreaterThanOrEqual(4)
  })

  test('of this product have keys that begin with the organization', () => {
    expect(tables.length).toBeGreaterThan(10)
    expect(rules.keysBeginWithOrganization(tables)).toEqual([])
  })

  test('of this product have one owner each', () => {
    expect(rules.everyTableIsOwned(tables)).toEqual([])
  })
})

describe('what the rules read', () => {
  test('imports are found in every form, and only where they are imports', () => {
    const text = `
      // import a from 'comment'
      /* import a from 'block' */
      import a, { b as c } from 'plain'
      import * as d from "double"
      import type { E } from 'types'
      import { type F } from 'inline-types'
      import
        g
      from 'lines'
      import 'effect'
      export * from 'star'
      export { h } from 'named'
      const i = await import('dynamic')
      const j = require('required')
      type K = import('in-type').K
      const text = "import a from 'string'" + \`import a from 'template' \${await import('in-template')}\`
      const regex = /import a from 'regex'/
      vi.mock('mocked')`
    expect(readSource('a.ts', text).imports.map(({ to }) => to)).toEqual([
      'plain',
      'double',
      'types',
      'inline-types',
      'lines',
      'effect',
      'star',
      'named',
      'dynamic',
      'required',
      'in-type',
      'in-template',
      'mocked',
    ])
    expect(
      readSource('a.ts', text)
        .imports.filter(({ typeOnly }) => typeOnly)
        .map(({ to }) => to),
    ).toEqual(['types', 'inline-types', 'in-type'])
  })

  test('screens are read as well, apostrophes and all', () => {
    const text = `export const Page = () => <p title="it's">Don't import a from 'b' \` {render(import('real'))}</p>`
    expect(readSource('a.tsx', text).imports.map(({ to }) => to)).toEqual(['real'])
  })

  test('writes are found in SQL whatever its case and layout', () => {
    const sql = `WITH x AS (INSERT INTO public."Tags" (id) VALUES (1)),
      y as (update only contacts as c
        set tag_ids = '{}' from x)
      merge into events using x on true when matched then do nothing`
    expect(writesInSql(sql).map(({ table, verb, setsTagIds, line }) => [table, verb, setsTagIds, line])).toEqual([
      ['tags', 'insert', false, 1],
      ['contacts', 'update', true, 2],
      ['events', 'insert', false, 4],
    ])
  })

  test('a file that is not valid is an error, not an empty file', () => {
    expect(() => readSource('a.ts', 'const = 1')).toThrow(/a\.ts/)
  })

  test('the tree was really read', () => {
    expect(sources.length).toBeGreaterThan(30)
    expect(sources.flatMap(({ imports }) => imports).length).toBeGreaterThan(100)
  })
})
