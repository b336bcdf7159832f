import { createTheme, type CSSVariablesResolver } from "@mantine/core";

export const theme = createTheme({
  primaryColor: "cyan",
  primaryShade: 9,
  defaultRadius: "sm",
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Table: { defaultProps: { captionSide: "top" } },
    Alert: { styles: { message: { color: "var(--mantine-color-text)" } } },
    Badge: { styles: { label: { textTransform: "none" } } },
    Notification: {
      defaultProps: { closeButtonProps: { "aria-label": "Close the message" } },
      styles: { description: { color: "var(--mantine-color-dimmed)" } },
    },
    Input: { styles: { input: { "--input-placeholder-color": "var(--mantine-color-dimmed)" } } },
  },
});

/** Quiet text that can still be read: 4.5 : 1 and more on both backgrounds. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {
    "--mantine-color-cyan-filled-hover": "#095a68",
    "--mantine-primary-color-filled-hover": "#095a68",
    "--mantine-color-red-filled": "#b02525",
  },
  light: {
    "--mantine-color-dimmed": "#545b62",
    "--mantine-color-placeholder": "#5f666d",
    "--mantine-color-error": "#b02525",
    "--mantine-color-teal-light-color": "#08573f",
    "--mantine-color-red-light-color": "#9c1c1c",
    "--mantine-color-yellow-light-color": "#734800",
    "--mantine-color-blue-light-color": "#10457f",
    "--mantine-color-gray-light-color": "#343a40",
    "--mantine-color-cyan-light-color": "#0a5562",
  },
  dark: {
    "--mantine-color-dimmed": "#adb5bd",
    "--mantine-color-placeholder": "#a3abb2",
    "--mantine-color-error": "#ff8787",
  },
});
