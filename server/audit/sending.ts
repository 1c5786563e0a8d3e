// Files with what an organization knows: none leaves without an entry in the audit log.
import type { Context } from '../access/door.ts'
import { sendFile, type SavedFile, type Sent } from '../lib/http.ts'
import { answer } from '../lib/route.ts'
import { recordAct, type Act } from './recording.ts'

/** Records that the file was taken, and sends it then. When that cannot be recorded, nothing of the file is sent. */
export async function sendRecorded(
  { actor, reply, write }: Pick<Context, 'actor' | 'reply' | 'write'>,
  act: Act,
  file: SavedFile,
): Promise<Sent> {
  try {
    await write(async (tx) => {
      await recordAct(tx, actor, act)
      return answer(204, undefined)
    })
  } catch (error) {
    file.content.destroy()
    throw error
  }
  return sendFile(reply, file)
}
