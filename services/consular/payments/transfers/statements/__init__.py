"""Files of bank statements, read into lines: CAMT.053 and MT940."""
