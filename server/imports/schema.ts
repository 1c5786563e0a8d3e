// Shapes and routes of imports: a file of contacts, how it is read, and what writing it would do.
import { z } from 'zod'
import { route } from '../lib/route.ts'
import { filledText, Id, Instant, problems, refusal } from '../lib/shapes.ts'
import { TagChip } from '../tags/schema.ts'

export const MOST_IMPORT_BYTES = 200_000_000
export const MOST_IMPORT_ROWS = 1_000_000
/** The file is sent in pieces of so many bytes, so that a broken line loses one piece and every proxy lets it through. */
export const PART_BYTES = 500_000
/** So many names that the catalog does not have, those that most rows use, are compared with it and with one another. */
export const MOST_COMPARED = 200
/** How long what was uploaded stays, when it is not begun with; and how long the rows that were refused do. */
export const KEEP_UNSTARTED_HOURS = 24
export const KEEP_REFUSED_DAYS = 30

export const Encoding = z.enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'])
export type Encoding = z.output<typeof Encoding>
export const Separator = z.enum([',', ';', '\t'])
export type Separator = z.output<typeof Separator>

export const IMPORT_FIELDS = ['phone', 'display_name', 'tags', 'first_seen_at', 'last_seen_at'] as const
export type ImportField = (typeof IMPORT_FIELDS)[number]

const column = z.int().min(0).max(499).nullable()
/** The place of each field among the columns, from 0; null where no column has it. */
export const Columns = z
  .object({
    phone: column.describe(
      'The phone; of somebody without one WhatsApp’s own id, or the id of another system behind its name: `crm:4711`.',
    ),
    display_name: column,
    tags: column,
    first_seen_at: column,
    last_seen_at: column,
  })
  .meta({ id: 'ImportColumns' })
export type Columns = z.output<typeof Columns>

/** What is done with the tags of a row. */
export const TagsMode = z.enum(['add', 'replace', 'remove'])
export type TagsMode = z.output<typeof TagsMode>

const TagChoice = z.enum(['create', 'use', 'leave_out'])
export type TagChoice = z.output<typeof TagChoice>

/** How a file is read. */
const reading = {
  encoding: Encoding,
  separator: Separator,
  columns: Columns.extend({
    phone: z.int(refusal('import_phone_column', 'Choose the column with the phones.')).min(0).max(499),
  }),
  bare_phones: z
    .boolean()
    .default(false)
    .describe('Numbers without a plus are complete, with their country’s code; otherwise such rows are refused.'),
}

export const ImportSettings = z
  .object({
    ...reading,
    portfolio_id: z
      .string()
      .max(100)
      .optional()
      .describe('Of WhatsApp’s own ids; needed when accounts of several portfolios are connected.'),
    create_contacts: z.boolean().default(true).describe('False: rows of contacts that are not here are refused.'),
    tags_mode: TagsMode.default('add'),
    empty_clears: z.boolean().default(false).describe('When tags are replaced: an empty cell takes all tags off.'),
    tags: z
      .array(
        z.object({
          name: z.string().max(1000),
          choice: TagChoice,
          tag_id: Id.optional().describe('The tag of the catalog that is meant, for `use`.'),
        }),
      )
      .max(5000)
      .default([])
      .describe('What is meant by names that the catalog does not have.'),
  })
  .meta({ id: 'ImportSettings' })
export type ImportSettings = z.output<typeof ImportSettings>

/** Why a row is refused. */
export const RowReason = z.enum([
  'row_phone_missing',
  'row_phone_invalid',
  'row_phone_exponent',
  'row_phone_decimal',
  'row_phone_bare',
  'row_columns_differ',
  'row_nul',
  'row_name_too_long',
  'row_time_unreadable',
  'row_time_future',
  'row_times_crossed',
  'row_two_contacts',
  'row_portfolio_missing',
  'row_portfolio_unknown',
  'row_not_here',
  'row_failed',
])
export type RowReason = z.output<typeof RowReason>

const RefusedRow = z.object({
  row: z.int().describe('As a spreadsheet counts: the first line is 1.'),
  reason: RowReason,
  message: z.string().describe('A sentence for people.'),
  cells: z.array(z.string()),
})

export const ImportTag = z
  .object({
    name: z.string(),
    rows: z.int().describe('That name it.'),
    state: z.enum(['known', 'deleted', 'unknown']),
    tag: TagChip.nullable().describe('The tag that it leads to; of a deleted one, that one.'),
    near: z.array(TagChip).describe('Tags of the catalog with a name like it.'),
    near_names: z
      .array(z.string())
      .describe('Other names of the file that the catalog does not have, and that are nearly this one.'),
    can_create: z.boolean().describe('Whether a tag may bear this name.'),
    choice: TagChoice.nullable(),
  })
  .meta({ id: 'ImportTag' })
export type ImportTag = z.output<typeof ImportTag>

const ImportResult = z.object({
  rows: z.int().describe('Of the file, without the first line and empty ones.'),
  refused: z.int(),
  repeated: z.int().describe('Speak of a contact that an earlier row speaks of; they are taken together.'),
  created: z.int(),
  changed: z.int(),
  unchanged: z.int(),
  renamed: z.int(),
  tags_added: z.int(),
  tags_removed: z.int(),
})
export type ImportResult = z.output<typeof ImportResult>

