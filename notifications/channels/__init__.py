"""The ways out of the house: e-mail, text messages, chat robots and signed webhooks."""
