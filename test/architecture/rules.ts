// The rules of the house, each a function from the source files to the sentences that say where it is broken.
import { child, children, nameOf, propertyOf, type Node, type Source } from './source.ts'
import { writesIn, type Table } from './sql.ts'

/** Answers one line for each violation: `path:line what is wrong`. */
export type Rule = (sources: readonly Source[]) => string[]

/** Every table and the slice that alone writes it. */
export const OWNERS = new Map<string, string>(
  Object.entries({
    organizations: 'access',
    users: 'access',
    memberships: 'people',
    invitations: 'people',
    sessions: 'access',
    sign_in_failures: 'access',
    setup_links: 'access',
    idempotency_keys: 'access',
    api_keys: 'api-keys',
    api_key_minutes: 'api-keys',
    two_factors: 'account',
    recovery_codes: 'account',
    reset_links: 'account',
    whatsapp_accounts: 'channels',
    channels: 'channels',
    deliveries: 'channels',
    contacts: 'contacts',
    contact_identities: 'contacts',
    contact_activity: 'contacts',
    contact_conflicts: 'contacts',
    contact_merges: 'contacts',
    pending_identity_changes: 'contacts',
    messages: 'conversations',
    message_statuses: 'conversations',
    conversations: 'conversations',
    conversation_closings: 'conversations',
    outgoing_messages: 'conversations',
    saved_replies: 'replies',
    test_phone_customers: 'test-phone',
    test_phone_files: 'test-phone',
    media: 'conversations',
    media_chunks: 'conversations',
    tags: 'tags',
    tag_assignments: 'tags',
    tag_counts: 'tags',
    ai_agents: 'ai-agents',
    ai_agent_channels: 'ai-agents',
    ai_agent_conversations: 'ai-agents',
    ai_agent_acts: 'ai-agents',
    analyses: 'analysis',
    suggestions: 'analysis',
    learnings: 'learning',
    tag_learners: 'learning',
    lesson_vectors: 'learning',
    model_providers: 'models',
    model_settings: 'models',
    model_months: 'models',
    model_calls: 'models',
    model_exchanges: 'models',
    operations: 'operations',
    operation_batches: 'operations',
    imports: 'imports',
    import_parts: 'imports',
    import_tags: 'imports',
    import_rows: 'imports',
    events: 'events',
    event_positions: 'events',
    webhook_endpoints: 'webhooks',
    webhook_dispatches: 'webhooks',
    presences: 'presence',
    audit_entries: 'audit',
    contact_erasures: 'privacy',
    retention: 'privacy',
  }),
)

/** The tables that belong to no organization; the primary key of every other one begins with org_id. */
export const GLOBAL_TABLES = [
  'organizations',
  'users',
  'sessions',
  'sign_in_failures',
  'setup_links',
  'two_factors',
  'recovery_codes',
  'reset_links',
]

/** The only files of the product that speak to the outside world over HTTP by themselves. */
const OUTGOING = ['server/lib/outgoing.ts', 'console/src/lib/api.ts', 'tools/receive.ts', 'start.mjs']

const TAGGING = 'server/tags/tagging.ts'
/** Begins the assignments of contacts that were made with their tags in the same transaction. */
const BORN_TAGS = 'server/tags/born.ts'
/** Make contacts that an import brings with the tags that TAGGING or BORN_TAGS give them in the same transaction: a row is written once. */
const BORN = ['server/contacts/identity-rows.ts', 'server/contacts/bringing.ts']
/** Fills whole organizations set by set, for measuring only. */
const CROWD = 'seeds/crowd.ts'
/** Loads every table as a backup holds it: nothing is decided there. */
const RESTORING = 'server/backup/restoring.ts'
const CONFIG = 'server/config.ts'
const DOOR = /^server\/.*\/(?:routes|tools|jobs)\.ts$/
const DOOR_KEEPERS = ['server/app.ts', 'server/worker.ts', 'server/mcp/server.ts']

