// The tags that are suggested for the open contact; nothing is there when none are.
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { may, useOrganization } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { contactSuggestionsQuery, useDecide } from './queries.ts'
import { SuggestionRow } from './SuggestionRow.tsx'
import classes from './Suggestions.module.css'

export function ContactSuggestions({ contactId }: { contactId: string }) {
  const organization = useOrganization()
  const mayDecide = may(organization, 'contacts:tag')
  const { data: suggestions } = useQuery({
    ...contactSuggestionsQuery(organization.slug, contactId),
    enabled: mayDecide,
  })
  const decide = useDecide(organization.slug)
  if (!suggestions || suggestions.length === 0) return null
  const ids = suggestions.map(({ id }) => id)
  return (
    <section className={classes.section} aria-labelledby="suggested-tags">
      <h3 id="suggested-tags" className={classes.title}>
        {m.suggested_tags()}
      </h3>
      {suggestions.length > 1 && (
        <div className={classes.all}>
          <Button
            size="xs"
            variant="default"
            disabled={decide.isPending}
            onClick={() => decide.mutate({ accept: ids })}
          >
            {m.suggestions_accept_all()}
          </Button>
          <Button
            size="xs"
            variant="subtle"
            color="gray"
            disabled={decide.isPending}
            onClick={() => decide.mutate({ reject: ids })}
          >
            {m.suggestions_reject_all()}
          </Button>
        </div>
      )}
      {decide.error && <ErrorNotice error={decide.error} />}
      <ul className={classes.narrow}>
        {suggestions.map((suggestion) => (
          <SuggestionRow
            key={suggestion.id}
            suggestion={suggestion}
            busy={decide.isPending}
            onAccept={() => decide.mutate({ accept: [suggestion.id] })}
            onReject={() => decide.mutate({ reject: [suggestion.id] })}
          />
        ))}
      </ul>
    </section>
  )
}
