"""The session."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s


class Credentials(s.Serializer[Any]):
    username = s.CharField(max_length=128)
    password = s.CharField(max_length=128)
    code = s.CharField(max_length=128, required=False, help_text="Of the authenticator app, or a recovery code.")


class Proof(s.Serializer[Any]):
    password = s.CharField(max_length=128, required=False, help_text="Where there is no second factor.")
    code = s.CharField(max_length=128, required=False, help_text="Of the authenticator app, or a recovery code.")


class Proven(s.Serializer[Any]):
    seconds = s.IntegerField(help_text="For how long acts that want it can be done.")


class Who(s.Serializer[Any]):
    id = s.IntegerField()
    username = s.CharField()
    name = s.CharField()
    language = s.CharField()


class PostAgency(s.Serializer[Any]):
    id = s.IntegerField()
    code = s.CharField()
    name = s.CharField()


class PostOfUser(s.Serializer[Any]):
    agency = PostAgency()
    kind = s.CharField()
    kind_label = s.CharField()
    region = s.CharField()
    unit = s.BooleanField(help_text="A sub-unit: sees only what was given to it.")
    duties = s.ListField(child=s.CharField())
    roles = s.ListField(child=s.CharField())
    role_labels = s.ListField(child=s.CharField())
    ceiling = s.CharField(help_text="The most confidential case that you may open there.")


class Session(s.Serializer[Any]):
    user = Who()
    posts = PostOfUser(many=True)
    owes = s.CharField(
        allow_blank=True, help_text="What has to be done with a browser before anything else: proof, password, set_up."
    )
    csrf_token = s.CharField(help_text="Send it as X-CSRFToken with every POST and DELETE.")
