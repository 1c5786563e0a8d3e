// How many live streams one browser keeps open to this server, over all organizations and tabs: browsers open six
// connections to a host over HTTP/1.1, and with all of them taken by streams nothing else would be answered.

const MOST = 3
const LEASE_MS = 30_000
const LEASES = 'earmark-live-streams'

export interface SlotBrowser {
  locks: Pick<LockManager, 'request'> | undefined
  storage: Pick<Storage, 'getItem' | 'setItem'> | undefined
}

/** A place among the few streams that stay open, and how to give it back; null when all are taken. */
export const takeSlot = (browser: SlotBrowser): Promise<(() => void) | null> =>
  browser.locks ? takeLock(browser.locks) : Promise.resolve(takeLease(browser.storage))

async function takeLock(locks: Pick<LockManager, 'request'>): Promise<(() => void) | null> {
  for (let n = 1; n <= MOST; n++) {
    // oxlint-disable-next-line no-await-in-loop -- the next one only when this one is taken
    const giveBack = await new Promise<(() => void) | null>((resolve, reject) => {
      locks
        .request(`earmark-live-stream-${n}`, { ifAvailable: true }, (lock) =>
          lock ? new Promise<void>((end) => resolve(end)) : resolve(null),
        )
        .catch(reject)
    })
    if (giveBack) return giveBack
  }
  return null
}

/** Without locks the tabs write down who has a place, and for how long. Two at the same instant may both get the last one. */
function takeLease(storage: SlotBrowser['storage']): (() => void) | null {
  if (!storage) return null
  const own = String(Math.random())
  const others = () => {
    try {
      const kept = JSON.parse(storage.getItem(LEASES) ?? '{}') as Record<string, number>
      return Object.entries(kept).filter(([who, until]) => who !== own && until > Date.now())
    } catch {
      return []
    }
  }
  const write = (leases: [string, number][]) => {
    try {
      storage.setItem(LEASES, JSON.stringify(Object.fromEntries(leases)))
    } catch {
      // A full or forbidden storage: the place is taken all the same, only nobody knows.
    }
  }
  if (others().length >= MOST) return null
  const renew = () => write([...others(), [own, Date.now() + LEASE_MS]])
  renew()
  const renewing = setInterval(renew, LEASE_MS / 3)
  return () => {
    clearInterval(renewing)
    write(others())
  }
}
