"""The parts of the fsspec file system that know fsspec or the operating system's errors. Its class is in ``s3auth.filesystem``."""
