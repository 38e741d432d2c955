"""Backup and restore: database, uploaded files and manifest in one encrypted file.

``cipher`` hides and guards the bytes, ``parts`` says where one thing ends and the next begins,
``tools`` finds the PostgreSQL programs, ``making`` and ``restoring`` do the work.
"""
