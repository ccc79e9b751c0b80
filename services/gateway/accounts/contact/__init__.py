"""The addresses of an account: e-mail and telephone, the codes sent there, and the channels of notices."""
