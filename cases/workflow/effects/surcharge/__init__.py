"""The penalty tariff: `listing` and `billing` hold the acts, `lists` and `bills` what they read and compute."""
