// The types of chromium.mjs, which plain Node and the TypeScript files both import.
export declare function findChromium(): string | undefined
export declare function ensureChromium(): string
