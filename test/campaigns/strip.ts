import { campaignOf } from '#test/support/campaign-test.ts'

/** A try is one record that is made of genuine ones without a key. */
export default campaignOf('test/integration/strip.test.ts', 10_000)
