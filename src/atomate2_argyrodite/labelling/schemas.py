"""Document of the stage `labelling`."""

from pydantic import BaseModel, Field

from atomate2_argyrodite.documents import ArgyroditeDocument, Attachment

MAXIMUM_LISTED = 100
"""Failures that a document names; it counts all of them."""


class FailedLabel(BaseModel):
    """A frame that could not be labelled."""

    frame: int = Field(description="Index in the batch, or in the set.")
    reason: str


class LabelSource(BaseModel):
    """A batch of which a labelled set is made."""

    sha256: str = Field(description="Hash of its labelled frames.")
    n_frames: int
    n_failed: int
    created_at: str | None


class LabelledSetDocument(ArgyroditeDocument):
    """Energies, forces and stresses of frames by one engine and functional: a batch, or a set."""

    stage: str = "labelling"
    settings_hash: str = Field(description="Of engine, functional and settings; never mixed.")
    n_frames: int = Field(description="Frames with a label.")
    n_failed: int = Field(default=0, description="Frames without one.")
    n_reused: int = Field(
        default=0, description="Labels that were in the store, for the same frame and settings."
    )
    failed: list[FailedLabel] = Field(default_factory=list, description="The first 100 of them.")
    maximum_failed_fraction: float | None = Field(
        default=None, description="Of all frames; where more failed, the labels are not trained on."
    )
    frame_hashes: list[str] = Field(
        default_factory=list, description="First digits of the hashes of a batch's frames."
    )
    is_collected: bool = Field(
        default=False, description="True for a whole set, made of batches that stay documents."
    )
    sources: list[LabelSource] = Field(default_factory=list, description="The batches of a set.")
    frames_by_configuration: dict[str, int] = Field(default_factory=dict)
    frames_by_temperature: dict[str, int] = Field(
        default_factory=dict, description="By the temperature of the run in K."
    )
    frames: Attachment = Field(
        description="Labelled frames, packed by mtp.configurations_to_arrays, metadata kept; each "
        "names engine, functional and settings_hash."
    )
