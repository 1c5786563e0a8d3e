// Filling tables by the database itself, many rows a statement.
import type pg from 'pg'

/**
 * All of it or nothing. References are right by the way rows are made, and are not checked: for millions of them that takes
 * longer than writing.
 */
export async function fill(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<void>): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query('set local session_replication_role = replica')
    await work(client)
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}
