export declare const REQUIRED_NODE_MAJOR: number;
export declare const PACKAGE_ROOT: string;
export declare function findNode(
  root?: string,
  version?: string,
  platform?: string,
  arch?: string,
): string | null;
export declare function noNodeMessage(version?: string): string;
export declare function runAndExit(command: string, args: string[], env?: NodeJS.ProcessEnv): void;
export declare function dieWithLauncher(): void;
