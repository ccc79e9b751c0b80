"""The e-mail address of an account, and the channels of its notices."""
