"""Members of a club: accounts whose passwords a setter hashes."""
