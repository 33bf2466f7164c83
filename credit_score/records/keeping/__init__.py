"""Batches kept in a chain of hashes, and persons deleted from it."""
