// What the address of the test phone carries: the customer whose thread is open, or that a new one is being written.

export interface TestPhoneSearch {
  /** A customer's id, or `new`. */
  customer?: string
}

const CUSTOMER = /^(new|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i

export const readTestPhoneSearch = (given: Record<string, unknown>): TestPhoneSearch =>
  typeof given['customer'] === 'string' && CUSTOMER.test(given['customer']) ? { customer: given['customer'] } : {}
