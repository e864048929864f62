"""What goes out of the house: the mail server and the SMS gateway. Robots and webhooks are set up by each agency."""

from __future__ import annotations

from typing import Any

from config.settings.base import DEMO, env
from config.settings.channels import mail_server, sms_gateway

MAIL: Any = mail_server(env)
SMS: Any = sms_gateway(env, plain=DEMO)
