"""The web application for a WSGI server: `granian --interface wsgi config.wsgi:application`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.wsgi import get_wsgi_application

from config.embedded import ensure

ensure()
application = get_wsgi_application()
