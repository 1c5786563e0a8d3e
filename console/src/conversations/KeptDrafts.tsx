// Where half-written answers are shown that cannot be sent where they were written: their parts are loaded only when there is one.
import { Button } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { useSession } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { attach, attachedIn, useFirstAttached } from './attached.ts'
import { addToDraft, draftOf, keepDraft, useFirstDraft } from './drafts.ts'

const KeptDraft = lazy(() => import('./KeptDraft.tsx').then((file) => ({ default: file.KeptDraft })))

/** The first of these conversations in which something was written or attached, and not sent. */
function useFirstKept(userId: string, conversationIds: readonly string[]): string | undefined {
  const written = useFirstDraft(userId, conversationIds)
  const attached = useFirstAttached(conversationIds)
  return written ?? attached
}

/** Below a conversation in which one cannot write now. */
export function KeptHere({ conversationId }: { conversationId: string }) {
  const { user } = useSession()
  const kept = useFirstKept(user.id, [conversationId])
  return (
    kept !== undefined && (
      <Suspense>
        <KeptDraft userId={user.id} conversationId={kept} title={m.draft_kept()} />
      </Suspense>
    )
  )
}

interface KeptEarlierProps {
  conversationId: string
  /** Those that came before with the same contact and number, newest first. */
  earlier: readonly string[]
  onDone: () => void
}

/** Above the box to answer: what was left in earlier conversations, to go on with here. */
export function KeptEarlier({ conversationId, earlier, onDone }: KeptEarlierProps) {
  const { user } = useSession()
  const kept = useFirstKept(user.id, earlier)
  if (kept === undefined) return null
  const use = () => {
    const { text } = draftOf(user.id, kept)
    if (text.trim() !== '') addToDraft(user.id, conversationId, text)
    const file = attachedIn(kept)
    if (file) attach(conversationId, file)
    keepDraft(user.id, kept, { text: '', reply_to: null })
    attach(kept, null)
    onDone()
  }
  return (
    <Suspense>
      <KeptDraft userId={user.id} conversationId={kept} title={m.draft_earlier()} onDiscarded={onDone}>
        <Button size="xs" variant="default" onClick={use}>
          {m.draft_use()}
        </Button>
      </KeptDraft>
    </Suspense>
  )
}
