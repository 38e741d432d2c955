"""Forms of the portal: plain words, large fields; the verbs judge what is sent."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from cases.forms import EMPTY, LeadForm
from cases.uploads import ACCEPT
from petitions.forms import PortalPetitionForm
from petitions.models import PetitionKind

#: Files that may go with one petition.
MOST_FILES = 5
#: What may be complained of, as a layman would say it.
KINDS = {
    PetitionKind.PASSIVE.value: "法院拖着不办、办得太慢（消极执行）",
    PetitionKind.WRONG.value: "法院办错了（错误执行）",
    PetitionKind.ATTITUDE.value: "工作人员的态度、作风",
    PetitionKind.OTHER.value: "其他",
}


class LookupForm(forms.Form):
    """Case number and query code."""

    number = forms.CharField(
        label="案号",
        max_length=60,
        help_text="例如（2026）陕1002执123号，括号全角半角都可以",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "请填写案号。", "max_length": "案号过长，请只填写一个案号。"},
    )
    code = forms.CharField(
        label="查询码",
        max_length=40,
        help_text="立案时法院给您的凭条上，8 位字母和数字",
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "data-short": "",
            }
        ),
        error_messages={"required": "请填写查询码。", "max_length": "查询码是 8 位字母和数字。"},
    )


class PortalLeadForm(LeadForm):
    """提供财产线索: as the court's own form, of today, in the words of the person who gives it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Leave the day to today."""
        super().__init__(*args, **kwargs)
        self.fields.pop("on")
        self.fields["asset_kind"].label = "是什么财产"
        self.fields["content"].error_messages["required"] = "请写明您知道的情况。"
        self.fields["content"].label = "您知道的情况"
        self.fields["content"].help_text = "财产在哪里、什么样、您是怎么知道的，写得越具体越好查"
        self.fields["urgent"].label = "情况紧急，财产可能马上被转移"
        self.fields["urgent"].help_text = "紧急的线索法院应当在三日内核查"


class ManyFiles(forms.ClearableFileInput):
    """A file field that takes several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; how many and of which kind is judged where they are taken in."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Return the files, empty ones too: what is wrong with a file is said by its name."""
        return [file for file in data or [] if file]


class PortalComplaintForm(PortalPetitionForm):
    """反映问题: what is complained of, in the petitioner's words, with files."""

    attachments = FilesField(
        label="照片或者材料",
        required=False,
        help_text=f"最多 {MOST_FILES} 个，pdf、jpg、png、docx、xlsx 或 txt，每个不超过 20 MB",
        widget=ManyFiles(attrs={"accept": ACCEPT}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask in plain words."""
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)  # noqa: S101 - tells mypy
        kind.label, kind.choices = "反映什么", [*EMPTY, *KINDS.items()]
        self.fields["text"].label = "具体情况"
