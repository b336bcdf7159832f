"""What handlings need of a design besides its table: the user's code, and folders of files."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from hornbook.data import FolderStore
from hornbook.design import DesignFolder
from hornbook.errors import NotFoundError, did_you_mean
from hornbook.training.job import DESIGN_FOLDER
from hornbook.training.trust import TrustedModels
from hornbook.training.user_code import UserCode

__all__ = ["DesignResources"]


@dataclass(frozen=True)
class DesignResources:
    """The `Resources` of one design; nothing of the user's runs before it is asked for.

    Attributes:
        user_code: the design's Python files.
        folders: the managed folders of the workspace.
        data_folder: where the table's file lies; `None` once the model is trained.
        base: where relative paths start; likewise.
        trained: the folder of the model whose code it is, and the list it must be on to be run;
            `None` while it is trained or checked.
    """

    user_code: UserCode
    folders: FolderStore
    data_folder: Path | None = None
    base: Path | None = None
    trained: tuple[Path, TrustedModels] | None = None

    @classmethod
    def of_training(cls, design: DesignFolder, user_code: UserCode, home: Path) -> DesignResources:
        """Those of a design that is trained or checked.

        Args:
            design: the design, frozen or not.
            user_code: its Python files.
            home: the workspace's folder.
        """
        return cls(user_code, FolderStore(home), design.data_path.parent, design.base)

    @classmethod
    def of_model(cls, folder: Path, home: Path) -> DesignResources:
        """Those of a trained model.

        Args:
            folder: of its session or version, with the frozen design in it.
            home: the workspace's folder.
        """
        trained = (folder, TrustedModels(home))
        return cls(UserCode(folder / DESIGN_FOLDER), FolderStore(home), trained=trained)

    def code(self, file: str) -> ModuleType:
        """A Python file of the design, run once.

        Raises:
            UserCodeError: there is no such file, or it fails.
            UntrustedModelError: it is code of a model that the workspace does not trust.
        """
        if self.trained is not None:
            folder, trusted = self.trained
            trusted.require(folder, file)
        return self.user_code.module(file)

    def running(self) -> AbstractContextManager[None]:
        """Turns what user code raises inside into errors that show the user's line."""
        return self.user_code.running()

    def folder(self, name: str) -> Path:
        """A managed folder, or one beside the design or the data; that of the data without name."""
        managed = self.folders.find(name)
        if managed is not None:
            if managed.path.is_dir():
                return managed.path
            raise NotFoundError(
                f"The folder '{name}' is {managed.path}, which is not there.",
                fix=f"Bring it back, or: hornbook folder remove '{name}'",
            )
        for place in (self.base, self.data_folder):
            if place is not None and name and (place / name).is_dir():
                return place / name
        if not name and self.data_folder is not None:
            return self.data_folder
        known = [folder.name for folder in self.folders.all()]
        raise NotFoundError(
            f"There is no folder '{name}': no managed folder has that name, and it is no path from "
            f"the design or the data. {did_you_mean(name, known)}",
            fix=f"hornbook folder create '{name}' PATH",
        )
