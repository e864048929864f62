"""Settings, addresses, the Celery application, and the embedded servers. Nothing may import this package."""
