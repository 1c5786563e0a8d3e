// Audiences → Contact tags: the catalog, which every way of tagging chooses from.
import { Button, Skeleton } from '@mantine/core'
import { IconPlus, IconTags, IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useCallback, useDeferredValue, useMemo, useRef, useState } from 'react'
import type { Tag } from '../../../server/tags/schema.ts'
import { may, useOrganization } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { getLocale } from '../paraglide/runtime.js'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { ViewLinks, viewLink } from '../ui/ViewLinks.tsx'
import { lookAlikes } from './look-alikes.ts'
import { activeOf, catalogQuery } from './queries.ts'
import { readTagSearch, rowsOf, sortedBy, type TagSearch } from './search.ts'
import { useTagSelection } from './selection.ts'
import { TagBar } from './TagBar.tsx'
import { loadTagDialogs, TagDialogs, type TagDialog } from './TagDialogs.tsx'
import classes from './TagsPage.module.css'
import { TagTable } from './TagTable.tsx'
import { useRestore } from './restoring.ts'
import { useTagSearch } from './use-tag-search.ts'

export function TagsPage() {
  const organization = useOrganization()
  const { data: tags, error, refetch } = useQuery(catalogQuery(organization.slug))
  const { search, type, clear, change } = useTagSearch()
  const [dialog, setDialog] = useState<TagDialog | null>(null)
  const mayWrite = may(organization, 'tags:write')
  const page = useRef<HTMLDivElement>(null)

  // Two thousand rows may follow a fast typist by a letter.
  const wanted = useDeferredValue(JSON.stringify(search))
  const rows = useMemo(() => rowsOf(tags ?? [], JSON.parse(wanted) as TagSearch, getLocale()), [tags, wanted])
  const selectable = useMemo(() => new Set(tags?.filter(canBeChosen).map((tag) => tag.id)), [tags])
  const shown = useMemo(() => rows.filter(canBeChosen).map((tag) => tag.id), [rows])
  const selection = useTagSelection(selectable, shown)
  const alike = useMemo(() => (mayWrite ? lookAlikes(activeOf(tags ?? [])) : []), [tags, mayWrite])

  const restore = useRestore((tag, bearerId) => setDialog({ kind: 'restore', tag, bearerId }))
  const onAct = useCallback(
    (action: 'edit' | 'delete' | 'restore' | 'merge', tag: Tag) => {
      if (action === 'restore') restore(tag)
      else setDialog(action === 'delete' ? { kind: action, tags: [tag] } : { kind: action, tag })
    },
    [restore],
  )
  /** Where the button was that opened the dialog there may be nothing any more. */
  const close = () => {
    setDialog(null)
    window.setTimeout(() => {
      if (document.activeElement !== document.body) return
      const list = page.current?.querySelector<HTMLElement>('[data-rows]') ?? page.current
      list?.focus({ preventScroll: true })
    }, 50)
  }
  const newTag = mayWrite && (
    <Button
      leftSection={<IconPlus size={15} stroke={2} />}
      onClick={() => setDialog({ kind: 'create' })}
      onPointerEnter={loadTagDialogs}
      onFocus={loadTagDialogs}
    >
      {m.tag_new()}
    </Button>
  )
  return (
    <div ref={page} className={classes.page} tabIndex={-1}>
      <PageHeader title={m.contact_tags()} organization={organization.name} text={m.contact_tags_text()}>
        {newTag || undefined}
      </PageHeader>
      {tags && tags.length > 0 && (
        <>
          <Statuses />
          <TagBar
            search={search.search}
            onType={type}
            onClear={clear}
            count={rows.length}
            alike={alike.length}
            onAlike={() => setDialog({ kind: 'alike' })}
            selection={selection}
            chosen={tags.filter((tag) => selection.chosen.has(tag.id))}
            onDelete={(chosen) => setDialog({ kind: 'delete', tags: chosen })}
          />
        </>
      )}
      {tags === undefined ? (
        error ? (
          <div className={classes.failure}>
            <ErrorNotice error={error} onRetry={() => void refetch()} />
          </div>
        ) : (
          <div className={classes.loading} role="status" aria-label={m.tags_loading()}>
            {[120, 90, 150, 110, 80, 130].map((width) => (
              <Skeleton key={width} height={20} width={width} radius={6} />
            ))}
          </div>
        )
      ) : tags.length === 0 ? (
        <EmptyState
          icon={<IconTags size={22} stroke={1.6} />}
          title={m.tags_none_title()}
          text={mayWrite ? m.tags_none_text() : m.tags_none_text_agent()}
          heading="h2"
        >
          {newTag || undefined}
        </EmptyState>
      ) : rows.length > 0 ? (
        <>
          {error && (
            <div className={classes.failure}>
              <ErrorNotice error={error} onRetry={() => void refetch()} />
            </div>
          )}
          <TagTable
            tags={rows}
            search={search}
            selection={mayWrite ? selection : undefined}
            onSort={(sort) => change(sortedBy(search, sort))}
            onAct={mayWrite ? onAct : undefined}
          />
        </>
      ) : search.search !== '' ? (
        <EmptyState title={m.tag_search_none({ search: search.search })}>
          <Button variant="default" onClick={clear}>
            {m.search_clear()}
          </Button>
        </EmptyState>
      ) : search.status === 'deleted' ? (
        <EmptyState
          icon={<IconTrash size={22} stroke={1.6} />}
          title={m.tags_none_deleted_title()}
          text={m.tags_none_deleted_text()}
          heading="h2"
        />
      ) : (
        <EmptyState
          icon={<IconTags size={22} stroke={1.6} />}
          title={m.tags_none_active_title()}
          text={mayWrite ? m.tags_none_active_text() : m.tags_none_text_agent()}
          heading="h2"
        />
      )}
      {dialog && <TagDialogs dialog={dialog} onShow={setDialog} onDeleted={selection.drop} onClose={close} />}
    </div>
  )
}

/** Merged tags are gone for good: there is nothing to be done with them. */
const canBeChosen = (tag: Tag): boolean => tag.merged_into === null

function Statuses() {
  const { slug } = useOrganization()
  const statuses = [
    { status: undefined, words: m.tags_active() },
    { status: 'all', words: m.tags_include_deleted() },
    { status: 'deleted', words: m.tags_deleted_only() },
  ] as const
  return (
    <ViewLinks label={m.tags_shown()}>
      {statuses.map(({ status, words }) => (
        <Link
          key={words}
          to="/o/$organization/tags"
          params={{ organization: slug }}
          search={(before) => readTagSearch({ ...before, status })}
          activeOptions={{ exact: true, includeSearch: true, explicitUndefined: true }}
          className={viewLink}
        >
          {words}
        </Link>
      ))}
    </ViewLinks>
  )
}
