"""A mail server (aiosmtpd) for one test: says its port, then each mail as one line of JSON.

Usage: smtp_receiver.py '{"security": "none|starttls|tls", "certificate": PEM file, "key": PEM file,
"user": "", "password": "", "replies": ["451 4.7.1 later"]}'

`replies` answer the first recipients in turn, instead of taking them. Ends when its input ends.
"""

import asyncio
import email
import email.policy
import json
import logging
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

# A refused handshake is what some tests want, and no news.
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")

options = json.loads(sys.argv[1])
replies = options["replies"]


def say(line):
    print(line, flush=True)


class Receiver:
    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if replies:
            return replies.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        say(
            json.dumps(
                {
                    "from": envelope.mail_from,
                    "to": envelope.rcpt_tos,
                    "encrypted": server.transport.get_extra_info("cipher") is not None,
                    "signed_in": bool(session.authenticated),
                    "headers": {name.lower(): str(value) for name, value in message.items()},
                    "ascii": all(byte < 128 for byte in envelope.content.split(b"\r\n\r\n")[0]),
                    "longest_line": max(len(line) for line in envelope.content.split(b"\r\n")),
                    "body": message.get_content(),
                }
            )
        )
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    right = (options["user"].encode(), options["password"].encode())
    # Not "handled": the server itself is to answer 535.
    return AuthResult(success=(data.login, data.password) == right, handled=False)


async def main():
    context = None
    if options["security"] != "none":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options["certificate"], options["key"])
    starttls = options["security"] == "starttls"

    def connection():
        return SMTP(
            Receiver(),
            hostname="receiver.example",
            tls_context=context if starttls else None,
            require_starttls=starttls,
            authenticator=authenticate,
            auth_required=bool(options["user"]),
            auth_require_tls=starttls,
        )

    loop = asyncio.get_running_loop()
    wrapped = context if options["security"] == "tls" else None
    server = await loop.create_server(connection, "localhost", 0, ssl=wrapped, family=2)
    say(server.sockets[0].getsockname()[1])
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
