import { campaignOf } from '#test/support/campaign-test.ts'

/** A try is one answer of each of the two worlds, on each channel. */
export default campaignOf('test/integration/feeds-timing.test.ts', 400)
