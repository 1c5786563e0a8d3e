// Whose ids those of WhatsApp in a file are, where accounts of several business portfolios are connected.
import { NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useOrganization } from '../access/queries.ts'
import { accountsQuery } from '../channels/queries.ts'
import { listWords } from '../lib/lists.ts'
import { m } from '../paraglide/messages.js'
import classes from './ImportPage.module.css'

interface PortfolioChoiceProps {
  chosen: string | undefined
  onChoose: (portfolioId: string | undefined) => void
}

export function PortfolioChoice({ chosen, onChoose }: PortfolioChoiceProps) {
  const organization = useOrganization()
  const { data: accounts = [] } = useQuery(accountsQuery(organization.slug))
  const portfolios = Map.groupBy(
    accounts.filter(({ kind }) => kind === 'live'),
    (account) => account.portfolio_id,
  )
  if (portfolios.size < 2) return null
  return (
    <div className={classes.portfolio}>
      <NativeSelect
        label={m.import_portfolio()}
        value={chosen ?? ''}
        data={[
          { value: '', label: m.import_portfolio_none() },
          ...[...portfolios].map(([id, owned]) => ({
            value: id,
            label: `${listWords(owned.map(({ name }) => name))} (${id})`,
          })),
        ]}
        onChange={(event) => onChoose(event.currentTarget.value || undefined)}
      />
    </div>
  )
}