export const ImportStatus = z.enum(['uploading', 'uploaded', 'checking', 'checked', 'failed', 'started'])
export type ImportStatus = z.output<typeof ImportStatus>

const ImportError = z.object({
  reason: z.string(),
  message: z.string(),
  row: z.int().optional(),
})
export type ImportError = z.output<typeof ImportError>

export const Import = z
  .object({
    id: Id,
    file_name: z.string(),
    file_bytes: z.int(),
    status: ImportStatus,
    settings: ImportSettings.nullable(),
    read_bytes: z.int().describe('How far a check has come.'),
    read_rows: z.int(),
    result: ImportResult.nullable().describe('What writing it would do, as of the check.'),
    error: ImportError.nullable().describe('Why the file cannot be imported as it is.'),
    tags: z.array(ImportTag).describe('Once checked: the names that the catalog does not have first.'),
    undecided_tags: z.int().describe('Names that the catalog does not have, and of which nothing was said.'),
    refused_rows: z.array(RefusedRow).describe('The first of them.'),
    repeated_rows: z.array(z.object({ row: z.int(), same_as: z.int() })).describe('The first of them.'),
    refused_count: z.int(),
    operation_id: Id.nullable(),
    created_at: Instant,
  })
  .meta({ id: 'Import' })
export type Import = z.output<typeof Import>

export const ImportPreview = z
  .object({
    encoding: Encoding,
    separator: Separator,
    header: z.array(z.string()),
    rows: z.array(z.object({ row: z.int(), cells: z.array(z.string()) })).describe('The first of the file.'),
    columns: Columns.describe('What the columns seem to be.'),
  })
  .meta({ id: 'ImportPreview' })
export type ImportPreview = z.output<typeof ImportPreview>

const one = { params: z.object({ id: Id }) }
const ok = { 200: { description: 'The import.', schema: Import }, ...problems } as const

export const createImport = route({
  method: 'post',
  path: '/v1/imports',
  operationId: 'createImport',
  summary: 'Announce a file; its bytes follow in parts',
  permission: 'contacts:import',
  body: z.object({
    file_name: filledText(refusal('file_name_missing', 'Name the file.'), 200),
    file_bytes: z
      .int()
      .min(1, refusal('import_empty', 'The file is empty. Choose another one.'))
      .max(
        MOST_IMPORT_BYTES,
        refusal('file_too_large', 'The file is too large: at most 200 MB. Cut it into several.', {
          max: MOST_IMPORT_BYTES,
        }),
      ),
  }),
  responses: { 201: { description: 'Send the parts.', schema: Import }, ...problems },
})

export const putImportPart = route({
  method: 'put',
  path: '/v1/imports/{id}/parts/{n}',
  operationId: 'putImportPart',
  summary: `A part of the file, of ${PART_BYTES} bytes but for the last; the same again changes nothing`,
  permission: 'contacts:import',
  params: z.object({ id: Id, n: z.coerce.number().int().min(0).max(399) }),
  file: { mostBytes: PART_BYTES },
  responses: { 204: { description: 'It is kept.' }, ...problems },
})

export const getImport = route({
  method: 'get',
  path: '/v1/imports/{id}',
  operationId: 'getImport',
  summary: 'An import with what its check found',
  permission: 'contacts:import',
  ...one,
  responses: ok,
})

export const previewImport = route({
  method: 'get',
  path: '/v1/imports/{id}/preview',
  operationId: 'previewImport',
  summary:
    'The first rows of the file, as they are read with an encoding and a separator, by default those it seems to have',
  permission: 'contacts:import',
  ...one,
  query: z.object({ encoding: Encoding.optional(), separator: Separator.optional() }),
  responses: { 200: { description: 'The first rows.', schema: ImportPreview }, ...problems },
})

export const checkImport = route({
  method: 'post',
  path: '/v1/imports/{id}/check',
  operationId: 'checkImport',
  summary: 'Read the whole file in the background, and count what writing it would do; nothing is written yet',
  permission: 'contacts:import',
  ...one,
  body: ImportSettings,
  responses: { 202: { description: 'It is being read.', schema: Import }, ...problems },
})

export const discardImport = route({
  method: 'delete',
  path: '/v1/imports/{id}',
  operationId: 'discardImport',
  summary: 'Forget a file that was not begun with',
  permission: 'contacts:import',
  ...one,
  responses: { 204: { description: 'It is forgotten.' }, ...problems },
})

export const exportRefusedRows = route({
  method: 'get',
  path: '/v1/imports/{id}/refused',
  operationId: 'exportRefusedRows',
  summary: 'The rows that were refused, as they stand in the file, each with the reason in a column of its own',
  permission: 'contacts:import',
  ...one,
  responses: {
    200: {
      description: 'CSV, UTF-8 with a byte-order mark; the header Earmark-Rows tells the number of rows.',
      contentType: 'text/csv; charset=utf-8',
    },
    ...problems,
  },
})
