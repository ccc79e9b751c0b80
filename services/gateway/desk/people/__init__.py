"""Who somebody is: accounts and their identity, mandates, the register's doubts."""
