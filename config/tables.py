"""What every table of an owner's files keeps to, whichever file it stands in."""

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError


class Table(BaseModel):
    """Refuses unknown keys, NaN and infinity, and `true` or `false` for a setting that is no boolean."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _booleans_are_no_numbers(cls, value: Any, info: ValidationInfo) -> Any:
        """Python takes `false` for 0, which is no bound for most of what is counted."""
        if isinstance(value, bool) and info.field_name and cls.model_fields[info.field_name].annotation is not bool:
            raise PydanticCustomError("boolean", "Input should be neither true nor false")
        return value
