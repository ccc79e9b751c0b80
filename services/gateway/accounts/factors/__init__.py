"""Second factors of an account, and ways back into it when its owner has lost one."""
