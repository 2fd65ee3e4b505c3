"""Uploads to and reads from the object storage of a Bittensor subnet through an S3Auth server."""
