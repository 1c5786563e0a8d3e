// Above every screen of administrators: what keeps messages and events from coming in or going out, and where to mend it.
import { Link } from '@tanstack/react-router'
import { useOrganization } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import classes from './AccountBanners.module.css'

export function AccountBanners({ lost, refused, stopped }: { lost: boolean; refused: boolean; stopped: boolean }) {
  return (
    <>
      {lost && <Banner text={m.secrets_lost_banner()} link={m.secrets_lost_open()} />}
      {refused && <Banner text={m.token_refused_banner()} link={m.token_refused_open()} />}
      {stopped && <Banner to="webhooks" text={m.webhook_stopped_banner()} link={m.webhook_stopped_open()} />}
    </>
  )
}

function Banner({ to = 'whatsapp', text, link }: { to?: 'whatsapp' | 'webhooks'; text: string; link: string }) {
  const { slug } = useOrganization()
  return (
    <p className={classes.banner} role="status">
      {text}{' '}
      <Link to={`/o/$organization/settings/${to}`} params={{ organization: slug }}>
        {link}
      </Link>
    </p>
  )
}
