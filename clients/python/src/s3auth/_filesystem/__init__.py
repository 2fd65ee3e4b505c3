"""The parts of the fsspec file system. Its class is in ``s3auth.filesystem``."""
