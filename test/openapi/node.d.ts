// What the client needs of node, without another package.
declare const process: { env: Record<string, string | undefined>; exit(status: number): never };
