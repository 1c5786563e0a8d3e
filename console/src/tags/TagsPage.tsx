// Audiences → Contact tags: the catalog, which every way of tagging chooses from.
import { ActionIcon, Button, Skeleton, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus, IconSearch, IconTags, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { may, useOrganization } from '../access/queries.ts'
import { searchByName } from '../lib/fold.ts'
import { m } from '../paraglide/messages.js'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { tagsQuery } from './queries.ts'
import classes from './TagsPage.module.css'
import { TagTable } from './TagTable.tsx'

const loadCreateTagDialog = () => import('./CreateTagDialog.tsx')
const CreateTagDialog = lazy(async () => ({ default: (await loadCreateTagDialog()).CreateTagDialog }))

export function TagsPage() {
  const organization = useOrganization()
  const { data: tags, error, refetch } = useQuery(tagsQuery(organization.slug))
  const [search, setSearch] = useState('')
  const [creating, dialog] = useDisclosure()
  const mayWrite = may(organization, 'tags:write')
  const found = searchByName(tags ?? [], search)
  const newTag = mayWrite && (
    <Button
      leftSection={<IconPlus size={15} stroke={2} />}
      onClick={dialog.open}
      onPointerEnter={() => void loadCreateTagDialog()}
      onFocus={() => void loadCreateTagDialog()}
    >
      {m.tag_new()}
    </Button>
  )
  return (
    <div className={classes.page}>
      <PageHeader title={m.contact_tags()} organization={organization.name} text={m.contact_tags_text()}>
        {newTag || undefined}
      </PageHeader>
      {tags && tags.length > 0 && (
        <search className={classes.bar}>
          <TextInput
            className={classes.search}
            aria-label={m.tag_search()}
            placeholder={m.tag_search()}
            value={search}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setSearch(event.currentTarget.value)}
            onKeyDown={(event) => event.key === 'Escape' && setSearch('')}
            leftSection={<IconSearch size={15} stroke={1.7} />}
            rightSection={
              search !== '' && (
                <ActionIcon size={22} aria-label={m.search_clear()} onClick={() => setSearch('')}>
                  <IconX size={14} />
                </ActionIcon>
              )
            }
          />
          <p className={classes.count} role="status">
            {m.tags_count({ count: found.length })}
          </p>
        </search>
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
      ) : found.length === 0 ? (
        <EmptyState title={m.tag_search_none({ search })}>
          <Button variant="default" onClick={() => setSearch('')}>
            {m.search_clear()}
          </Button>
        </EmptyState>
      ) : (
        <TagTable tags={found} organization={organization.slug} />
      )}
      {creating && (
        <Suspense>
          <CreateTagDialog onClose={dialog.close} onCreated={() => setSearch('')} />
        </Suspense>
      )}
    </div>
  )
}
