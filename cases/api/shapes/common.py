"""Pieces that many answers share."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as s


class AgencyRef(s.Serializer[Any]):
    id = s.IntegerField()
    code = s.CharField()
    name = s.CharField()
    short_name = s.CharField()
    monogram = s.CharField()
    kind = s.CharField()


class RegionRef(s.Serializer[Any]):
    code = s.CharField()
    name = s.CharField()
    path = s.CharField()


class PersonRef(s.Serializer[Any]):
    id = s.IntegerField()
    name = s.CharField(allow_null=True)


class Total(s.Serializer[Any]):
    value = s.IntegerField(help_text="The number, or a lower bound where `exact` is false.")
    exact = s.BooleanField()
    text = s.CharField(help_text='As it is shown: "128", or "1,000+".')


def page_of(name: str, row: type[s.Serializer[Any]]) -> Any:
    return inline_serializer(
        name,
        {
            "results": row(many=True),
            "next": s.CharField(allow_null=True),
            "previous": s.CharField(allow_null=True),
            "total": Total(),
        },
    )