const isTest = (path: string) => /^(?:test|bench)\//.test(path) || /\.test\.tsx?$/.test(path)
const isConfig = (path: string) => /\.config\.(?:ts|mjs|js)$/.test(path)
const inConsole = (path: string) => path.startsWith('console/')
const inProduct = (path: string) => !isTest(path) && !isConfig(path)

const importsOf = (
  source: Source,
  wrong: (to: string, typeOnly: boolean, names: readonly string[]) => string | false,
): string[] =>
  source.imports.flatMap(({ to, line, typeOnly, names }) => {
    const sentence = wrong(to, typeOnly, names)
    return sentence === false ? [] : [`${source.path}:${line} ${sentence}`]
  })

const forEach =
  (check: (source: Source) => string[]): Rule =>
  (sources) =>
    sources.flatMap(check)

/** 1. Plumbing knows no domain word. */
export const libImportsNoSlice = forEach((source) => {
  if (!source.path.startsWith('server/lib/')) return []
  return importsOf(source, (to) => {
    const isOurs = /^(?:server|console|test|seeds|tools|bench)\//.test(to)
    const isAllowed =
      to.startsWith('server/lib/') || to === CONFIG || (isTest(source.path) && to.startsWith('test/help/'))
    return isOurs && !isAllowed && `lib may not import ${to}`
  })
})

/** 2. A door is opened from outside only. */
export const nobodyImportsDoors = forEach((source) =>
  importsOf(
    source,
    (to) =>
      DOOR.test(to) &&
      !DOOR_KEEPERS.includes(source.path) &&
      `nobody but ${DOOR_KEEPERS.join(', ')} imports the door ${to}`,
  ),
)

const SQL_PACKAGES = /^(?:kysely|pg|pg-.*|postgres|graphile-worker)(?:\/|$)/
const SQL_CALLS = [
  'selectFrom',
  'insertInto',
  'updateTable',
  'deleteFrom',
  'mergeInto',
  'executeQuery',
  'query',
  'transaction',
]

/** 3. A door parses, calls one verb, and answers. */
export const doorsContainNoSql = forEach((source) => {
  if (!DOOR.test(source.path)) return []
  const used = source.nodes.flatMap((node) => {
    const tag = node.type === 'TaggedTemplateExpression' && nameOf(child(node, 'tag')) === 'sql'
    const call = node.type === 'CallExpression' && SQL_CALLS.includes(propertyOf(child(node, 'callee')) ?? '')
    return tag || call
      ? [`${source.path}:${source.lineOf(node)} a door contains no SQL, and opens its transaction by context.write`]
      : []
  })
  return [...importsOf(source, (to) => SQL_PACKAGES.test(to) && `a door does not import ${to}`), ...used]
})

/** 4. Read anywhere, write at home; tags on contacts only in one file. */
export const writesAtHome =
  (tables: readonly Table[]): Rule =>
  (sources) => {
    const parents = new Map(tables.map((table) => [table.name, table.partitionOf ?? table.name]))
    // A partition that is named at run time begins with its table's name.
    const whole = (name: string) =>
      parents.get(name) ?? [...parents.values()].find((parent) => name.startsWith(`${parent}_?`)) ?? name
    return sources
      .filter(({ path }) => inProduct(path) && !inConsole(path) && path !== CROWD && path !== RESTORING)
      .flatMap((source) =>
        writesIn(source).flatMap(({ table, verb, setsTagIds, line }) => {
          const place = `${source.path}:${line}`
          if (table === undefined) return [`${place} writes a table whose name cannot be read here`]
          const name = whole(table)
          const owner = OWNERS.get(name)
          if (owner === undefined) return []
          if (name === 'tag_assignments' && source.path === BORN_TAGS && verb === 'insert') return []
          if (name === 'tag_assignments' && source.path !== TAGGING)
            return [`${place} only ${TAGGING} writes tag_assignments`]
          if (name === 'contacts' && setsTagIds && verb === 'insert' && BORN.includes(source.path)) return []
          if (name === 'contacts' && setsTagIds && source.path !== TAGGING)
            return [`${place} only ${TAGGING} writes contacts.tag_ids`]
          if (name === 'contacts' && source.path === TAGGING && verb === 'update' && setsTagIds) return []
          const slice = /^server\/([\w-]+)\//.exec(source.path)?.[1]
          return slice === owner ? [] : [`${place} ${name} is written by server/${owner} only`]
        }),
      )
  }

