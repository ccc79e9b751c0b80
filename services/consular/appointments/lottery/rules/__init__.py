"""The draw of appointments by published rules: what a draw's files say, and the list that follows from them."""
