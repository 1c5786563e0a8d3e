// Where other systems and AI agents call, and where it stands how.
import type { ReactNode } from 'react'
import { m } from '../paraglide/messages.js'
import { CopyButton } from '../ui/CopyButton.tsx'
import classes from './ApiKeysPage.module.css'

export function ApiAddresses() {
  const { origin } = window.location
  return (
    <dl className={classes.addresses}>
      <Address label={m.api_address()} address={`${origin}/v1`}>
        <a className={classes.reference} href="/docs/api" target="_blank" rel="noreferrer">
          {m.api_reference()}
        </a>
      </Address>
      <Address label={m.api_agents_address()} address={`${origin}/mcp`}>
        <span>{m.api_agents_text()}</span>
      </Address>
    </dl>
  )
}

function Address({ label, address, children }: { label: string; address: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <span className={classes.address}>
          <code dir="ltr">{address}</code>
          <CopyButton text={address} what={label} />
        </span>
        {children}
      </dd>
    </div>
  )
}
