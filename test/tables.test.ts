// That the generated files are what the migrations make.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openTestDatabase } from './help/database.ts'
import { generate, SCHEMA_FILE, TABLES_FILE } from '../tools/schema.ts'

test('tables.ts and schema.sql are what the migrations make; else run: npm run schema', async () => {
  const database = await openTestDatabase()
  try {
    const { tables, schema } = await generate(database.pool)
    expect(readFileSync(TABLES_FILE, 'utf8')).toBe(tables)
    expect(readFileSync(SCHEMA_FILE, 'utf8')).toBe(schema)
  } finally {
    await database.close()
  }
})
