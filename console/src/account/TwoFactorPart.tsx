// Whether two-factor is on, and what can be done about it.
import { Button } from '@mantine/core'
import { useState } from 'react'
import type { Account } from '../../../server/account/schema.ts'
import { momentWords } from '../lib/time.ts'
import { m } from '../paraglide/messages.js'
import { tell } from '../ui/toasts.ts'
import classes from './AccountPage.module.css'
import { ProofDialog } from './ProofDialog.tsx'
import { useEndTwoFactor, useRenewRecoveryCodes } from './queries.ts'
import { RecoveryCodesDialog } from './RecoveryCodesDialog.tsx'
import { SetUpTwoFactorDialog } from './SetUpTwoFactorDialog.tsx'

interface TwoFactorPartProps {
  state: Account['two_factor']
  email: string
}

export function TwoFactorPart({ state, email }: TwoFactorPartProps) {
  const [dialog, setDialog] = useState<'set-up' | 'renew' | 'end' | null>(null)
  const [codes, setCodes] = useState<readonly string[] | null>(null)
  const renew = useRenewRecoveryCodes()
  const end = useEndTwoFactor()
  const close = () => setDialog(null)
  const show = (made: readonly string[]) => {
    setCodes(made)
    close()
  }
  return (
    <>
      <p className={classes.state}>
        {state.on_since === null ? (
          <span className={classes.soft}>{m.two_factor_off()}</span>
        ) : (
          <>
            <span>{m.two_factor_on({ day: momentWords(state.on_since, 'day') })}</span>
            <span className={classes.soft}>{m.two_factor_codes_left({ count: state.recovery_codes_left })}</span>
          </>
        )}
      </p>
      {state.unreadable && <p className={classes.warning}>{m.two_factor_unreadable()}</p>}
      <div className={classes.actions}>
        {state.on_since === null ? (
          <Button onClick={() => setDialog('set-up')}>{m.two_factor_set_up()}</Button>
        ) : (
          <>
            <Button variant="default" onClick={() => setDialog('renew')}>
              {m.recovery_codes_new()}
            </Button>
            <Button variant="default" onClick={() => setDialog('end')}>
              {m.two_factor_turn_off()}
            </Button>
          </>
        )}
      </div>
      {dialog === 'set-up' && <SetUpTwoFactorDialog email={email} onOn={show} onClose={close} />}
      {dialog === 'renew' && (
        <ProofDialog
          title={m.recovery_codes_new()}
          text={m.recovery_codes_new_text()}
          submitLabel={m.recovery_codes_make()}
          email={email}
          prove={async (proof) => {
            const { recovery_codes: made } = await renew.mutateAsync(proof)
            // The page stays: what is secret in it does not.
            renew.reset()
            show(made)
          }}
          onClose={close}
        />
      )}
      {dialog === 'end' && (
        <ProofDialog
          title={m.two_factor_turn_off_title()}
          text={m.two_factor_turn_off_text()}
          submitLabel={m.two_factor_turn_off()}
          email={email}
          prove={async (proof) => {
            await end.mutateAsync(proof)
            end.reset()
            tell(m.two_factor_turned_off())
            close()
          }}
          onClose={close}
        />
      )}
      {codes !== null && <RecoveryCodesDialog codes={codes} email={email} onClose={() => setCodes(null)} />}
    </>
  )
}
