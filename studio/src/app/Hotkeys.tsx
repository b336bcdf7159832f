import { useDisclosure } from "@mantine/hooks";
import { useLocation, useNavigate } from "react-router";
import { taskKey } from "@/shared/api/queries";
import { HotkeyList } from "@/shared/hotkeys/HotkeyList";
import { useHotkey, useHotkeys } from "@/shared/hotkeys/registry";
import { Palette } from "./Palette";
import { useTaskOfPage } from "./useWorkspace";

/** The hotkeys that work on every page, and what they open. */
export function Hotkeys() {
  const [palette, paletteIs] = useDisclosure();
  const [list, listIs] = useDisclosure();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const task = useTaskOfPage();
  const design = task && `/tasks/${taskKey(task)}/design`;
  const isInDesign = design !== undefined && pathname.startsWith(design);
  useHotkeys();
  useHotkey("palette", paletteIs.toggle);
  useHotkey("help", listIs.toggle);
  useHotkey("train", () => navigate(`${isInDesign ? pathname : design}?train=1`), task !== undefined);
  return (
    <>
      <Palette opened={palette} onClose={paletteIs.close} />
      <HotkeyList opened={list} onClose={listIs.close} />
    </>
  );
}
