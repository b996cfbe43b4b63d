"""A bare HTTP/1.1 server on asyncio: sockets, parsing, limits and the order of answers, for one handler.

It serves programs that must answer in microseconds and have one handler; what browsers and the APIs need (keys, caches,
compression) is the business of the ASGI application.
"""
