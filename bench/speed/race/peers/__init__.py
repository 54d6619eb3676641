"""What the other side runs: a program a peer, timed inside itself."""
