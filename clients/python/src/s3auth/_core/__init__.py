"""The logic of the clients, without any I/O library."""
