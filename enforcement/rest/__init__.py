"""The base of the REST interface: tokens, problems, strict input, paging, one answer a request.

Knows no case. The resources and verbs are added by each app's ``api`` and put together in
``enforcement.api_urls``; ``docs/api.md`` tells clients how to use them.
"""
