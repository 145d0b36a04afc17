"""Who may call: Standard Webhooks signatures under any of several keys. Keys never reach a log."""

import base64
import re
from collections.abc import Mapping

from standardwebhooks.webhooks import Webhook, WebhookVerificationError


class SigningKeys:
    """The keys of `CB_SIGNING_KEYS`; several while one is being rotated out."""

    def __init__(self, text: str) -> None:
        """Reads `whsec_…` keys separated by spaces or commas. The ValueError is the remedy and quotes no key."""
        self._keys = [_key(key) for key in re.split("[ ,]+", text) if key]
        if not self._keys:
            raise ValueError("set it to the dispatcher's `whsec_…` key")

    def verify(self, headers: Mapping[str, str], body: bytes) -> bool:
        """True if one key signed exactly this body less than five minutes from now, by the wall clock."""
        return any(_signed(key, headers, body) for key in self._keys)


def _key(text: str) -> Webhook:
    if not text.startswith("whsec_"):
        raise ValueError("a key does not start with `whsec_`: use `whsec_$(openssl rand -base64 32)`")
    secret = text.removeprefix("whsec_")
    if len(secret) < 32:
        raise ValueError("a key is shorter than 24 bytes: use `whsec_$(openssl rand -base64 32)`")
    try:
        # The library passes over what is not base64, and would sign with another key than the dispatcher's.
        return Webhook(base64.b64decode(secret + "=" * (-len(secret) % 4), validate=True))
    except ValueError:
        raise ValueError("a key is not base64 after `whsec_`") from None


def _signed(key: Webhook, headers: Mapping[str, str], body: bytes) -> bool:
    try:
        key.verify(body, dict(headers), json_parse=False)
    except (WebhookVerificationError, ValueError):  # a ValueError: the header, or the body, is not even text
        return False
    return True