/** 5. Every import leads on, none back; imports of types count as well. */
export const noImportCycles: Rule = (sources) => {
  const edges = new Map(sources.map(({ path, imports }) => [path, imports.map(({ to }) => to)]))
  const state = new Map<string, 'open' | 'done'>()
  const cycles: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === 'done' || !edges.has(path)) return
    if (state.get(path) === 'open') {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
      return
    }
    state.set(path, 'open')
    for (const to of edges.get(path) ?? []) visit(to, [...trail, path])
    state.set(path, 'done')
  }
  for (const { path } of sources) visit(path, [])
  return cycles
}

/** 6a. Settings are read in one file. */
export const environmentOnlyInConfig = forEach((source) => {
  const { path } = source
  if (path === CONFIG || path === 'start.mjs' || isTest(path) || isConfig(path)) return []
  const isProcess = (node: Node | undefined) => nameOf(node) === 'process' || propertyOf(node) === 'process'
  const reads = source.nodes.filter(
    (node) =>
      (propertyOf(node) === 'env' && isProcess(child(node, 'object'))) ||
      (node.type === 'VariableDeclarator' &&
        isProcess(child(node, 'init')) &&
        children(child(node, 'id'), 'properties').some((property) => nameOf(child(property, 'key')) === 'env')),
  )
  const imported = source.imports.filter(({ to, names }) => /^(?:node:)?process$/.test(to) && names.includes('env'))
  const lines = [...reads.map((node) => source.lineOf(node)), ...imported.map(({ line }) => line)]
  return lines.map((line) => `${path}:${line} only ${CONFIG} reads process.env`)
})

const WIRE = /^(?:node:)?(?:http|https|http2|net|tls|dgram|undici|axios|ws|got)$/
/** What node:net has beside connections: sums about addresses. */
const HARMLESS = ['isIP', 'isIPv4', 'isIPv6', 'BlockList', 'SocketAddress']
const CALLS_OUT = ['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource']

/** 6b. What the product sends to the outside world is sent in few places. */
export const outgoingOnlyWhereNamed = forEach((source) => {
  const { path } = source
  if (OUTGOING.includes(path) || !inProduct(path)) return []
  const calls = source.nodes.flatMap((node) => {
    if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return []
    const callee = child(node, 'callee')
    const isGlobal = /^(?:globalThis|window|self)$/.test(nameOf(child(callee, 'object')) ?? '')
    const name = callee?.type === 'Identifier' ? nameOf(callee) : isGlobal ? propertyOf(callee) : undefined
    return CALLS_OUT.includes(name ?? '')
      ? [`${path}:${source.lineOf(node)} ${name} is called in named files only`]
      : []
  })
  const modules = importsOf(source, (to, typeOnly, names) => {
    const isHarmless = names.length > 0 && names.every((name) => HARMLESS.includes(name))
    return WIRE.test(to) && !typeOnly && !isHarmless && `${to} is used in named files only`
  })
  return [...calls, ...modules]
})

/** The vocabulary of the contract: the shape of a route, which the console needs as a type, and what all schemas are made of. */
const CONTRACT_TYPES = ['server/lib/route.ts']
const CONTRACT = /^server\/(?:[\w-]+\/(?:[\w-]+-)?schema|lib\/shapes)\.ts$/

/** 7. The console knows the contract, and nothing else of the server. */
export const consoleImportsSchemasOnly = forEach((source) => {
  if (!inConsole(source.path)) return []
  return importsOf(source, (to, typeOnly) => {
    const isOurs = /^(?:server|test|seeds|tools|bench)\/|^\.\.\//.test(to)
    const isAllowed = CONTRACT.test(to) || (typeOnly && CONTRACT_TYPES.includes(to))
    return isOurs && !isAllowed && `the console imports from the server only server/*/schema.ts, not ${to}`
  })
})

const EMPTY_WORDS = /(?:^|[/.-])(?:utils?|helpers?|commons?|services?|managers?|misc|index)(?=[/.-]|$)/i

