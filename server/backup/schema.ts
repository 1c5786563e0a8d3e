// Shapes of what a backup says of itself: docs/running/backup.md describes the whole file.
import { z } from 'zod'

/** Of the file's form. A reader refuses a greater one; whoever changes the form so that old readers fail adds one. */
export const FORMAT_VERSION = 1

const Name = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/)
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** The beginning of `backup.json`, which every version of the form has. */
export const Format = z.object({ format: z.literal('earmark-backup'), version: z.int().min(1) })

/** `backup.json`, the first file: what was known before the first row. */
export const Head = Format.extend({
  created_at: z.iso.datetime(),
  /** The PostgreSQL it was taken from. */
  postgres: z.string(),
  /** What the database had been through, in order. */
  migrations: z
    .array(z.object({ name: z.string().regex(/^\d{4}_[a-z0-9_]+\.sql$/), sha256: Sha256 }))
    .min(1)
    .max(10_000),
  /** The text of SECRET_KEY, sealed under a passphrase; null when it is not inside. Both base64. */
  secret_key: z.object({ salt: z.base64(), sealed: z.base64() }).nullable(),
})
export type Head = z.output<typeof Head>

/** `contents.json`, behind the tables: what is known after the last row. */
export const Contents = z.object({
  /** In the order in which they can be loaded: what others refer to comes first. */
  tables: z
    .array(
      z.object({
        name: Name,
        columns: z.array(Name).min(1).max(2_000),
        rows: z.int().min(0),
        /** Of the rows as they are in the file, uncompressed: PostgreSQL's COPY in text format, by primary key. */
        bytes: z.int().min(0),
        sha256: Sha256,
      }),
    )
    .max(10_000),
  sequences: z
    .array(z.object({ name: Name, last_value: z.string().regex(/^\d{1,19}$/), is_called: z.boolean() }))
    .max(10_000),
  /** The days that have a partition of raw deliveries. */
  delivery_days: z.array(z.iso.date()).max(10_000),
})
export type Contents = z.output<typeof Contents>
export type TableContents = Contents['tables'][number]
