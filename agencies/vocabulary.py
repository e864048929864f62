"""The words of this app: kinds of agency, roles, duties, partner sorts, levels, each with its Chinese and English name.

Codes are part of stored events and of the API: once released they are never renamed.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Label(NamedTuple):
    """One name in the two languages of the product, Chinese first."""

    zh: str
    en: str

    def get(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh


class Level(StrEnum):
    """Level of a region. Functional areas (开发区, 园区) have their own enforcement bodies but no GB/T 2260 code."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    FUNCTIONAL = "functional"


class Kind(StrEnum):
    """What an agency is; the column `agency` of the permission matrix."""

    DEVELOPMENT_COMMISSION = "development_commission"
    GRID_COMPANY = "grid_company"
    CYBERSPACE_OFFICE = "cyberspace_office"
    TELECOM_BUREAU = "telecom_bureau"
    SUPERVISION = "supervision"
    PARTNER = "partner"


class Role(StrEnum):
    """What a person may do inside an agency; the column `role` of the permission matrix."""

    HANDLER = "handler"
    REVIEWER = "reviewer"
    APPROVER = "approver"
    FIELD_CREW = "field_crew"
    BILLING = "billing"
    SUPERVISOR = "supervisor"
    AGENCY_ADMIN = "agency_admin"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"


# The roles that read and work on cases. A role that is not named here opens none.
CASE_ROLES = frozenset(
    {Role.HANDLER, Role.REVIEWER, Role.APPROVER, Role.FIELD_CREW, Role.BILLING, Role.SUPERVISOR},
)
# The three separated administrators (三员): nobody holds two of them, nor one of them beside any other role.
SEPARATED_ROLES = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})


class Duty(StrEnum):
    """A duty of the law that a deployment gives to one agency of a region."""

    POWER_AUTHORITY = "power_authority"


class PartnerSort(StrEnum):
    """Which sort of partner (协办单位) an agency is."""

    POLICE = "police"
    DISCIPLINE = "discipline"
    CULTURE = "culture"
    STREET = "street"
    MARKET = "market"
    OTHER = "other"


class Confidentiality(StrEnum):
    """How widely a case may be known; a membership's ceiling is the highest level its holder may open."""

    ORDINARY = "ordinary"
    SENSITIVE = "sensitive"
    INTERNAL = "internal"

    @property
    def rank(self) -> int:
        """0, 1 or 2: the number beside each agency that sees a case (`cases_caseagency.rank`)."""
        return list(Confidentiality).index(self)


class Scope(StrEnum):
    """What a system of an agency may be given to do; each within that agency, and never more than a handler may."""

    CASES_READ = "cases:read"
    SIGNALS_WRITE = "signals:write"
    SIGNALS_PUSH = "signals:push"
    FINDINGS_WRITE = "findings:write"


LABELS: dict[StrEnum, Label] = {
    Level.PROVINCE: Label("省", "province"),
    Level.CITY: Label("市", "city"),
    Level.COUNTY: Label("县（市、区）", "county"),
    Level.FUNCTIONAL: Label("功能区", "functional area"),
    Kind.DEVELOPMENT_COMMISSION: Label("发展改革委", "development and reform commission"),
    Kind.GRID_COMPANY: Label("供电公司", "power supply company"),
    Kind.CYBERSPACE_OFFICE: Label("网信办", "cyberspace administration office"),
    Kind.TELECOM_BUREAU: Label("通信管理局", "communications administration"),
    Kind.SUPERVISION: Label("督查", "supervision"),
    Kind.PARTNER: Label("协办单位", "partner agency"),
    Role.HANDLER: Label("经办", "handler"),
    Role.REVIEWER: Label("审核", "reviewer"),
    Role.APPROVER: Label("签发", "approver"),
    Role.FIELD_CREW: Label("现场作业", "field crew"),
    Role.BILLING: Label("电费核算", "billing"),
    Role.SUPERVISOR: Label("督查", "supervisor"),
    Role.AGENCY_ADMIN: Label("单位管理员", "agency administrator"),
    Role.SYSTEM_ADMIN: Label("系统管理员", "system administrator"),
    Role.SECURITY_ADMIN: Label("安全管理员", "security administrator"),
    Role.AUDIT_ADMIN: Label("审计管理员", "audit administrator"),
    Duty.POWER_AUTHORITY: Label("电力管理部门", "electricity administration"),
    PartnerSort.POLICE: Label("公安", "police"),
    PartnerSort.DISCIPLINE: Label("纪委监委", "discipline inspection"),
    PartnerSort.CULTURE: Label("文旅", "culture and tourism"),
    PartnerSort.STREET: Label("街道", "subdistrict"),
    PartnerSort.MARKET: Label("市场监管", "market regulation"),
    PartnerSort.OTHER: Label("其他", "other"),
    Confidentiality.ORDINARY: Label("普通", "ordinary"),
    Confidentiality.SENSITIVE: Label("敏感", "sensitive"),
    Confidentiality.INTERNAL: Label("内部", "internal only"),
    Scope.CASES_READ: Label("查看案件与待办", "read cases and tasks"),
    Scope.SIGNALS_WRITE: Label("报送名单与线索", "send lists and signals"),
    Scope.SIGNALS_PUSH: Label("推送线索数据流", "push signals as a stream"),
    Scope.FINDINGS_WRITE: Label("反馈核查结果", "report findings"),
}


def choices(words: type[StrEnum]) -> list[tuple[str, str]]:
    """Choices of a model field: code and Chinese name."""
    return [(word.value, LABELS[word].zh) for word in words]


def codes(words: type[StrEnum]) -> list[str]:
    """The codes of a vocabulary, for the check constraint that repeats it in the database."""
    return [word.value for word in words]