/** 8a. A name says what is in it. */
export const noEmptyNames = forEach(({ path }) => {
  const word = EMPTY_WORDS.exec(path)
  return word === null ? [] : [`${path} is named by a word that says nothing`]
})

/** 8b. A name is imported from the file that declares it. */
export const noBarrels = forEach(({ path, body }) => {
  const passesOn = body.filter((node) => node.type.startsWith('Export') && child(node, 'source') !== undefined)
  const isBarrel =
    passesOn.length > 0 && body.every((node) => node.type === 'ImportDeclaration' || passesOn.includes(node))
  return isBarrel ? [`${path} only passes on what other files export`] : []
})

/** 8c. One name for a thing everywhere. */
export const noDefaultExports = forEach((source) => {
  if (isConfig(source.path) || source.path === 'test/help/global-setup.ts') return []
  const defaults = source.nodes.filter(
    (node) =>
      node.type === 'ExportDefaultDeclaration' ||
      node.type === 'TSExportAssignment' ||
      (node.type === 'ExportSpecifier' && nameOf(child(node, 'exported')) === 'default'),
  )
  return defaults.map((node) => `${source.path}:${source.lineOf(node)} has a default export`)
})

const ENDINGS = ['close', 'stop', 'end', 'save', 'flush', 'finish', 'result', 'asyncDispose', 'dispose']

/** 8d. A class is something that is opened and closed, or an error. */
export const classesOpenAndClose = forEach((source) =>
  source.nodes.flatMap((node) => {
    if (node.type !== 'ClassDeclaration' && node.type !== 'ClassExpression') return []
    if (/(?:Error|Problem)$/.test(nameOf(child(node, 'superClass')) ?? '')) return []
    const members = children(child(node, 'body'), 'body').map((member) => child(member, 'key'))
    const ends = members.some((key) => ENDINGS.includes(nameOf(key) ?? propertyOf(key) ?? ''))
    return ends ? [] : [`${source.path}:${source.lineOf(node)} a class that is never closed can be functions`]
  }),
)

/** Every file begins with a sentence that says what it is for. Takes any text, so that it holds for SQL and styles too. */
export function beginsWithComment(path: string, text: string): string[] {
  const [first = '', second = ''] = text.split('\n')
  const line = first.startsWith('#!') ? second : first
  const isSentence = /^(?:\/\/|\/\*\*?|--|#|<!--) ?\S.{9,}/.test(line)
  return isSentence ? [] : [`${path} does not begin with a comment that says what it is for`]
}

const MOST_LINES = 330
/** Made from the migrations, as long as there are tables. */
const GENERATED = 'server/lib/tables.ts'

/** A file of the server that grows longer is split by capability. */
export const shortFiles = forEach(({ path, text }) => {
  const lines = text.trimEnd().split('\n').length
  const counts = path.startsWith('server/') && !isTest(path) && path !== GENERATED && lines > MOST_LINES
  return counts ? [`${path} has ${lines} lines: split it by capability (at most ${MOST_LINES})`] : []
})

/** The organization is inside every key, so that the database itself keeps organizations apart. */
export function keysBeginWithOrganization(tables: readonly Table[]): string[] {
  return tables
    .filter(({ name, partitionOf }) => partitionOf === undefined && !GLOBAL_TABLES.includes(name))
    .filter(({ primaryKey }) => primaryKey[0] !== 'org_id')
    .map(({ name, primaryKey }) => `${name}: its primary key is (${primaryKey.join(', ')}), it must begin with org_id`)
}

/** Every table has one owner, and every owner's table exists. */
export function everyTableIsOwned(tables: readonly Table[]): string[] {
  const names = tables.filter(({ partitionOf }) => partitionOf === undefined).map(({ name }) => name)
  return [
    ...names.filter((name) => OWNERS.get(name) === undefined).map((name) => `${name}: name its slice in OWNERS`),
    ...[...OWNERS.keys()]
      .filter((name) => !names.includes(name))
      .map((name) => `${name}: has an owner but is not created`),
  ]
}
