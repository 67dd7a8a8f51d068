"""Document of the stage `labelling`."""

from pydantic import BaseModel, Field

from atomate2_argyrodite.documents import ArgyroditeDocument, Attachment


class FailedLabel(BaseModel):
    """A frame that could not be labelled."""

    frame: int = Field(description="Index in the batch.")
    reason: str


class LabelledSetDocument(ArgyroditeDocument):
    """Energies, forces and stresses of a batch of frames by one engine and functional."""

    stage: str = "labelling"
    settings_hash: str = Field(description="Of engine, functional and settings; never mixed.")
    n_frames: int = Field(description="Frames with a label.")
    failed: list[FailedLabel] = Field(default_factory=list)
    frames: Attachment = Field(
        description="Labelled frames, packed by mtp.configurations_to_arrays, metadata kept."
    )
