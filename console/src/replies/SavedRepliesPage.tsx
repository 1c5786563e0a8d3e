// Settings → Saved replies: the texts that agents put into what they write.
import { ActionIcon, Button, Menu, Skeleton } from '@mantine/core'
import { IconDots, IconMessage2Bolt, IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import type { SavedReply } from '../../../server/replies/schema.ts'
import { Allowed } from '../access/Allowed.tsx'
import { useOrganization } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { tell } from '../ui/toasts.ts'
import { repliesQuery, useDeleteReply } from './queries.ts'
import { ReplyDialog } from './ReplyDialog.tsx'
import rows from '../ui/NamedRows.module.css'
import classes from './SavedRepliesPage.module.css'

type Dialog = { kind: 'new' } | { kind: 'edit' | 'delete'; reply: SavedReply }

export const SavedRepliesPage = () => (
  <Allowed permission="replies:write">
    <SavedReplies />
  </Allowed>
)

function SavedReplies() {
  const organization = useOrganization()
  const { data: replies, error, refetch } = useQuery(repliesQuery(organization.slug))
  const [dialog, setDialog] = useState<Dialog | null>(null)
  const close = () => setDialog(null)
  const add = (
    <Button leftSection={<IconPlus size={15} stroke={2} />} onClick={() => setDialog({ kind: 'new' })}>
      {m.saved_reply_new()}
    </Button>
  )
  return (
    <div className={rows.page}>
      <PageHeader title={m.saved_replies()} organization={organization.name} text={m.saved_replies_text()}>
        {replies && replies.length > 0 && add}
      </PageHeader>
      <div className={rows.content} tabIndex={-1}>
        {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
        {!replies && !error && (
          <div role="status" aria-label={m.saved_replies_loading()}>
            <Skeleton height={160} radius={10} />
          </div>
        )}
        {replies?.length === 0 && (
          <EmptyState
            heading="h2"
            icon={<IconMessage2Bolt size={28} stroke={1.5} />}
            title={m.saved_replies_none()}
            text={m.saved_replies_none_text()}
          >
            {add}
          </EmptyState>
        )}
        {replies && replies.length > 0 && (
          <ul className={rows.list} aria-label={m.saved_replies()} tabIndex={-1}>
            {replies.map((reply) => (
              <ReplyRow key={reply.id} reply={reply} onAct={(kind) => setDialog({ kind, reply })} />
            ))}
          </ul>
        )}
      </div>
      {dialog?.kind === 'new' && <ReplyDialog reply={null} onClose={close} />}
      {dialog?.kind === 'edit' && <ReplyDialog reply={dialog.reply} onClose={close} />}
      {dialog?.kind === 'delete' && <DeleteReplyDialog reply={dialog.reply} onClose={close} />}
    </div>
  )
}

function ReplyRow({ reply, onAct }: { reply: SavedReply; onAct: (kind: 'edit' | 'delete') => void }) {
  const button = useRef<HTMLButtonElement>(null)
  const act = (kind: 'edit' | 'delete') => () => {
    // The item goes with the menu: a dialog gives the focus back to what stays.
    button.current?.focus({ preventScroll: true })
    onAct(kind)
  }
  return (
    <li className={rows.row}>
      <div className={rows.words}>
        <p className={rows.name} dir="auto">
          {reply.name}
        </p>
        <p className={classes.text} dir="auto">
          {reply.text}
        </p>
      </div>
      <Menu position="bottom-end" returnFocus={false}>
        <Menu.Target>
          <ActionIcon ref={button} aria-label={m.saved_reply_actions({ name: reply.name })}>
            <IconDots size={17} stroke={1.8} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={act('edit')}>{m.saved_reply_edit()}</Menu.Item>
          <Menu.Item className={rows.danger} onClick={act('delete')}>
            {m.saved_reply_delete()}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </li>
  )
}

function DeleteReplyDialog({ reply, onClose }: { reply: SavedReply; onClose: () => void }) {
  const { slug } = useOrganization()
  const remove = useDeleteReply(slug)
  return (
    <ConfirmDialog
      title={m.saved_reply_delete()}
      confirmLabel={m.saved_reply_delete()}
      danger
      confirming={remove.isPending}
      failure={remove.error}
      onConfirm={() =>
        remove.mutate(reply.id, {
          onSuccess: () => {
            tell(m.saved_reply_deleted())
            onClose()
          },
        })
      }
      onClose={onClose}
    >
      <p>
        <bdi>{reply.name}</bdi>
      </p>
      <p>{m.saved_reply_delete_text()}</p>
    </ConfirmDialog>
  )
}
