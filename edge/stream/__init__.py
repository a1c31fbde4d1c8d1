"""The messages on the door process's local socket, and the client that reads them."""
