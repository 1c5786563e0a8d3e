// Passwords: which ones are refused, asking for one's own again, and setting a new one.
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { passwordMatches } from '../lib/password.ts'
import { countAttempt, emailKey, passwordLimits } from './attempts.ts'

/** What the passwords that are tried first are made of, without the digits and signs around it. */
const COMMON = new Set(
  `password passwort passwords mypassword contrasena contraseña senha motdepasse parola qwerty qwertyuiop qwertyuiopasdfghjkl
  qwertz qwertzuiop azerty azertyuiop asdfghjkl asdfghjkla zxcvbnm qazwsx qazwsxedc qwerasdf qwerasdfzxcv asdfasdf asdf
  qwer zaqxsw iloveyou iloveyouso iloveyoutoo ilovegod iloveme teamo tequiero amor princess sunshine superman batman
  spiderman pokemon football baseball basketball liverpool barcelona chelsea arsenal dragon monkey shadow master
  letmein trustno welcome bienvenido bemvindo admin administrator administrador root user guest test testtest testing
  default changeme secret secreto whatever computer internet google facebook instagram whatsapp earmark company
  business michael jordan jennifer jessica ashley daniel charlie hello helloworld hola freedom starwars minecraft
  fuckyou jesuschrist jesus cheese butterfly summer winter spring autumn january february monday login abc abcd abcde`
    .split(/\s+/)
    .filter((word) => word !== ''),
)
const ROWS = ['01234567890', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm', '1q2w3e4r5t6y7u8i9o0p']
const RUNS = ROWS.flatMap((row) => [row.repeat(3), row.repeat(3).split('').toReversed().join('')])
const LOOKS: Record<string, string> = { '@': 'a', '4': 'a', '3': 'e', '0': 'o', $: 's', '5': 's', '1': 'i', '!': 'i' }

/** Whether a password is one of those that are tried first: a common word with signs around it, a row of keys, a repetition. */
export function isCommonPassword(password: string): boolean {
  const text = password.normalize('NFKC').toLowerCase()
  if (RUNS.some((run) => run.includes(text)) || /^(.{1,6}?)\1+.{0,2}$/u.test(text)) return true
  const bare = (word: string) => word.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
  const plain = (word: string) => word.replace(/[@430$51!]/g, (sign) => LOOKS[sign]!)
  const inside = text.replace(/^[^\p{L}@$]+|[^\p{L}]+$/gu, '')
  return [bare(text), plain(inside), bare(plain(text))].some((word) =>
    word === '' ? text.length < 12 : COMMON.has(word),
  )
}

/** Refuses a new password that is the person's e-mail address or among the commonest; `field` is where it was typed. */
export function refuseWeakPassword(password: string, email: string, field = 'password'): void {
  const same = (a: string, b: string) => emailKey(a) === emailKey(b)
  if (same(password, email) || same(password, email.split('@')[0]!)) {
    throw new Problem('invalid', 'Your e-mail address is no password. Choose something that others do not know.', {
      reason: 'password_is_email',
      field,
    })
  }
  if (isCommonPassword(password)) {
    throw new Problem(
      'invalid',
      'This password is among the first that are tried. Choose a rarer one, such as four words that do not belong together.',
      { reason: 'password_common', field },
    )
  }
}

/** Asks a signed-in person for their password again; wrong ones are limited as at signing in. */
export async function provePassword(db: Db, userId: string, password: string, field = 'password'): Promise<void> {
  const limits = passwordLimits(userId)
  const attempt = await countAttempt(db, limits)
  const user = await db.selectFrom('users').select('password_hash').where('id', '=', userId).executeTakeFirst()
  if (!user || !(await passwordMatches(password, user.password_hash))) {
    throw new Problem('invalid', 'This is not your present password.', { reason: 'password_wrong', field })
  }
  await attempt.forgive(...limits.map(({ key }) => key))
}

/** Sets a password by its hash. Whoever signs in with the old one at the same moment is not let in afterwards. */
export async function setPassword(tx: Tx, userId: string, hash: string): Promise<void> {
  await tx.updateTable('users').set({ password_hash: hash }).where('id', '=', userId).execute()
}

export async function renamePerson(tx: Tx, userId: string, name: string): Promise<void> {
  await tx.updateTable('users').set({ name }).where('id', '=', userId).execute()
}
