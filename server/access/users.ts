// Accounts of people: one for each e-mail, whichever organizations they belong to.
import type { Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { newId } from '../lib/ids.ts'
import { emailKey } from './attempts.ts'

/** Makes an account and answers its id. Refuses an e-mail that has one already (`email_taken`). */
export async function createUser(
  tx: Tx,
  { name, email }: { name: string; email: string },
  passwordHash: string,
): Promise<string> {
  const created = await tx
    .insertInto('users')
    .values({ id: newId(), email, email_key: emailKey(email), name, password_hash: passwordHash })
    .onConflict((conflict) => conflict.column('email_key').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!created)
    throw new Problem('conflict', 'There is an account with this e-mail already. Sign in with it instead.', {
      reason: 'email_taken',
      field: 'email',
    })
  return created.id
}
