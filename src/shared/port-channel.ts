/**
 * Electron: the channel on which the preload script asks for the contract's port and gets it, and the message with
 * which it passes the port on to the page. In a file of its own, so that the sandboxed preload script loads nothing else.
 */
export const PORT_CHANNEL = 'clifford:port';
